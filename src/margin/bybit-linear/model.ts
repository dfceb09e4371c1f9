import {
  DATA_INDEX, DATA_LEVERAGE_RATE, DATA_MARK, DATA_OUT_OF_MONEY, DATA_PRICE, FLOAT_OPTION_INITIAL,
  FLOAT_OPTION_INITIAL_LEAST, FLOAT_OPTION_LIQUIDATION_FEE, FLOAT_OPTION_MAINTENANCE, RULE_BRACKETS,
} from '../../../assembly/portable/margin/tiered-layout.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { symbolOf, tieredModel, type InstrumentRow } from '../tiered/model.ts';
import { noTiers } from '../tiered/tier.ts';
import { bybitLinearComponents } from './evidence.ts';
import { parseBybitLinearParams, type BybitLinearParams } from './params.ts';

/** Bybit unified trading account, cross margin: linear contracts and options. Formulas: docs/models/bybit-linear.md. */
export const bybitLinear = tieredModel<BybitLinearParams>({
  name: 'bybit-linear',
  title: 'Bybit unified trading account, cross margin: linear contracts and options',
  components: bybitLinearComponents,
  pooling: { kind: 'currency' },
  resultComponents: ['unrealisedPnl', 'notional', 'optionValue', 'optionInitialMargin', 'optionMaintenanceMargin'],
  faults: [],
  ordersMargined: false,
  optionEntryPrices: true,
  rule: RULE_BRACKETS,
  parseParams: parseBybitLinearParams,
  coverage: ({ source, date, unconfirmed, symbols }) => ({
    source, date, unconfirmed, covers: [...symbols.keys(), 'options'],
  }),
  refusal,
  requiredFields: (instrument) => (instrument.kind === 'option' ? ['markPrice'] : []),
  workFloats: () => 0,
  floats: ({ options }) => new Map([
    [FLOAT_OPTION_INITIAL, options.initialRate],
    [FLOAT_OPTION_INITIAL_LEAST, options.initialRateLeast],
    [FLOAT_OPTION_MAINTENANCE, options.maintenanceRate],
    [FLOAT_OPTION_LIQUIDATION_FEE, options.liquidationFeeRate],
  ]),
  tiers: (instrument, params) => params.symbols.get(symbolOf(instrument))?.tiers ?? noTiers,
  fill: (row) => (row.instrument.kind === 'option' ? fillOption(row) : fillLinear(row)),
});

function fillLinear({ instrument, params }: InstrumentRow<BybitLinearParams>): ReadonlyMap<number, number> {
  return new Map([[DATA_LEVERAGE_RATE, params.symbols.get(symbolOf(instrument))!.leverageRate]]);
}

function fillOption({ instrument, row, market }: InstrumentRow<BybitLinearParams>): ReadonlyMap<number, number> {
  const index = market.indexPrice[market.groupOf[row]];
  const strike = instrument.strike!;
  const outOfMoney = instrument.optionType === 'call' ? strike - index : index - strike;
  const mark = market.field('markPrice')[row];
  const expired = !(market.timeYears[market.expiryOf[row]] >= 0);
  return new Map([
    // An option is margined on the index: a bad one is what quarantines its holders.
    [DATA_PRICE, expired || !(mark >= 0) ? NaN : index],
    [DATA_INDEX, index],
    [DATA_MARK, mark],
    [DATA_OUT_OF_MONEY, outOfMoney > 0 ? outOfMoney : 0],
  ]);
}

function refusal(instrument: Instrument, params: BybitLinearParams): string | null {
  const symbol = symbolOf(instrument);
  if (instrument.kind === 'spot') return 'collateral value ratios of spot assets are not covered';
  if (instrument.payoff === 'inverse') return 'inverse contracts have their own risk limits, which are not covered';
  if (instrument.kind === 'option') return null;
  return params.symbols.has(symbol) ? null : `the parameters have no section symbols.${symbol}`;
}
