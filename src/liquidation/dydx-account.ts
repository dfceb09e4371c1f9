import { nearestWhole } from '../../assembly/portable/margin/tiered-dydx.ts';
import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import { parseDydxParams, type DydxParams } from '../margin/dydx/params.ts';
import type { Holdings } from '../whatif/holdings.ts';
import { instrumentIndexOf } from '../whatif/legs.ts';
import { dydxQuoteDecimals, type DydxPerpetual, type DydxSubaccount } from './dydx.ts';

/** An account of an engine under the model `dydx`, in the chain's integers: the same that the model margins. */
export interface DydxAccount {
  /** By name of the instrument. */
  readonly markets: ReadonlyMap<string, DydxPerpetual>;
  readonly subaccount: DydxSubaccount;
}

const usdc = 'USDC';

/** Throws `OptionInvalid` for an instrument without parameters. */
export function dydxAccount(market: Market, holdings: Holdings, params: unknown): DydxAccount {
  const parsed = parseDydxParams(params);
  const markets = new Map<string, DydxPerpetual>();
  const positions = new Map<string, bigint>();
  let quoteBalance = wholeOf((holdings.cash.get(usdc) ?? 0) * 10 ** 6);
  for (const [name, { quantity, entryPrice }] of holdings.positions) {
    const index = instrumentIndexOf(market, name);
    const perpetual = perpetualOf(market, index, parsed);
    const { contractSize } = market.instruments[index];
    markets.set(name, perpetual);
    positions.set(name, wholeOf(quantity * baseQuantumsOf(contractSize, perpetual)));
    // What the position was paid with, rounded as the model does.
    quoteBalance -= wholeOf(quantity * contractSize * entryPrice * 10 ** 6);
  }
  return { markets, subaccount: { quoteBalance, positions } };
}

/** Base quantums per contract. */
export function baseQuantumsOf(contractSize: number, { atomicResolution }: DydxPerpetual): number {
  return contractSize * Number(`1e${-atomicResolution}`);
}

function perpetualOf(market: Market, index: number, params: DydxParams): DydxPerpetual {
  const { name, baseCurrency } = market.instruments[index];
  const terms = params.markets.get(baseCurrency.toLowerCase());
  if (terms === undefined)
    throw new MargridError('OptionInvalid', `dydx has no parameters for ${name}`, { value: name });
  const { atomicResolution, priceExponent, tier } = terms;
  return {
    price: wholeOf(Math.round(market.forward[index] * Number(`1e${-priceExponent}`))),
    priceExponent,
    atomicResolution,
    initialMarginPpm: tier.initialMarginPpm,
    maintenanceFractionPpm: tier.maintenanceFractionPpm,
  };
}

function wholeOf(value: number): bigint {
  const whole = nearestWhole(value);
  if (Number.isSafeInteger(whole)) return BigInt(whole);
  throw new MargridError(
    'ValueOutOfRange',
    `${value} is too large to be exact in quantums (${dydxQuoteDecimals} decimals of USDC)`,
    { value },
  );
}
