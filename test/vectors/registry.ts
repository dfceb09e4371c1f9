import type { Suite } from './suite.ts';
import { apc } from './suites/apc.ts';
import { american } from './suites/american.ts';
import { black76 } from './suites/black76.ts';
import { deriveAuction } from './suites/derive-auction.ts';
import { derivePmrm1 } from './suites/derive-pmrm1.ts';
import { derivePmrm2 } from './suites/derive-pmrm2.ts';
import { collateral } from './suites/collateral.ts';
import { deriveInterest } from './suites/derive-interest.ts';
import { deribitPme } from './suites/deribit-pme.ts';
import { deribitStandard } from './suites/deribit-standard.ts';
import { deribitXpm } from './suites/deribit-xpm.ts';
import { deriveSrm } from './suites/derive-srm.ts';
import { binance } from './suites/binance.ts';
import { bybit } from './suites/bybit.ts';
import { cascade } from './suites/cascade.ts';
import { drift } from './suites/drift.ts';
import { dydx } from './suites/dydx.ts';
import { european } from './suites/european.ts';
import { greeks } from './suites/greeks.ts';
import { hyperliquid } from './suites/hyperliquid.ts';
import { impliedVol } from './suites/implied-vol.ts';
import { inverse } from './suites/inverse.ts';
import { marks } from './suites/marks.ts';
import { okx } from './suites/okx.ts';
import { span } from './suites/span.ts';
import { paradex } from './suites/paradex.ts';
import { regt } from './suites/regt.ts';
import { specialFunctions } from './suites/special-functions.ts';
import { stress } from './suites/stress.ts';
import { tims } from './suites/tims.ts';
import { valueAtRisk } from './suites/var.ts';

/** Every suite; a new one is one file in suites/ and one line here. */
export const suites: readonly Suite[] = [
  specialFunctions,
  black76,
  impliedVol,
  inverse,
  greeks,
  european,
  american,
  deribitPme,
  deribitStandard,
  deribitXpm,
  derivePmrm2,
  derivePmrm1,
  deriveSrm,
  deriveAuction,
  marks,
  span,
  dydx,
  drift,
  binance,
  hyperliquid,
  bybit,
  okx,
  paradex,
  tims,
  regt,
  collateral,
  deriveInterest,
  apc,
  cascade,
  valueAtRisk,
  stress,
];
