import { INTEGER_FLOATS } from '../../../assembly/portable/integer.ts';
import { DRIFT_WORK_INTEGERS } from '../../../assembly/portable/margin/tiered-drift.ts';
import {
  DATA_DEPOSITS, DATA_IMF_FACTOR, DATA_INITIAL, DATA_MAINTENANCE, DATA_OTHER_INITIAL, DATA_OTHER_MAINTENANCE,
  DATA_PNL_IMF_FACTOR, DATA_PRICE, DATA_SCALE_START, DATA_TWAP, FLOAT_ORDER_CHARGE, FLOAT_PNL_CAP, RULE_DRIFT,
} from '../../../assembly/portable/margin/tiered-layout.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { baseOf, tieredModel, type InstrumentRow } from '../tiered/model.ts';
import { driftComponents } from './evidence.ts';
import { parseDriftParams, type DriftParams, type DriftPerpetual, type DriftSpot } from './params.ts';

/** Drift v2, cross margin with spot collateral, in USDC. Formulas: docs/models/drift.md. */
export const drift = tieredModel<DriftParams>({
  name: 'drift',
  title: 'Drift v2, cross margin with spot collateral',
  components: driftComponents,
  pooling: { kind: 'account', currency: () => 'USDC' },
  resultComponents: [
    'unrealisedPnl', 'initialRequirement', 'initialCollateral', 'maintenanceRequirement', 'maintenanceCollateral',
  ],
  faults: ['open orders of spot markets are not covered'],
  ordersMargined: true,
  rule: RULE_DRIFT,
  parseParams: parseDriftParams,
  coverage: ({ source, date, unconfirmed, perpetuals, spots }) => ({
    source, date, unconfirmed, covers: [...new Set([...perpetuals.keys(), ...spots.keys()])],
  }),
  refusal,
  requiredFields: (instrument) => (instrument.kind === 'spot' ? ['twapPrice'] : []),
  workFloats: () => DRIFT_WORK_INTEGERS * INTEGER_FLOATS,
  floats: ({ openOrderCharge, maxPositivePnlForInitialMargin }) =>
    new Map([[FLOAT_ORDER_CHARGE, openOrderCharge], [FLOAT_PNL_CAP, maxPositivePnlForInitialMargin]]),
  fill: (row) => {
    const base = baseOf(row.instrument);
    if (row.instrument.kind === 'spot') return fillSpot(row, row.params.spots.get(base)!);
    return fillPerpetual(row.params.perpetuals.get(base)!);
  },
});

function fillPerpetual(market: DriftPerpetual): ReadonlyMap<number, number> {
  return new Map([
    [DATA_INITIAL, market.marginRatioInitial],
    [DATA_MAINTENANCE, market.marginRatioMaintenance],
    [DATA_IMF_FACTOR, market.imfFactor],
    [DATA_OTHER_INITIAL, market.unrealizedPnlInitialAssetWeight],
    [DATA_OTHER_MAINTENANCE, market.unrealizedPnlMaintenanceAssetWeight],
    [DATA_PNL_IMF_FACTOR, market.unrealizedPnlImfFactor],
  ]);
}

function fillSpot({ row, market }: InstrumentRow<DriftParams>, spot: DriftSpot): ReadonlyMap<number, number> {
  const twap = market.field('twapPrice')[row];
  const price = market.forward[row];
  return new Map([
    [DATA_PRICE, twap > 0 ? price : NaN],
    [DATA_INITIAL, spot.initialAssetWeight],
    [DATA_MAINTENANCE, spot.maintenanceAssetWeight],
    [DATA_IMF_FACTOR, spot.imfFactor],
    [DATA_OTHER_INITIAL, spot.initialLiabilityWeight],
    [DATA_OTHER_MAINTENANCE, spot.maintenanceLiabilityWeight],
    [DATA_TWAP, twap],
    [DATA_DEPOSITS, spot.deposits],
    [DATA_SCALE_START, spot.scaleInitialAssetWeightStart],
  ]);
}

function refusal(instrument: Instrument, params: DriftParams): string | null {
  const base = baseOf(instrument);
  if (instrument.kind === 'spot') {
    return params.spots.has(base) ? null : `the parameters have no section spots.${base}`;
  }
  if (instrument.kind !== 'perpetual' || instrument.payoff === 'inverse') return 'only linear perpetuals exist';
  return params.perpetuals.has(base) ? null : `the parameters have no section perpetuals.${base}`;
}
