import { DATA_LEVERAGE_RATE, RULE_BRACKETS } from '../../../assembly/portable/margin/tiered-layout.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { symbolOf, tieredModel } from '../tiered/model.ts';
import { binanceUsdmComponents } from './evidence.ts';
import { parseBinanceUsdmParams, type BinanceUsdmParams } from './params.ts';

/** Binance USD-margined futures, cross margin in one margin asset. Formulas: docs/models/binance-usdm.md. */
export const binanceUsdm = tieredModel<BinanceUsdmParams>({
  name: 'binance-usdm',
  title: 'Binance USD-margined futures, cross margin',
  components: binanceUsdmComponents,
  pooling: { kind: 'currency' },
  resultComponents: ['unrealisedPnl', 'notional'],
  faults: [],
  ordersMargined: false,
  rule: RULE_BRACKETS,
  parseParams: parseBinanceUsdmParams,
  coverage: ({ source, date, unconfirmed, symbols }) => ({ source, date, unconfirmed, covers: [...symbols.keys()] }),
  refusal,
  requiredFields: () => [],
  workFloats: () => 0,
  tiers: (instrument, params) => params.symbols.get(symbolOf(instrument))!.tiers,
  fill: ({ instrument, params }) =>
    new Map([[DATA_LEVERAGE_RATE, params.symbols.get(symbolOf(instrument))!.leverageRate]]),
});

function refusal(instrument: Instrument, params: BinanceUsdmParams): string | null {
  const symbol = symbolOf(instrument);
  if (instrument.kind === 'option') return 'Binance has not published how it margins written options';
  if (instrument.kind === 'spot') return 'spot is no margin asset of a USD-margined account';
  if (instrument.payoff === 'inverse') return 'coin-margined contracts have their own brackets, which are not covered';
  return params.symbols.has(symbol) ? null : `the parameters have no section symbols.${symbol}`;
}
