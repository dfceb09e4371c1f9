import type { DydxMarket, DydxParams } from '../../margin/dydx/params.ts';
import { Decimal, exact, zero } from '../decimal.ts';
import { line, perPositionReference, sure, type HeldAmount, type ReferenceSet } from './tiered/netting-set.ts';

/** dYdX v4 in whole numbers of its own, as big integers: docs/models/dydx.md. */
export const dydxReference = perPositionReference<DydxParams>({
  name: 'dydx',
  pool: null,
  ordersMargined: false,
  refusal: (instrument, { markets }) => {
    const base = instrument.baseCurrency.toLowerCase();
    if (instrument.kind !== 'perpetual' || instrument.payoff === 'inverse') return 'only linear perpetuals exist';
    const market = markets.get(base);
    if (market === undefined) return `the parameters have no section markets.${base}`;
    return market.tier.isIsolated ? 'an isolated market has a collateral pool of its own' : null;
  },
  requiredFields: ({ baseCurrency }, { markets }) =>
    markets.get(baseCurrency.toLowerCase())!.tier.openInterestUpperCap > 0 ? ['openInterest'] : [],
  margin: (set, { markets }) => {
    const risks = set.positions.map((each) =>
      riskOf(set, each, markets.get(each.instrument.baseCurrency.toLowerCase())!));
    if (risks.some(({ isExact }) => !isExact)) return { refusal: 'a position is 2^53 quantums or more' };
    const total = (name: 'notional' | 'initial' | 'maintenance' | 'paid'): bigint =>
      risks.reduce((all, each) => all + each[name], 0n);
    const balance = nearest(set.cash.times(million)) - total('paid');
    const gross = risks.reduce((all, { notional }) => all + sizeOf(notional), 0n);
    const equity = usdc(balance + total('notional'));
    return {
      equity, initialMargin: usdc(total('initial')), maintenanceMargin: usdc(total('maintenance')),
      components: new Map([['quoteBalance', usdc(balance)], ['notional', usdc(gross)]]),
      breakdown: [
        sure('stated', line('net collateral', equity, set.currency, [
          line('quote balance', usdc(balance), set.currency),
        ])),
        sure('confirmed', line('initial margin', usdc(total('initial')), set.currency)),
        sure('confirmed', line('maintenance margin', usdc(total('maintenance')), set.currency,
          risks.map(({ breakdown }) => breakdown))),
      ],
    };
  },
});

const million = 1_000_000;
const ppm = 1_000_000n;
const exactMax = 2n ** 53n;

/** Position in base quantums and quote quantums. */
function riskOf(set: ReferenceSet, held: HeldAmount, market: DydxMarket) {
  const { atomicResolution, priceExponent, tier } = market;
  const scale = new Decimal(10).pow(-atomicResolution);
  const base = nearest(held.amount.times(scale));
  const price = nearest(held.price.div(new Decimal(10).pow(priceExponent)));
  const exponent = priceExponent + atomicResolution + 6;
  const notional = shift(base * price, exponent);
  const size = sizeOf(notional);
  const contracts = tier.openInterestUpperCap > 0 ? set.field('openInterest', held.index) : zero;
  const openBase = nearest(contracts.times(exact(held.instrument.contractSize)).times(scale));
  const imf = scaledImf(shift(openBase * price, exponent), market);
  const paid = nearest(held.amount.times(exact(held.entry)).times(million));
  const initial = up(size * imf, ppm);
  const baseInitial = up(size * BigInt(tier.initialMarginPpm), ppm);
  const maintenance = up(baseInitial * BigInt(tier.maintenanceFractionPpm), ppm);
  return {
    notional, initial, maintenance, paid,
    isExact: sizeOf(base) < exactMax && sizeOf(paid) < exactMax,
    breakdown: line(held.instrument.name, usdc(maintenance), set.currency, [
      { label: 'base quantums', value: base.toString() },
      { label: 'oracle price, integer', value: price.toString() },
      line('notional', usdc(notional), set.currency),
      { label: 'initial margin fraction by open interest', value: imf.toString(), unit: 'ppm' },
      line('initial margin', usdc(initial), set.currency),
    ]),
  };
}

/** From the base at the lower cap to one at the upper cap, the increase rounded down. */
function scaledImf(openNotional: bigint, { tier }: DydxMarket): bigint {
  const base = BigInt(tier.initialMarginPpm);
  const lower = nearest(exact(tier.openInterestLowerCap).times(million));
  const upper = nearest(exact(tier.openInterestUpperCap).times(million));
  if (upper === 0n || openNotional <= lower) return base;
  return openNotional >= upper ? ppm : base + ((openNotional - lower) * (ppm - base)) / (upper - lower);
}

/** Times a power of ten, towards zero. */
function shift(value: bigint, exponent: number): bigint {
  return exponent >= 0 ? value * 10n ** BigInt(exponent) : value / 10n ** BigInt(-exponent);
}

function up(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}

function sizeOf(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function nearest(value: Decimal): bigint {
  return BigInt(value.toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toFixed(0));
}

function usdc(quantums: bigint): Decimal {
  return new Decimal(quantums.toString()).div(million);
}
