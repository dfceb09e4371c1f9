import type { Instrument } from '../../../src/index.ts';
import { CaseInputError } from '../fields.ts';

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
/** Deribit's contracts expire at 08:00 UTC. */
const expiryHour = 8;

/**
 * An instrument from its name: `BTC-PERPETUAL`, `BTC-28JUN24`, `BTC-28JUN24-70000-C` settle in the base coin; with a
 * quote currency after the base (`ETH_USDC-PERPETUAL`) in that currency; `ETH_USDC` alone is spot. A `d` in a strike is
 * a decimal point (`0d625`).
 *
 * Contracts are of one unit (1 USD for inverse futures, else 1 coin): quantities are set to match.
 */
export function instrumentOf(name: string): Instrument {
  const match = /^([A-Z0-9]+)(?:_([A-Z0-9]+))?(?:-(PERPETUAL|\d{1,2}[A-Z]{3}\d{2}(?:-[\d.d]+-[CP])?))?$/.exec(name);
  const [, base, quote, term] = match ?? [];
  if (base === undefined || (quote === undefined && term === undefined)) {
    throw new CaseInputError(`instrument name '${name}' is not understood`);
  }
  const [date, strike, side] = term?.split('-') ?? [];
  return {
    name,
    kind: term === undefined ? 'spot' : term === 'PERPETUAL' ? 'perpetual' : side === undefined ? 'future' : 'option',
    payoff: quote === undefined ? 'inverse' : 'linear',
    baseCurrency: base,
    quoteCurrency: quote ?? 'USD',
    settlementCurrency: quote ?? base,
    contractSize: 1,
    expiryMs: date === undefined || date === 'PERPETUAL' ? null : expiryMsOf(date, name),
    strike: strike === undefined ? null : Number(strike.replace('d', '.')),
    optionType: side === undefined ? null : side === 'C' ? 'call' : 'put',
  };
}

/** `28JUN24`. */
function expiryMsOf(date: string, name: string): number {
  const [, day, month, year] = /^(\d+)([A-Z]{3})(\d+)$/.exec(date)!;
  const monthIndex = months.indexOf(month);
  if (monthIndex < 0) throw new CaseInputError(`instrument name '${name}' has no known month`);
  return Date.UTC(2000 + Number(year), monthIndex, Number(day), expiryHour);
}

/** `BTC-28JUN24-70000-C` → `BTC-28JUN24`: the future whose mark is the forward of the option. */
export function futureNameOf(optionName: string): string {
  return optionName.split('-').slice(0, 2).join('-');
}
