import {
  DATA_LEVERAGE_RATE, FLOAT_TRANSFER_RATE, RULE_BRACKETS,
} from '../../../assembly/portable/margin/tiered-layout.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { baseOf, tieredModel } from '../tiered/model.ts';
import { hyperliquidComponents } from './evidence.ts';
import { parseHyperliquidParams, type HyperliquidParams } from './params.ts';

/** Hyperliquid perpetuals, cross margin. Formulas: docs/models/hyperliquid.md. */
export const hyperliquid = tieredModel<HyperliquidParams>({
  name: 'hyperliquid',
  title: 'Hyperliquid perpetuals, cross margin',
  components: hyperliquidComponents,
  pooling: { kind: 'currency' },
  resultComponents: ['unrealisedPnl', 'notional', 'transferRequirement'],
  faults: [],
  ordersMargined: false,
  rule: RULE_BRACKETS,
  parseParams: parseHyperliquidParams,
  coverage: ({ source, date, unconfirmed, assets }) => ({ source, date, unconfirmed, covers: [...assets.keys()] }),
  refusal,
  requiredFields: () => [],
  workFloats: () => 0,
  floats: ({ transferRate }) => new Map([[FLOAT_TRANSFER_RATE, transferRate]]),
  tiers: (instrument, params) => params.assets.get(baseOf(instrument))!.tiers,
  fill: ({ instrument, params }) =>
    new Map([[DATA_LEVERAGE_RATE, params.assets.get(baseOf(instrument))!.leverageRate]]),
});

function refusal(instrument: Instrument, params: HyperliquidParams): string | null {
  const base = baseOf(instrument);
  if (instrument.kind !== 'perpetual') return 'only perpetuals are margined; portfolio margin is not in force';
  if (instrument.payoff === 'inverse') return 'only linear contracts exist';
  return params.assets.has(base) ? null : `the parameters have no section assets.${base}`;
}
