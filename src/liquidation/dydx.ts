import * as kernel from '../../assembly/portable/margin/tiered-dydx.ts';
import { MargridError } from '../errors.ts';
import { IntegerBlock } from '../money/integer-block.ts';

/**
 * Liquidation maths of dYdX v4 in its own integers (kernels: assembly/portable/margin/tiered-dydx.ts): base quantums,
 * quote quantums (1e-6 USDC), parts per million. Source: dydxprotocol/v4-chain@84d4664b, x/clob/keeper/liquidations.go.
 */
export const dydxQuoteDecimals = 6;

/** A perpetual: its price is `price * 10^priceExponent` USDC per coin, a base quantum 10^atomicResolution coins. */
export interface DydxPerpetual {
  readonly price: bigint;
  readonly priceExponent: number;
  readonly atomicResolution: number;
  readonly initialMarginPpm: number;
  readonly maintenanceFractionPpm: number;
}

export interface DydxRisk {
  /** Net notional, of an account with its quote balance: net collateral. */
  readonly notional: bigint;
  readonly initial: bigint;
  readonly maintenance: bigint;
}

/** Open interest that scales the initial margin fraction, in base quantums and quote quantums. */
export interface DydxOpenInterest {
  readonly baseQuantums: bigint;
  readonly lowerCap: number;
  readonly upperCap: number;
  /** Least fraction of the account's own, ppm; absent: none. */
  readonly customImfPpm?: number;
}

export interface DydxSubaccount {
  readonly quoteBalance: bigint;
  /** Base quantums by perpetual. */
  readonly positions: ReadonlyMap<string, bigint>;
}

export type DydxMarkets = ReadonlyMap<string, DydxPerpetual>;

const noInterest: DydxOpenInterest = { baseQuantums: 0n, lowerCap: 0, upperCap: 0 };

function run(
  kernelOf: (floats: Float64Array, block: number) => void,
  floats: readonly number[],
  numbers: readonly bigint[],
): IntegerBlock {
  const block = new IntegerBlock(kernel.DYDX_BLOCK_FLOATS, floats, numbers);
  kernelOf(block.floats, 0);
  return block;
}

/** Notional and requirements of a position of `quantums`. */
export function dydxPositionRisk(
  market: DydxPerpetual,
  quantums: bigint,
  interest: DydxOpenInterest = noInterest,
): DydxRisk & { readonly imfPpm: number } {
  const exponent = market.priceExponent + market.atomicResolution + dydxQuoteDecimals;
  const floats = [
    exponent,
    market.initialMarginPpm,
    market.maintenanceFractionPpm,
    interest.lowerCap,
    interest.upperCap,
    interest.customImfPpm ?? 0,
  ];
  const block = run(kernel.dydxPositionRisk, floats, [quantums, market.price, interest.baseQuantums]);
  return { notional: block.number(3), initial: block.number(4), maintenance: block.number(5), imfPpm: block.floats[6] };
}

/** Net collateral and requirements of the whole subaccount. */
export function dydxAccountRisk(markets: DydxMarkets, account: DydxSubaccount): DydxRisk {
  let total: DydxRisk = { notional: account.quoteBalance, initial: 0n, maintenance: 0n };
  for (const [id, quantums] of account.positions) {
    const risk = dydxPositionRisk(marketOf(markets, id), quantums);
    total = {
      notional: total.notional + risk.notional,
      initial: total.initial + risk.initial,
      maintenance: total.maintenance + risk.maintenance,
    };
  }
  return total;
}

function marketOf(markets: DydxMarkets, id: string): DydxPerpetual {
  const market = markets.get(id);
  if (market !== undefined) return market;
  throw new MargridError('InstrumentUnknown', `there is no perpetual '${id}'`, { column: 'perpetual', value: id });
}

/** The position, if `delta` makes it smaller and does not turn it. Throws `ValueOutOfRange`. */
function requireReduction(account: DydxSubaccount, id: string, delta: bigint): bigint {
  const position = account.positions.get(id) ?? 0n;
  const block = new IntegerBlock(kernel.DYDX_BLOCK_FLOATS, [], [position, delta]);
  if (kernel.dydxIsReduction(block.floats, 0) === 1) return position;
  const message = `a change of ${delta} is no reduction of a position of ${position} base quantums`;
  throw new MargridError('ValueOutOfRange', message, { column: 'delta', value: String(delta) });
}

/** What closing part of a position is worth where the account would end at nothing: -DNNV - TNC |DMMR| / TMMR. */
export function dydxBankruptcyPrice(before: DydxRisk, after: DydxRisk, total: DydxRisk): bigint {
  return run(
    kernel.dydxBankruptcyPrice,
    [],
    [before.notional, after.notional, before.maintenance, after.maintenance, total.notional, total.maintenance],
  ).number(6);
}

