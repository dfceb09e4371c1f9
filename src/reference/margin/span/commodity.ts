import type { SpanCombinedCommodity, SpanIntraLeg, SpanParams, SpanTier } from '../../../margin/span/parameters.ts';
import { Decimal, exact, maxOf, minOf, sum, zero } from '../../decimal.ts';
import type { ContractRisk } from './contract-risk.ts';

/** A position with the risk of its contract. */
export interface HeldContract {
  readonly quantity: Decimal;
  readonly risk: ContractRisk;
}

/** A spread that was formed, for the explanation. */
export interface FormedSpread {
  readonly label: string;
  readonly kind: 'series' | 'tier' | 'inter';
  readonly priority: number;
  readonly count: Decimal;
  readonly amount: Decimal;
}

export interface WeightedRisk {
  readonly scan: Decimal;
  /** 0-based. */
  readonly active: number;
  readonly timeRisk: Decimal;
  readonly volatilityAdjusted: Decimal;
  readonly priceRisk: Decimal;
  readonly weighted: Decimal;
}

/** Deltas below this are rounding errors of binary sums (composite deltas have four decimals). */
export const deltaZero = new Decimal('1e-9');

/** A combined commodity of one account, step by step: docs/models/span.md, sections C to E and G. */
export class HeldCommodity {
  readonly definition: SpanCombinedCommodity;
  readonly held: readonly HeldContract[];
  readonly #params: SpanParams;
  /** Joint losses once it is the target of a scanning-based spread; zeros once it is a leg of one. */
  losses: readonly Decimal[];
  isMerged = false;
  isTarget = false;
  /** Net delta, and what spreads have left of it. */
  netDelta: Decimal;
  remaining: Decimal = zero;
  readonly remainingByMonth = new Map<string, Decimal>();
  readonly consumedByMonth = new Map<string, Decimal>();
  readonly remainingByTier = new Map<number, Decimal>();
  readonly formed: FormedSpread[] = [];
  readonly credits: FormedSpread[] = [];
  intra = zero;
  spot = zero;
  inter = zero;
  /** Of all months; anew after a scanning-based spread. */
  overall!: WeightedRisk;
  scanRisk = zero;

  constructor(definition: SpanCombinedCommodity, held: readonly HeldContract[], params: SpanParams) {
    this.definition = definition;
    this.held = held;
    this.#params = params;
    this.losses = this.#lossesOf(held);
    this.netDelta = this.#deltaOf(held);
    for (const { quantity, risk } of held) {
      const month = risk.contract.month;
      const before = this.remainingByMonth.get(month) ?? zero;
      this.remainingByMonth.set(month, before.plus(quantity.times(risk.delta)));
    }
    for (const tier of definition.interTiers) this.remainingByTier.set(tier.number, this.#deltaOf(this.#inTier(tier, 'interTiers')));
  }

  /** Steps 3 to 5. */
  formSpreads(): void {
    for (const spread of this.definition.intraSpreads) {
      const count = this.#formSpread(spread.legs, spread.kind, 1) ?? this.#formSpread(spread.legs, spread.kind, -1);
      if (count === null) continue;
      const amount = count.times(exact(spread.charge));
      const legs = spread.legs.map(({ period, ratio, side }) => `${ratio} ${spread.kind === 'tier' ? 'tier ' : ''}${period} ${side}`);
      const { kind, priority } = spread;
      this.formed.push({ label: `${kind} spread ${priority}: ${legs.join(' / ')}`, kind, priority, count, amount });
      this.intra = this.intra.plus(amount);
    }
    for (const { month, chargeConsumed, chargeOutright } of this.definition.spotMonths) {
      const consumed = (this.consumedByMonth.get(month) ?? zero).times(exact(chargeConsumed));
      const outright = (this.remainingByMonth.get(month) ?? zero).abs().times(exact(chargeOutright));
      this.spot = this.spot.plus(consumed).plus(outright);
    }
    this.remaining = sum(this.remainingByMonth.values());
  }

  /** Spreads formed with side A long (1) or short (-1); null if none can be. */
  #formSpread(legs: readonly SpanIntraLeg[], kind: 'series' | 'tier', direction: number): Decimal | null {
    const pools = legs.map((leg) => {
      const sign = leg.side === 'A' ? direction : -direction;
      const months = [...this.remainingByMonth.keys()].sort().filter((month) => this.#isInLeg(month, leg.period, kind));
      const available = sum(months.map((month) => maxOf(this.remainingByMonth.get(month)!.times(sign), zero)));
      return { sign, months, ratio: exact(leg.ratio), available };
    });
    const count = pools.map(({ available, ratio }) => available.div(ratio)).reduce(minOf);
    if (count.lessThanOrEqualTo(deltaZero)) return null;
    for (const { sign, months, ratio } of pools) {
      let needed = count.times(ratio);
      for (const month of months) {
        const delta = this.remainingByMonth.get(month)!;
        const taken = minOf(maxOf(delta.times(sign), zero), needed);
        this.remainingByMonth.set(month, delta.minus(taken.times(sign)));
        this.consumedByMonth.set(month, (this.consumedByMonth.get(month) ?? zero).plus(taken));
        needed = needed.minus(taken);
      }
    }
    return count;
  }

  #isInLeg(month: string, period: string, kind: 'series' | 'tier'): boolean {
    if (kind === 'series') return month === period;
    const tier = this.definition.intraTiers.find((each) => isInTier(month, each));
    return tier !== undefined && String(tier.number) === period;
  }

