import type { ParadexPmParams } from '../../margin/paradex-pm/params.ts';
import { type Decimal, exact, maxOf, sum, zero } from '../decimal.ts';
import { Memo } from '../memo.ts';
import type { Breakdown, ReferenceMargin, ReferenceModel } from './account.ts';
import {
  equityLines, isSpot, line, marginParadexAccount, scaleOf, spotBalanceOf, valueOf, type Holding, type ParadexAccount,
} from './paradex/account-value.ts';
import { pmContract, type PmContract, type PmRisk } from './paradex/pm-contract.ts';

/** Paradex portfolio margin in decimals: docs/models/paradex-pm.md, section by section, no shortcuts. */
export const referenceParadexPm: ReferenceModel<ParadexPmParams> = (market, params) => {
  const contracts = new Memo<number, PmContract>();
  const contractOf = (index: number): PmContract => contracts.get(index, () => pmContract(market, index, params));
  return (account) => marginParadexAccount(account, params.currency, contractOf, (held) => marginAccount(held, params));
};

interface RiskHolding {
  readonly risk: PmRisk;
  readonly held: Holding<PmContract>;
}

/** Requirement of one underlying: everything of `resultComponents` but the spot balance. */
interface Underlying {
  readonly base: string;
  readonly spot: Decimal;
  readonly pnl: readonly Decimal[];
  readonly contracts: readonly PmContract[];
  readonly components: Readonly<Record<string, Decimal>>;
}

function marginAccount(account: ParadexAccount<PmContract>, params: ParadexPmParams): ReferenceMargin {
  const held = [...account.positions, ...account.orders].filter((each) => !isSpot(each));
  const bases = [...new Set(held.map(({ contract }) => contract.base))].sort();
  const underlyings = bases.map((base) => {
    const ofBase = (list: readonly Holding<PmContract>[]): RiskHolding[] =>
      list.flatMap((each) => (each.contract.base === base && each.contract.risk !== null
        ? [{ risk: each.contract.risk, held: each }]
        : []));
    return marginUnderlying(base, ofBase(account.positions), ofBase(account.orders));
  });
  const spotBalance = spotBalanceOf(account.positions);
  const total = (name: string): Decimal => sum(underlyings.map(({ components }) => components[name]));
  const components = new Map(componentNames.map((name) => [
    name, name === 'spotBalance' ? spotBalance : total(name),
  ] as const));
  return {
    equity: account.cash.plus(sum(account.positions.map(valueOf))),
    initialMargin: sum([total('netInitial'), total('fundingProvision'), total('feeProvision'), spotBalance]),
    maintenanceMargin: sum([
      total('netMaintenance'), total('positionFundingProvision'), total('positionFeeProvision'), spotBalance,
    ]),
    components,
    worstScenario: worstScenario(underlyings),
    scale: scaleOf(account),
    breakdown: [
      ...equityLines(account),
      ...underlyings.map((each) => underlyingLine(each, params)),
      line('spot balances', spotBalance, { evidence: 'confirmed' }),
    ],
  };
}

const componentNames = [
  'scanRisk', 'deltaMinimum', 'netInitial', 'fundingProvision', 'feeProvision', 'spotBalance', 'positionScanRisk',
  'positionDeltaMinimum', 'netMaintenance', 'positionFundingProvision', 'positionFeeProvision', 'positionDeltaValue',
  'orderDeltaValue', 'longDeltaValue', 'shortDeltaValue', 'unhedgedDeltaValue', 'hedgedDeltaValue',
];

/** That of the underlying with the largest scan risk; the first of equal ones. */
function worstScenario(underlyings: readonly Underlying[]): number | null {
  let worst: number | null = null;
  let largest = zero;
  for (const { pnl } of underlyings) {
    pnl.forEach((value, scenario) => {
      if (value.negated().lessThanOrEqualTo(largest)) return;
      largest = value.negated();
      worst = scenario;
    });
  }
  return worst;
}

function marginUnderlying(base: string, positions: readonly RiskHolding[], orders: readonly RiskHolding[]): Underlying {
  const { asset, spot } = [...positions, ...orders][0].risk;
  const weights = asset.scenarios.map(({ weight }) => exact(weight));
  const positionPnl = weights.map((weight, s) => sum(positions.map(({ risk, held }) =>
    risk.live.times(weight).times(risk.shocked[s].minus(held.contract.mark)).times(held.units))));
  const pnl = weights.map((weight, s) => positionPnl[s].minus(sum(orders.map((order) =>
    order.risk.live.times(weight).times(orderLoss(order, s))))));
  const scanRisk = largestLoss(pnl);
  const positionScanRisk = largestLoss(positionPnl);
  const deltas = deltaTerms(positions, orders);
  const hedgedFactor = exact(asset.hedgedMarginFactor);
  const unhedgedFactor = exact(asset.unhedgedMarginFactor);
  const deltaMinimum = deltas.hedged.times(hedgedFactor).plus(deltas.unhedged.times(unhedgedFactor)).times(spot);
  const offset = deltas.gross.minus(deltas.net.abs()).div(2);
  const positionDeltaMinimum = unhedgedFactor.times(deltas.net.abs()).plus(hedgedFactor.times(offset)).times(spot);
  const netInitial = maxOf(scanRisk, deltaMinimum);
  const netMaintenance = exact(asset.mmfFactor).times(maxOf(positionScanRisk, positionDeltaMinimum));
  return {
    base,
    spot,
    pnl,
    contracts: [...new Set([...positions, ...orders].map(({ held }) => held.contract))],
    components: {
      scanRisk, deltaMinimum, netInitial, positionScanRisk, positionDeltaMinimum, netMaintenance,
      ...provisions(positions, orders),
      positionDeltaValue: deltas.net.times(spot),
      orderDeltaValue: deltas.ofOrders.times(spot),
      longDeltaValue: deltas.long.times(spot),
      shortDeltaValue: deltas.short.times(spot),
      unhedgedDeltaValue: deltas.unhedged.times(spot),
      hedgedDeltaValue: deltas.hedged.times(spot),
    },
  };
}