/**
 * Bankruptcy price in quote quantums of changing a position by `delta` base quantums: what the account gets (buy: pays,
 * negative). Throws `ValueOutOfRange` if that is no reduction.
 */
export function dydxBankruptcyPriceOf(
  markets: DydxMarkets,
  account: DydxSubaccount,
  id: string,
  delta: bigint,
): bigint {
  const position = requireReduction(account, id, delta);
  const market = marketOf(markets, id);
  const after = dydxPositionRisk(market, position + delta);
  return dydxBankruptcyPrice(dydxPositionRisk(market, position), after, dydxAccountRisk(markets, account));
}

export interface DydxFillableTerms {
  readonly bankruptcyAdjustmentPpm: number;
  readonly spreadToMaintenanceMarginRatioPpm: number;
}

/** Quote quantums per base quantum as a fraction. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Price at which a liquidation order may be filled: worse for the account the nearer it is to bankruptcy. */
export function dydxFillablePrice(
  position: DydxRisk,
  total: DydxRisk,
  quantums: bigint,
  terms: DydxFillableTerms,
): Fraction {
  const floats = [terms.bankruptcyAdjustmentPpm, terms.spreadToMaintenanceMarginRatioPpm];
  const block = run(kernel.dydxFillablePrice, floats, [
    position.notional,
    position.maintenance,
    total.notional,
    total.maintenance,
    quantums,
  ]);
  return { numerator: block.number(5), denominator: block.number(6) };
}

/** The same from a whole account; `delta` must be a reduction. */
export function dydxFillablePriceOf(
  markets: DydxMarkets,
  account: DydxSubaccount,
  id: string,
  delta: bigint,
  terms: DydxFillableTerms,
): Fraction {
  const position = requireReduction(account, id, delta);
  return dydxFillablePrice(
    dydxPositionRisk(marketOf(markets, id), position),
    dydxAccountRisk(markets, account),
    position,
    terms,
  );
}

/** Quote quantums of a fill, towards zero: base quantums times subticks times 10^exponent. */
export function dydxFillQuote(fill: bigint, subticks: bigint, exponent: number): bigint {
  return run(kernel.dydxFillQuote, [exponent], [fill, subticks]).number(2);
}

/**
 * What a fill pays into the insurance fund (negative: takes out of it): what the account gets for it (`quote`, signed)
 * less the bankruptcy price, at most the largest fee.
 */
export function dydxInsuranceFundDelta(quote: bigint, bankruptcyPrice: bigint, maxFeePpm: number): bigint {
  return run(kernel.dydxInsuranceFundDelta, [maxFeePpm], [quote, bankruptcyPrice]).number(2);
}

export interface DydxFill {
  readonly perpetual: string;
  readonly isBuy: boolean;
  /** Base quantums, > 0. */
  readonly quantums: bigint;
  /** Quote quantums, > 0. */
  readonly quote: bigint;
}

/** The same from a whole account before the fill. Throws `ValueOutOfRange` for an empty fill and for no reduction. */
export function dydxInsuranceFundDeltaOf(
  markets: DydxMarkets,
  account: DydxSubaccount,
  fill: DydxFill,
  maxFeePpm: number,
): bigint {
  const { perpetual, isBuy, quantums, quote } = fill;
  if (quantums <= 0n) {
    throw new MargridError('ValueOutOfRange', `a fill must have base quantums, got ${quantums}`, {
      column: 'fill',
      value: String(quantums),
    });
  }
  const price = dydxBankruptcyPriceOf(markets, account, perpetual, isBuy ? quantums : -quantums);
  return dydxInsuranceFundDelta(isBuy ? -quote : quote, price, maxFeePpm);
}

export interface DydxBlockLimits {
  /** Part of the position's notional that one block may liquidate, ppm. */
  readonly maxPositionPortionPpm: number;
  /** Quote quantums. */
  readonly minNotional: bigint;
  /** What the subaccount's limit per block leaves, quote quantums. */
  readonly notionalLeft: bigint;
  /** Base quantums. */
  readonly step: bigint;
}

/** Base quantums of a position (unsigned) that one block may liquidate. */
export function dydxLiquidatable(market: DydxPerpetual, position: bigint, limits: DydxBlockLimits): bigint {
  const exponent = market.priceExponent + market.atomicResolution + dydxQuoteDecimals;
  return run(
    kernel.dydxLiquidatable,
    [exponent, limits.maxPositionPortionPpm],
    [position, market.price, limits.minNotional, limits.notionalLeft, limits.step],
  ).number(5);
}
