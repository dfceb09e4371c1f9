import type { Instrument } from '../../domain/instrument.ts';
import { numberField, section, type Section } from '../fields.ts';

/** Taker fees of an account: what both Paradex models provide for closing its positions and filling its orders. */
export interface TakerFees {
  /** Of perpetuals and futures, fraction of the notional at mark. */
  readonly delta1: number;
  /** Of options, fraction of the notional at the index price. */
  readonly option: number;
  /** The most that an option pays, fraction of its mark. */
  readonly optionCap: number;
  /** Rates of single markets, by instrument name: they go before the others. */
  readonly markets: ReadonlyMap<string, number>;
}

const rateRule = { min: 0, max: 1 };

/** Fields `taker_fee_rate`, `option_fee_cap` and, if there, `market_taker_fee_rate`. */
export function parseTakerFees(root: Section): TakerFees {
  const rates = section(root['taker_fee_rate'], 'taker_fee_rate');
  return {
    delta1: numberField(rates, 'delta1', 'taker_fee_rate', rateRule),
    option: numberField(rates, 'option', 'taker_fee_rate', rateRule),
    optionCap: numberField(root, 'option_fee_cap', '', { min: 0, max: 1 }),
    markets: parseMarketRates(root['market_taker_fee_rate']),
  };
}

function parseMarketRates(value: unknown): ReadonlyMap<string, number> {
  if (value === undefined) return new Map();
  const path = 'market_taker_fee_rate';
  const rates = section(value, path);
  return new Map(Object.keys(rates).map((name) => [name, numberField(rates, name, path, rateRule)] as const));
}

export function takerFeeRateOf({ name, kind }: Instrument, fees: TakerFees): number {
  return fees.markets.get(name) ?? (kind === 'option' ? fees.option : fees.delta1);
}