function largestLoss(pnl: readonly Decimal[]): Decimal {
  return pnl.reduce((loss, value) => maxOf(loss, value.negated()), zero);
}

/** What a fill at the limit would lose in a scenario, before the weight. */
function orderLoss({ risk, held }: RiskHolding, scenario: number): Decimal {
  const gap = held.units.isNegative()
    ? risk.shocked[scenario].minus(held.price)
    : held.price.minus(risk.shocked[scenario]);
  return maxOf(gap, zero).times(held.units.abs());
}

function deltaTerms(positions: readonly RiskHolding[], orders: readonly RiskHolding[]) {
  const deltaOf = ({ risk, held }: RiskHolding): Decimal => risk.delta.times(held.units);
  const longOf = (list: readonly RiskHolding[]): Decimal => sum(list.map((each) => maxOf(deltaOf(each), zero)));
  const shortOf = (list: readonly RiskHolding[]): Decimal =>
    sum(list.map((each) => maxOf(deltaOf(each).negated(), zero)));
  const heldLong = longOf(positions);
  const heldShort = shortOf(positions);
  const long = heldLong.plus(longOf(orders));
  const short = heldShort.plus(shortOf(orders));
  const unhedged = maxOf(zero, maxOf(long.minus(heldShort), short.minus(heldLong)));
  return {
    long,
    short,
    unhedged,
    hedged: maxOf(zero, maxOf(long, short).minus(unhedged)),
    net: heldLong.minus(heldShort),
    gross: heldLong.plus(heldShort),
    ofOrders: sum(orders.map(deltaOf)),
  };
}

/** Orders take away from the funding of the positions: so does the venue's engine. */
function provisions(positions: readonly RiskHolding[], orders: readonly RiskHolding[]) {
  const fundingOf = ({ risk, held }: RiskHolding): Decimal => risk.funding.times(held.units);
  const feeOf = ({ risk, held }: RiskHolding): Decimal => risk.fee.times(held.units.abs());
  const funding = sum(positions.map(fundingOf));
  const positionFeeProvision = sum(positions.map(feeOf));
  return {
    fundingProvision: maxOf(zero, funding.minus(sum(orders.map(fundingOf)))),
    feeProvision: positionFeeProvision.plus(sum(orders.map(feeOf))),
    positionFundingProvision: maxOf(zero, funding),
    positionFeeProvision,
  };
}

function bindingOf({ scanRisk, deltaMinimum }: Underlying['components']): string {
  return scanRisk.greaterThan(deltaMinimum) ? 'scan risk' : 'minimum delta requirement';
}

/** What the charges are made of, per base unit. */
function contractLine({ name, risk }: PmContract): Breakdown {
  const { delta, fee, funding, live } = risk!;
  const terms = [['delta', delta], ['fee', fee], ['funding', funding], ['part of the window ahead', live]] as const;
  return line(name, null, { children: terms.map(([label, value]) => line(label, value)) });
}

function underlyingLine(underlying: Underlying, params: ParadexPmParams): Breakdown {
  const { base, spot, pnl, contracts, components } = underlying;
  const { scenarios } = params.assets.get(base)!;
  const amount = (label: string, name: string, children: readonly Breakdown[] = []): Breakdown =>
    line(label, components[name], { unit: params.currency, evidence: 'confirmed', children });
  const scan = scenarios.map(({ spotShock, volShock, weight }, s) =>
    line(`scenario ${s}: spot ${spotShock}, volatility ${volShock}, weight ${weight}`, pnl[s]));
  const binding = worstScenario([underlying]);
  return line(base.toUpperCase(), null, {
    children: [
      line('index price', spot),
      line('per base unit', null, { children: contracts.map(contractLine) }),
      amount('scan risk', 'scanRisk', [line('binding scenario', binding === null ? 'none' : `${binding}`), ...scan]),
      amount('minimum delta requirement', 'deltaMinimum', [
        amount('long delta', 'longDeltaValue'), amount('short delta', 'shortDeltaValue'),
        amount('unhedged delta', 'unhedgedDeltaValue'), amount('hedged delta', 'hedgedDeltaValue'),
      ]),
      amount('net initial margin', 'netInitial', [line('binding', bindingOf(components))]),
      amount('funding provision', 'fundingProvision'),
      amount('fee provision', 'feeProvision'),
      amount('net maintenance margin', 'netMaintenance', [
        amount('scan risk of positions', 'positionScanRisk'),
        amount('minimum delta requirement of positions', 'positionDeltaMinimum'),
      ]),
      amount('funding provision of positions', 'positionFundingProvision'),
      amount('fee provision of positions', 'positionFeeProvision'),
    ],
  });
}
