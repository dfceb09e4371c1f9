import {
  DATA_BASE_IMF, DATA_BASE_QUANTUMS, DATA_LOWER_CAP, DATA_MAINTENANCE_FRACTION, DATA_OPEN_INTEREST,
  DATA_PRICE_INTEGER, DATA_QUOTE_EXPONENT, DATA_UPPER_CAP, RULE_DYDX,
} from '../../../assembly/portable/margin/tiered-layout.ts';
import { DYDX_WORK_INTEGERS } from '../../../assembly/portable/margin/tiered-dydx.ts';
import { INTEGER_FLOATS } from '../../../assembly/portable/integer.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { baseOf, tieredModel, type InstrumentRow } from '../tiered/model.ts';
import { dydxComponents } from './evidence.ts';
import { parseDydxParams, type DydxParams } from './params.ts';

/** Quote quantums are 1e-6 USDC. */
const quoteDecimals = 6;
const quoteQuantums = 1e6;

/** dYdX v4 subaccount with cross margin, in the chain's integers. Formulas: docs/models/dydx.md. */
export const dydx = tieredModel<DydxParams>({
  name: 'dydx',
  title: 'dYdX v4 subaccount, cross margin',
  components: dydxComponents,
  pooling: { kind: 'currency' },
  resultComponents: ['quoteBalance', 'notional'],
  faults: ['a position or its entry value is 2^53 quantums or more: it cannot be held exactly'],
  ordersMargined: false,
  rule: RULE_DYDX,
  parseParams: parseDydxParams,
  coverage: ({ source, date, unconfirmed, markets }) => ({ source, date, unconfirmed, covers: [...markets.keys()] }),
  refusal,
  requiredFields: (instrument, { markets }) =>
    markets.get(baseOf(instrument))!.tier.openInterestUpperCap > 0 ? ['openInterest'] : [],
  workFloats: () => DYDX_WORK_INTEGERS * INTEGER_FLOATS,
  fill,
});

function fill({ instrument, row, market, params }: InstrumentRow<DydxParams>): ReadonlyMap<number, number> {
  const { atomicResolution, priceExponent, tier } = params.markets.get(baseOf(instrument))!;
  return new Map([
    [DATA_BASE_QUANTUMS, instrument.contractSize * powerOfTen(-atomicResolution)],
    // A price below half a unit of the venue's integers is no price.
    [DATA_PRICE_INTEGER, Math.round(market.forward[row] * powerOfTen(-priceExponent)) || NaN],
    [DATA_QUOTE_EXPONENT, priceExponent + atomicResolution + quoteDecimals],
    [DATA_BASE_IMF, tier.initialMarginPpm],
    [DATA_MAINTENANCE_FRACTION, tier.maintenanceFractionPpm],
    [DATA_OPEN_INTEREST, market.field('openInterest')[row]],
    [DATA_LOWER_CAP, tier.openInterestLowerCap * quoteQuantums],
    [DATA_UPPER_CAP, tier.openInterestUpperCap * quoteQuantums],
  ]);
}

/** Exact up to 10^22; a negative exponent divides. */
function powerOfTen(exponent: number): number {
  return Number(`1e${exponent}`);
}

function refusal(instrument: Instrument, params: DydxParams): string | null {
  const base = baseOf(instrument);
  if (instrument.kind !== 'perpetual' || instrument.payoff === 'inverse') return 'only linear perpetuals exist';
  const market = params.markets.get(base);
  if (market === undefined) return `the parameters have no section markets.${base}`;
  return market.tier.isIsolated ? 'an isolated market has a collateral pool of its own' : null;
}
