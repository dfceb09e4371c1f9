import type { DriftParams, DriftPerpetual, DriftSpot } from '../../margin/drift/params.ts';
import { Decimal, exact, maxOf, minOf, sum, zero } from '../decimal.ts';
import type { Breakdown } from './account.ts';
import { assetWeight, liabilityWeight, scaledInitialWeight } from './tiered/drift-weights.ts';
import { line, perPositionReference, pnlOf, sure, type HeldAmount, type ReferenceSet } from './tiered/netting-set.ts';

/** Drift v2: docs/models/drift.md. */
export const driftReference = perPositionReference<DriftParams>({
  name: 'drift',
  pool: 'USDC',
  ordersMargined: true,
  refusal: (instrument, { perpetuals, spots }) => {
    const base = instrument.baseCurrency.toLowerCase();
    if (instrument.kind === 'spot') return spots.has(base) ? null : `the parameters have no section spots.${base}`;
    if (instrument.kind !== 'perpetual' || instrument.payoff === 'inverse') return 'only linear perpetuals exist';
    return perpetuals.has(base) ? null : `the parameters have no section perpetuals.${base}`;
  },
  requiredFields: ({ kind }) => (kind === 'spot' ? ['twapPrice'] : []),
  margin: (set, params) => {
    if (set.orders.some(({ instrument }) => instrument.kind === 'spot')) {
      return { refusal: 'open orders of spot markets are not covered' };
    }
    const parts = [cashPart(set), ...spotParts(set, params), ...perpetualParts(set, params)];
    const total = (name: keyof Amounts): Decimal => sum([zero, ...parts.map((part) => part[name])]);
    const equity = total('value');
    const initialMargin = total('initialRequirement').plus(equity.minus(total('initialCollateral')));
    const maintenanceMargin = total('maintenanceRequirement').plus(equity.minus(total('maintenanceCollateral')));
    return {
      equity, initialMargin, maintenanceMargin,
      components: new Map([
        ['unrealisedPnl', total('pnl')],
        ['initialRequirement', total('initialRequirement')], ['initialCollateral', total('initialCollateral')],
        ['maintenanceRequirement', total('maintenanceRequirement')],
        ['maintenanceCollateral', total('maintenanceCollateral')],
      ]),
      breakdown: [
        sure('stated', line('account value, unweighted', equity, set.currency)),
        line('initial margin: requirement and what weights take off', initialMargin, set.currency, [
          line('margin requirement', total('initialRequirement'), set.currency),
          line('total collateral', total('initialCollateral'), set.currency),
        ]),
        line('maintenance margin', maintenanceMargin, set.currency, [
          line('margin requirement', total('maintenanceRequirement'), set.currency),
          line('total collateral', total('maintenanceCollateral'), set.currency),
        ]),
        ...parts.map(({ breakdown }) => breakdown),
      ],
    };
  },
});

interface Amounts {
  readonly value: Decimal;
  readonly pnl: Decimal;
  readonly initialRequirement: Decimal;
  readonly initialCollateral: Decimal;
  readonly maintenanceRequirement: Decimal;
  readonly maintenanceCollateral: Decimal;
}

interface Part extends Amounts {
  readonly breakdown: Breakdown;
}

const nothing: Amounts = {
  value: zero, pnl: zero, initialRequirement: zero, initialCollateral: zero, maintenanceRequirement: zero,
  maintenanceCollateral: zero,
};
const weightOne = 10_000;

function cashPart({ cash, currency }: ReferenceSet): Part {
  const deposit = maxOf(cash, zero);
  const borrow = maxOf(cash.negated(), zero);
  return {
    ...nothing, value: cash,
    initialCollateral: deposit, maintenanceCollateral: deposit,
    initialRequirement: borrow, maintenanceRequirement: borrow,
    breakdown: line('cash', cash, currency),
  };
}

function spotParts(set: ReferenceSet, { spots }: DriftParams): Part[] {
  return set.positions
    .filter(({ instrument }) => instrument.kind === 'spot')
    .map((each) => spotPart(set, each, spots.get(each.instrument.baseCurrency.toLowerCase())!));
}

