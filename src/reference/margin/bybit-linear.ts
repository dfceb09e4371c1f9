import { pairOf } from '../../domain/instrument.ts';
import type { BybitLinearParams, BybitOptionRates } from '../../margin/bybit-linear/params.ts';
import { exact, maxOf, sum, zero, type Decimal } from '../decimal.ts';
import { bracketTotals } from './tiered/brackets.ts';
import { line, perPositionReference, sure, type HeldAmount, type ReferenceSet } from './tiered/netting-set.ts';

/** Bybit unified trading account: docs/models/bybit-linear.md. */
export const bybitLinearReference = perPositionReference<BybitLinearParams>({
  name: 'bybit-linear',
  pool: null,
  ordersMargined: false,
  refusal: (instrument, { symbols }) => {
    const symbol = pairOf(instrument.baseCurrency, instrument.quoteCurrency);
    if (instrument.kind === 'spot') return 'collateral value ratios of spot assets are not covered';
    if (instrument.payoff === 'inverse') return 'inverse contracts are not covered';
    if (instrument.kind === 'option' || symbols.has(symbol)) return null;
    return `the parameters have no section symbols.${symbol}`;
  },
  requiredFields: ({ kind }) => (kind === 'option' ? ['markPrice'] : []),
  margin: (set, { symbols, options }) => {
    const isOption = ({ instrument }: HeldAmount): boolean => instrument.kind === 'option';
    const bad = set.positions.filter(isOption).find((each) => !isQuoted(set, each));
    if (bad !== undefined) return { refusal: `a price or volatility of ${bad.instrument.name} is bad` };
    const totals = bracketTotals(set, set.positions.filter((each) => !isOption(each)), ({ instrument }) =>
      symbols.get(pairOf(instrument.baseCurrency, instrument.quoteCurrency))!);
    const lines = set.positions.filter(isOption).map((each) => optionLine(set, each, options));
    const total = (name: 'value' | 'initial' | 'maintenance'): Decimal =>
      sum([zero, ...lines.map((each) => each[name])]);
    const equity = set.cash.plus(totals.pnl);
    const initialMargin = totals.initial.plus(total('initial'));
    const maintenanceMargin = totals.maintenance.plus(total('maintenance'));
    return {
      equity, initialMargin, maintenanceMargin,
      components: new Map([
        ['unrealisedPnl', totals.pnl], ['notional', totals.notional], ['optionValue', total('value')],
        ['optionInitialMargin', total('initial')], ['optionMaintenanceMargin', total('maintenance')],
      ]),
      breakdown: [
        sure('stated', line('margin balance', equity, set.currency, [
          line('wallet balance', set.cash, set.currency), line('unrealised P&L of contracts', totals.pnl, set.currency),
        ])),
        sure('stated', line('initial margin', initialMargin, set.currency)),
        line('maintenance margin', maintenanceMargin, set.currency, [
          ...totals.breakdown.map((each) => sure('stated', each)),
          ...lines.map(({ breakdown }) => sure('confirmed', breakdown)),
        ]),
      ],
    };
  },
});

function indexOf({ market }: ReferenceSet, { instrument }: HeldAmount): number {
  return market.indexPrice.get(pairOf(instrument.baseCurrency, instrument.quoteCurrency)) ?? NaN;
}

function isQuoted(set: ReferenceSet, held: HeldAmount): boolean {
  const index = indexOf(set, held);
  return index > 0 && index < Infinity && set.field('markPrice', held.index).gte(0);
}

/** Per base unit: a short option needs index rates, its mark and a liquidation fee; a long one nothing. */
function optionLine(set: ReferenceSet, held: HeldAmount, rates: BybitOptionRates) {
  const index = exact(indexOf(set, held));
  const mark = set.field('markPrice', held.index);
  const strike = exact(held.instrument.strike!);
  const outOfMoney = maxOf(held.instrument.optionType === 'call' ? strike.minus(index) : index.minus(strike), zero);
  const short = maxOf(held.amount.negated(), zero);
  const maintenance = maxOf(index, mark).times(exact(rates.maintenanceRate))
    .plus(mark).plus(index.times(exact(rates.liquidationFeeRate)));
  const premium = Number.isFinite(held.entry) ? maxOf(exact(held.entry), mark) : mark;
  const initial = maxOf(
    maxOf(index.times(exact(rates.initialRate)).minus(outOfMoney), index.times(exact(rates.initialRateLeast)))
      .plus(premium),
    maintenance,
  );
  return {
    value: held.amount.times(mark), initial: short.times(initial), maintenance: short.times(maintenance),
    breakdown: line(held.instrument.name, short.times(maintenance), set.currency, [
      line('mark price', mark, set.currency), line('index price', index, set.currency),
      line('out-of-the-money amount', outOfMoney, set.currency),
      line('maintenance margin per base unit if short', maintenance, set.currency),
      line('initial margin per base unit if short', initial, set.currency),
    ]),
  };
}
