import type { Instrument } from '../domain/instrument.ts';
import { invalid, knownFields, numberField, section, unbounded, type Section } from '../margin/fields.ts';

/** What it costs to trade an instrument at once, and in which sizes it trades. */
export interface TradingCosts {
  /** Half of the spread between bid and ask, fraction of the price. */
  readonly halfSpread: number;
  readonly impact: 'none' | 'square-root' | 'linear';
  /** Y of the square-root law, lambda of the linear one. */
  readonly impactCoefficient: number;
  /** Standard deviation of a day's return; square-root law only. */
  readonly dailyVolatility: number;
  /** Traded per day, quote currency. */
  readonly dailyVolume: number;
  /** Liquidation fee: fraction of notional, to the insurance fund. */
  readonly feeRate: number;
  /** Of an option: part of its premium that the fee is at most. */
  readonly feePremiumShare: number;
  /** Contracts; 0: any quantity. */
  readonly lot: number;
  /** Contracts that an order has at least, unless it closes the position. */
  readonly minimum: number;
}

/** Terms for everything, then for a kind, a base currency (lower case), an instrument: the narrower one counts. */
export interface CostTable {
  readonly default: TradingCosts;
  readonly kinds: ReadonlyMap<string, TradingCosts>;
  readonly bases: ReadonlyMap<string, TradingCosts>;
  readonly instruments: ReadonlyMap<string, TradingCosts>;
}

const freeTrading: TradingCosts = {
  halfSpread: 0,
  impact: 'none',
  impactCoefficient: 0,
  dailyVolatility: 0,
  dailyVolume: 1,
  feeRate: 0,
  feePremiumShare: 1,
  lot: 0,
  minimum: 0,
};

/** Reads `{ default, kinds, bases, instruments }`; missing fields are those of `default`. Throws `ParameterInvalid`. */
export function parseCosts(input: unknown, path = 'costs'): CostTable {
  const root = input === undefined ? {} : knownFields(input, path, ['default', 'kinds', 'bases', 'instruments']);
  const usual =
    root['default'] === undefined ? freeTrading : parseTrading(root['default'], `${path}.default`, freeTrading);
  const each = (name: string): Map<string, TradingCosts> => {
    const fields = root[name] === undefined ? {} : section(root[name], `${path}.${name}`);
    return new Map(
      Object.keys(fields).map((key) => [key, parseTrading(fields[key], `${path}.${name}.${key}`, usual)] as const),
    );
  };
  return { default: usual, kinds: each('kinds'), bases: each('bases'), instruments: each('instruments') };
}

function parseTrading(input: unknown, path: string, usual: TradingCosts): TradingCosts {
  const fields: Section = { ...usual, ...knownFields(input, path, Object.keys(freeTrading)) };
  const { impact } = fields;
  if (impact !== 'none' && impact !== 'square-root' && impact !== 'linear') {
    throw invalid(`${path}.impact`, impact, 'must be none, square-root or linear');
  }
  const upTo = (name: string, max: number): number => numberField(fields, name, path, { min: 0, max });
  const dailyVolume = upTo('dailyVolume', unbounded);
  if (dailyVolume === 0) throw invalid(`${path}.dailyVolume`, dailyVolume, 'must be > 0');
  return {
    halfSpread: upTo('halfSpread', 0.5),
    impact,
    impactCoefficient: upTo('impactCoefficient', 1_000),
    dailyVolatility: upTo('dailyVolatility', 10),
    dailyVolume,
    feeRate: upTo('feeRate', 1),
    feePremiumShare: upTo('feePremiumShare', 1),
    lot: upTo('lot', unbounded),
    minimum: upTo('minimum', unbounded),
  };
}

export function costsOf(table: CostTable, { name, baseCurrency, kind }: Instrument): TradingCosts {
  return (
    table.instruments.get(name) ?? table.bases.get(baseCurrency.toLowerCase()) ?? table.kinds.get(kind) ?? table.default
  );
}

/** Price moves that are believed of an estimate. */
const slippageMax = 0.95;

/**
 * How much worse than the mark an order is filled on average, fraction of the price: half spread, and what the order
 * moves the price by while it is filled. The square-root law Y sigma sqrt(Q / V) and the linear one lambda Q / V say
 * where the price is after Q; the average over the way there is 2/3 and 1/2 of it. `notional`: quote currency.
 */
export function slippage(costs: TradingCosts, notional: number): number {
  const { halfSpread, impact, impactCoefficient, dailyVolatility, dailyVolume } = costs;
  const part = notional / dailyVolume;
  const moved =
    impact === 'none'
      ? 0
      : impact === 'linear'
        ? (impactCoefficient * part) / 2
        : (impactCoefficient * dailyVolatility * Math.sqrt(part) * 2) / 3;
  return Math.min(halfSpread + moved, slippageMax);
}
