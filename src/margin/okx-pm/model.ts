import {
  DATA_BASIS_RATE, DATA_EXPIRY_ID, DATA_EXTREME_SHOCK, DATA_MINIMUM_RATE, DATA_PRICE, DATA_QUOTE_ID, DATA_SPOT_SHOCK,
  DATA_STABLE, FLOAT_BASIS_GROSS, FLOAT_BORROW_INITIAL, FLOAT_BORROW_MAINTENANCE, FLOAT_EXTREME_SHARE,
  FLOAT_INITIAL_FACTOR, RULE_OKX,
} from '../../../assembly/portable/margin/tiered-layout.ts';
import { OKX_UNIT_FLOATS } from '../../../assembly/portable/margin/tiered-okx.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { baseOf, tieredModel, type InstrumentRow } from '../tiered/model.ts';
import { noTiers } from '../tiered/tier.ts';
import { okxPmComponents } from './evidence.ts';
import { parseOkxPmParams, type OkxPmParams } from './params.ts';

const dollar = 'USD';

/** OKX portfolio margin of futures and perpetuals, in USD. Formulas: docs/models/okx-pm.md. */
export const okxPm = tieredModel<OkxPmParams>({
  name: 'okx-pm',
  title: 'OKX portfolio margin, futures and perpetuals',
  components: okxPmComponents,
  pooling: { kind: 'account', currency: () => dollar },
  resultComponents: ['mr1', 'mr4', 'mr6', 'mr7', 'mr8', 'unitMaintenance', 'borrowInitialMargin'],
  faults: [
    'a risk unit holds several expiries: how MR4 pairs them is not published',
    'contracts or cash of several quote currencies: MR9 (stablecoin depeg) tiers are not published',
  ],
  ordersMargined: false,
  rule: RULE_OKX,
  parseParams: parseOkxPmParams,
  coverage: ({ source, date, unconfirmed, underlyings }) => ({
    source, date, unconfirmed, covers: [...underlyings.keys()],
  }),
  refusal,
  requiredFields: ({ quoteCurrency }) => (quoteCurrency === dollar ? [] : ['stablePrice']),
  workFloats: (rows) => OKX_UNIT_FLOATS * new Set(rows.instruments.map(baseOf)).size,
  floats: (params) => new Map([
    [FLOAT_EXTREME_SHARE, params.extremeShare],
    [FLOAT_INITIAL_FACTOR, params.initialFactor],
    [FLOAT_BORROW_MAINTENANCE, params.borrowMaintenanceRate],
    [FLOAT_BORROW_INITIAL, params.borrowInitialRate],
    [FLOAT_BASIS_GROSS, params.basisAcrossExpiries === 'gross' ? 1 : 0],
  ]),
  tiers: (instrument, params) => params.underlyings.get(baseOf(instrument))?.minimumTiers ?? noTiers,
  unit: baseOf,
  fill,
});

function fill(each: InstrumentRow<OkxPmParams>): ReadonlyMap<number, number> {
  const { instrument, row, market, params } = each;
  const stable = instrument.quoteCurrency === dollar ? 1 : market.field('stablePrice')[row];
  const quote = instrument.kind === 'spot' ? instrument.baseCurrency : instrument.quoteCurrency;
  const numbers = new Map([[DATA_STABLE, stable], [DATA_QUOTE_ID, codeOf(quote, market.instruments)]]);
  if (!(stable > 0)) numbers.set(DATA_PRICE, NaN);
  if (instrument.kind === 'spot') return numbers;
  const underlying = params.underlyings.get(baseOf(instrument))!;
  const years = market.timeYears[market.expiryOf[row]];
  const annualised = underlying.basisAnnualised * years;
  return new Map([
    ...numbers,
    [DATA_SPOT_SHOCK, underlying.spotShock],
    [DATA_EXTREME_SHOCK, underlying.extremeShock],
    [DATA_BASIS_RATE, annualised > underlying.basisLeast ? annualised : underlying.basisLeast],
    [DATA_MINIMUM_RATE, underlying.minimumRate],
    [DATA_EXPIRY_ID, instrument.expiryMs ?? 0],
  ]);
}

/** The place of a currency among those of the market: equal for equal currencies. */
function codeOf(currency: string, instruments: readonly Instrument[]): number {
  return instruments.findIndex(
    ({ kind, baseCurrency, quoteCurrency }) => (kind === 'spot' ? baseCurrency : quoteCurrency) === currency,
  );
}

function refusal(instrument: Instrument, params: OkxPmParams): string | null {
  const base = baseOf(instrument);
  if (instrument.kind === 'option') {
    return 'the volatility shocks (MR1), MR3 and MR5 of options are not published';
  }
  if (instrument.payoff === 'inverse') {
    return 'coin-margined contracts need discount rates of coins, which are not covered';
  }
  if (instrument.kind === 'spot') {
    if (instrument.quoteCurrency === dollar && params.stablecoins.includes(base)) return null;
    return 'discount rates of coins held as collateral are not covered';
  }
  return params.underlyings.has(base) ? null : `the parameters have no section underlyings.${base}`;
}