  /** Scan risk and step 6. */
  assess(): void {
    this.overall = this.#weightedRisk(this.losses, this.netDelta, this.#scanRange(() => true));
    const { scanTiers } = this.definition;
    const isByTier = scanTiers.length > 0 && !this.isMerged && !this.isTarget;
    this.scanRisk = isByTier
      ? sum(scanTiers.map((tier) => this.#lossesOf(this.#inTier(tier, 'scanTiers')).reduce(maxOf)))
      : this.overall.scan;
  }

  /** Weighted price risk of an intercommodity tier, or of all months. */
  weightedPriceRisk(tierNumber: number | null): Decimal {
    const tier = this.definition.interTiers.find(({ number }) => number === tierNumber);
    if (tier === undefined) return this.overall.weighted;
    const held = this.#inTier(tier, 'interTiers');
    return this.#weightedRisk(this.#lossesOf(held), this.#deltaOf(held), this.#scanRange((month) => isInTier(month, tier))).weighted;
  }

  #weightedRisk(losses: readonly Decimal[], delta: Decimal, range: ScanRange): WeightedRisk {
    const { scenarios } = this.#params;
    const scan = losses.reduce(maxOf);
    const active = losses.findIndex((loss) => loss.equals(scan));
    const halfway = (scenario: number): Decimal => losses[scenario].plus(losses[scenarios[scenario].pairedScenario]).div(2);
    const timeRisk = halfway(0);
    const volatilityAdjusted = halfway(active);
    const priceRisk = volatilityAdjusted.minus(timeRisk);
    return { scan, active, timeRisk, volatilityAdjusted, priceRisk, weighted: this.#weight(priceRisk, delta, range) };
  }

  #weight(priceRisk: Decimal, delta: Decimal, range: ScanRange): Decimal {
    if (delta.abs().lessThanOrEqualTo(deltaZero)) return zero;
    const { weightedPriceRisk } = this.#params.options;
    const method = weightedPriceRisk === 'file' ? this.definition.weightedPriceRiskMethod : weightedPriceRisk;
    const limit = delta.isNegative() ? range.up : range.down;
    if (method === 'scan-range') return limit!;
    const normal = maxOf(priceRisk.div(delta.abs()), zero);
    return method === 'scan-range-cap' && limit !== null ? minOf(normal, limit) : normal;
  }

  /** Largest range per delta among the file's futures, else among its options. */
  #scanRange(has: (month: string) => boolean): ScanRange {
    const { code } = this.definition;
    const all = this.marketContracts.filter(({ combinedCommodity, month }) => combinedCommodity === code && has(month));
    const futures = all.filter(({ optionType }) => optionType === null);
    let up: Decimal | null = null;
    let down: Decimal | null = null;
    for (const { priceScanRange, deltaScale } of futures.length > 0 ? futures : all) {
      if (priceScanRange === null) continue;
      up = maxOf(exact(priceScanRange.up).div(exact(deltaScale)), up ?? zero);
      down = maxOf(exact(priceScanRange.down).div(exact(deltaScale)), down ?? zero);
    }
    return { up, down };
  }

  /** Contracts of the file that the market has. */
  marketContracts: SpanParams['contracts'] = [];

  #inTier(tier: SpanTier, list: 'scanTiers' | 'interTiers'): HeldContract[] {
    return this.held.filter(
      ({ risk }) => this.definition[list].find((each) => isInTier(risk.contract.month, each)) === tier,
    );
  }

  #lossesOf(held: readonly HeldContract[]): Decimal[] {
    return this.#params.scenarios.map((_, index) =>
      sum(held.map(({ quantity, risk }) => quantity.times(risk.losses[index]))),
    );
  }

  #deltaOf(held: readonly HeldContract[]): Decimal {
    return sum(held.map(({ quantity, risk }) => quantity.times(risk.delta)));
  }

  /** Section G. */
  shortOptionMinimum(): Decimal {
    const { method, rate, tiers } = this.definition.shortOptionMinimum;
    const shorts = this.held.filter(({ quantity, risk }) => risk.contract.optionType !== null && quantity.isNegative());
    const tierOf = ({ risk: { contract } }: HeldContract) =>
      tiers.find((each) => isInTier(contract.optionMonth ?? contract.month, each));
    const charge = (members: readonly HeldContract[], tierRate: number): Decimal => {
      const count = (optionType: string): Decimal =>
        sum(members.filter(({ risk }) => risk.contract.optionType === optionType).map(({ quantity }) => quantity.negated()));
      const [calls, puts] = [count('call'), count('put')];
      return (method === 'greater' ? maxOf(calls, puts) : calls.plus(puts)).times(exact(tierRate));
    };
    return sum([
      ...tiers.map((tier) => charge(shorts.filter((each) => tierOf(each) === tier), tier.rate)),
      charge(shorts.filter((each) => tierOf(each) === undefined), rate),
    ]);
  }

  /** Premium-style options with a price. */
  optionValue(side: 'long' | 'short'): Decimal {
    const values = this.held.filter(
      ({ quantity, risk: { contract, optionPrice } }) =>
        contract.optionType !== null && contract.valuation === 'premium' && optionPrice !== null &&
        quantity.isNegative() === (side === 'short'),
    );
    return sum(values.map(({ quantity, risk }) => quantity.abs().times(risk.optionPrice!).times(risk.valueFactor)));
  }

  /** Contracts, long and short, of premium-style options without a price. */
  contractsWithoutPrice(): Decimal {
    const missing = this.held.filter(
      ({ risk: { contract, optionPrice } }) =>
        contract.optionType !== null && contract.valuation === 'premium' && optionPrice === null,
    );
    return sum(missing.map(({ quantity }) => quantity.abs()));
  }
}

/** Null where the file has none. */
interface ScanRange {
  readonly up: Decimal | null;
  readonly down: Decimal | null;
}

function isInTier(month: string, { start, end }: SpanTier): boolean {
  return month.slice(0, start.length) >= start && month.slice(0, end.length) <= end;
}
