import { referenceDerivePortfolio } from './derive-portfolio.ts';
import { referenceDeriveSrm } from './derive-srm.ts';
import type { ReferenceModel } from './account.ts';
import { referenceSpan } from './span.ts';
import { referenceDeribitSm } from './deribit-sm.ts';
import { referenceDeribitXpm } from './deribit-xpm.ts';
import { referenceDeribitXsm } from './deribit-xsm.ts';
import { binanceUsdmReference } from './binance-usdm.ts';
import { bybitLinearReference } from './bybit-linear.ts';
import { driftReference } from './drift.ts';
import { dydxReference } from './dydx.ts';
import { hyperliquidReference } from './hyperliquid.ts';
import { okxPmReference } from './okx-pm.ts';
import { referenceParadexPm } from './paradex-pm.ts';
import { referenceParadexXm } from './paradex-xm.ts';
import { referenceTims } from './tims.ts';
import { referenceRegt } from './regt.ts';
import { referenceVar } from './var.ts';

/** References of the portable models, by model name; parameters as the model's own parser returns them. */
type AnyReference = ReferenceModel<never>;

const references: Readonly<Record<string, AnyReference | undefined>> = {
  span: referenceSpan,
  'deribit-sm': referenceDeribitSm,
  'deribit-xsm': referenceDeribitXsm,
  'deribit-xpm': referenceDeribitXpm,
  'binance-usdm': binanceUsdmReference,
  'bybit-linear': bybitLinearReference,
  hyperliquid: hyperliquidReference,
  dydx: dydxReference,
  drift: driftReference,
  'okx-pm': okxPmReference,
  'paradex-pm': referenceParadexPm,
  'paradex-xm': referenceParadexXm,
  tims: referenceTims,
  'derive-pmrm': referenceDerivePortfolio,
  'derive-pmrm1': referenceDerivePortfolio,
  'derive-srm': referenceDeriveSrm,
  regt: referenceRegt,
  var: referenceVar,
};

/** Null for `deribit-pm`, whose reference is `deribit-pm.ts`. */
export function referenceByName(name: string): ReferenceModel<unknown> | null {
  return (references[name] as ReferenceModel<unknown> | undefined) ?? null;
}
