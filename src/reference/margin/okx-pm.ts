import { yearMs } from '../../domain/market.ts';
import type { OkxPmParams, OkxUnderlying } from '../../margin/okx-pm/params.ts';
import { exact, maxOf, one, sum, zero, type Decimal } from '../decimal.ts';
import type { Breakdown } from './account.ts';
import { line, perPositionReference, pnlOf, sure, type HeldAmount, type ReferenceSet } from './tiered/netting-set.ts';

const dollar = 'USD';

/** OKX portfolio margin of futures and perpetuals: docs/models/okx-pm.md. */
export const okxPmReference = perPositionReference<OkxPmParams>({
  name: 'okx-pm',
  pool: dollar,
  ordersMargined: false,
  refusal: (instrument, { underlyings, stablecoins }) => {
    const base = instrument.baseCurrency.toLowerCase();
    if (instrument.kind === 'option') return 'the volatility shocks (MR1), MR3 and MR5 of options are not published';
    if (instrument.payoff === 'inverse') return 'coin-margined contracts need discount rates of coins';
    if (instrument.kind === 'spot') {
      const isStable = instrument.quoteCurrency === dollar && stablecoins.includes(base);
      return isStable ? null : 'discount rates of coins held as collateral are not covered';
    }
    return underlyings.has(base) ? null : `the parameters have no section underlyings.${base}`;
  },
  requiredFields: ({ quoteCurrency }) => (quoteCurrency === dollar ? [] : ['stablePrice']),
  margin: (set, params) => {
    const quotes = new Set(set.positions.map(({ instrument }) =>
      instrument.kind === 'spot' ? instrument.baseCurrency : instrument.quoteCurrency));
    if (quotes.size > 1) return { refusal: 'several quote currencies: MR9 (stablecoin depeg) tiers are not published' };
    const contracts = set.positions.filter(({ instrument }) => instrument.kind !== 'spot');
    const bases = [...new Set(contracts.map(({ instrument }) => instrument.baseCurrency.toLowerCase()))];
    const groups = bases.map((base) => contracts.filter((each) => each.instrument.baseCurrency.toLowerCase() === base));
    if (params.basisAcrossExpiries === 'refuse' && groups.some((group) => expiryCount(group) > 1)) {
      return { refusal: 'a risk unit holds several expiries: how MR4 pairs them is not published' };
    }
    const units = groups.map((group, place) => unitOf(set, group, bases[place], params));
    return accountMargin(set, units, params);
  },
});

interface Unit {
  readonly mr1: Decimal;
  readonly mr4: Decimal;
  readonly mr6: Decimal;
  readonly mr7: Decimal;
  readonly maintenance: Decimal;
  readonly breakdown: Breakdown;
}

function accountMargin(set: ReferenceSet, units: readonly Unit[], params: OkxPmParams) {
  const total = (name: 'mr1' | 'mr4' | 'mr6' | 'mr7' | 'maintenance'): Decimal =>
    sum([zero, ...units.map((each) => each[name])]);
  const pnl = sum([zero, ...set.positions.map((each) =>
    each.instrument.kind === 'spot' ? deltaOf(set, each) : pnlOf(each).times(stableOf(set, each)))]);
  const equity = set.cash.plus(pnl);
  const borrowed = maxOf(equity.negated(), zero);
  const mr8 = borrowed.times(exact(params.borrowMaintenanceRate));
  const borrowInitial = borrowed.times(exact(params.borrowInitialRate));
  const initialMargin = total('maintenance').times(exact(params.initialFactor)).plus(borrowInitial);
  const maintenanceMargin = total('maintenance').plus(mr8);
  return {
    equity, initialMargin, maintenanceMargin,
    components: new Map([
      ['mr1', total('mr1')], ['mr4', total('mr4')], ['mr6', total('mr6')], ['mr7', total('mr7')], ['mr8', mr8],
      ['unitMaintenance', total('maintenance')], ['borrowInitialMargin', borrowInitial],
    ]),
    breakdown: [
      line('equity', equity, dollar),
      line('initial margin', initialMargin, dollar, [
        line('units times initial factor', total('maintenance').times(exact(params.initialFactor)), dollar),
        line('borrowing', borrowInitial, dollar),
      ]),
      line('maintenance margin', maintenanceMargin, dollar, [
        ...units.map(({ breakdown }) => breakdown), sure('confirmed', line('MR8 borrowing', mr8, dollar)),
      ]),
    ],
  };
}

function expiryCount(group: readonly HeldAmount[]): number {
  return new Set(group.map(({ instrument }) => instrument.expiryMs)).size;
}

/** All contracts of one underlying. */
function unitOf(set: ReferenceSet, group: readonly HeldAmount[], base: string, params: OkxPmParams): Unit {
  const rules = params.underlyings.get(base)!;
  const deltas = group.map((each) => deltaOf(set, each));
  const net = sum(deltas).abs();
  const gross = sum(deltas.map((each) => each.abs()));
  const mr1 = net.times(exact(rules.spotShock));
  const mr4 = basisRisk(set, group, rules);
  const mr6 = net.times(exact(rules.extremeShock)).times(exact(params.extremeShare));
  const mr7 = minimumCharge(gross.times(exact(rules.minimumRate)), rules);
  const maintenance = maxOf(maxOf(mr1, mr6).plus(mr4), mr7);
  const breakdown = line(`risk unit ${base}`, maintenance, dollar, [
    line('net delta', sum(deltas), dollar),
    sure('confirmed', line('MR1 spot shock', mr1, dollar)),
    sure(expiryCount(group) > 1 ? 'unknown' : 'stated', line('MR4 basis', mr4, dollar)),
    sure('confirmed', line('MR6 extreme move', mr6, dollar)),
    sure('confirmed', line('MR7 minimum charge', mr7, dollar)),
  ]);
  return { mr1, mr4, mr6, mr7, maintenance, breakdown };
}

/** Summed over expiries: the net delta of each times its move, which grows with time and has a least. */
function basisRisk(set: ReferenceSet, group: readonly HeldAmount[], rules: OkxUnderlying): Decimal {
  const expiries = [...new Set(group.map(({ instrument }) => instrument.expiryMs))];
  return sum(expiries.map((expiryMs) => {
    const years = expiryMs === null ? zero : exact(expiryMs - set.market.asOfMs).div(yearMs);
    const move = maxOf(exact(rules.basisLeast), years.times(exact(rules.basisAnnualised)));
    const ofExpiry = group.filter(({ instrument }) => instrument.expiryMs === expiryMs);
    return sum(ofExpiry.map((each) => deltaOf(set, each))).abs().times(move);
  }));
}

/** Each part of the charge counts with the multiplier of the tier that it lies in. */
function minimumCharge(raw: Decimal, { minimumTiers }: OkxUnderlying): Decimal {
  return sum(minimumTiers.map(({ floor, initialRate }, place) => {
    const end = minimumTiers[place + 1]?.floor;
    const top = end === undefined || raw.lt(exact(end)) ? raw : exact(end);
    return maxOf(top.minus(exact(floor)), zero).times(exact(initialRate));
  }));
}

function stableOf(set: ReferenceSet, { instrument, index }: HeldAmount): Decimal {
  return instrument.quoteCurrency === dollar ? one : set.field('stablePrice', index);
}

/** USD. */
function deltaOf(set: ReferenceSet, held: HeldAmount): Decimal {
  return held.amount.times(held.price).times(stableOf(set, held));
}