function spotPart(set: ReferenceSet, held: HeldAmount, spot: DriftSpot): Part {
  const { amount, price } = held;
  const tokens = amount.abs();
  const twap = set.field('twapPrice', held.index);
  const isDeposit = amount.gte(0);
  const strict = tokens.times(isDeposit ? minOf(price, twap) : maxOf(price, twap));
  const value = tokens.times(price);
  const scaled = scaledInitialWeight(spot, exact(spot.deposits).times(price));
  const weights = isDeposit
    ? [assetWeight(tokens, spot.imfFactor, scaled), assetWeight(tokens, spot.imfFactor, spot.maintenanceAssetWeight)]
    : [
        liabilityWeight(tokens, spot.imfFactor, spot.initialLiabilityWeight),
        liabilityWeight(tokens, spot.imfFactor, spot.maintenanceLiabilityWeight),
      ];
  const initial = strict.times(weights[0]).div(weightOne);
  const maintenance = value.times(weights[1]).div(weightOne);
  const breakdown = line(held.instrument.name, value, set.currency, [
    line('strict value', strict, set.currency),
    { label: 'initial weight', value: String(weights[0]), unit: '1/10000', evidence: 'confirmed' },
    { label: 'maintenance weight', value: String(weights[1]), unit: '1/10000', evidence: 'confirmed' },
  ]);
  if (isDeposit) {
    return { ...nothing, value, initialCollateral: initial, maintenanceCollateral: maintenance, breakdown };
  }
  return {
    ...nothing, value: value.negated(), initialRequirement: initial, maintenanceRequirement: maintenance, breakdown,
  };
}

function perpetualParts(set: ReferenceSet, params: DriftParams): Part[] {
  const held = [...set.positions, ...set.orders].filter(({ instrument }) => instrument.kind !== 'spot');
  const rows = [...new Set(held.map(({ index }) => index))];
  return rows.map((index) => perpetualPart(set, index, params));
}

function perpetualPart(set: ReferenceSet, index: number, params: DriftParams): Part {
  const position = set.positions.find((each) => each.index === index);
  const orders = set.orders.filter((each) => each.index === index);
  const { instrument, price } = position ?? orders[0];
  const market = params.perpetuals.get(instrument.baseCurrency.toLowerCase())!;
  const amount = position?.amount ?? zero;
  const bids = sum([zero, ...orders.filter((each) => each.quantity > 0).map((each) => each.amount)]);
  const asks = sum([zero, ...orders.filter((each) => each.quantity < 0).map((each) => each.amount)]);
  const worst = maxOf(amount.plus(bids).abs(), amount.plus(asks).abs());
  const charge = exact(params.openOrderCharge).times(orders.length);
  const ratios = [market.marginRatioInitial, market.marginRatioMaintenance].map((ratio) =>
    liabilityWeight(worst, market.imfFactor, ratio));
  const value = worst.times(price);
  const pnl = position === undefined ? zero : pnlOf(position);
  const pnlWeight = pnl.gt(0) ? market.unrealizedPnlMaintenanceAssetWeight : weightOne;
  return {
    value: pnl, pnl,
    initialRequirement: value.times(ratios[0]).div(weightOne).plus(charge),
    maintenanceRequirement: value.times(ratios[1]).div(weightOne).plus(charge),
    initialCollateral: initialPnl(pnl, market, params),
    maintenanceCollateral: pnl.times(pnlWeight).div(weightOne),
    breakdown: line(instrument.name, value, set.currency, [
      line('worst case of position and orders', worst, instrument.baseCurrency),
      { label: 'initial margin ratio', value: String(ratios[0]), unit: '1/10000', evidence: 'confirmed' },
      { label: 'maintenance margin ratio', value: String(ratios[1]), unit: '1/10000', evidence: 'confirmed' },
      sure('stated', line('charge for open orders', charge, set.currency)),
      line('unrealised P&L', pnl, set.currency),
      sure('stated', line('of it collateral at initial margin', initialPnl(pnl, market, params), set.currency)),
    ]),
  };
}

/** A gain counts at its weight and up to the cap, a loss in full. */
function initialPnl(pnl: Decimal, market: DriftPerpetual, params: DriftParams): Decimal {
  if (pnl.lte(0)) return pnl;
  const weight = assetWeight(pnl, market.unrealizedPnlImfFactor, market.unrealizedPnlInitialAssetWeight, 6);
  return minOf(pnl.times(weight).div(weightOne), exact(params.maxPositivePnlForInitialMargin));
}
