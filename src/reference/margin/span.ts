import type { Market } from '../../domain/market.ts';
import type { SpanCombinedCommodity, SpanContract, SpanInterSpread, SpanParams } from '../../margin/span/parameters.ts';
import { Decimal, exact, maxOf, minOf, sum, zero } from '../decimal.ts';
import type { Breakdown, ReferenceAccount, ReferenceMargin, ReferenceModel, ReferenceResult } from './account.ts';
import { commodityBreakdown, type CommodityRequirement } from './span/breakdown.ts';
import { HeldCommodity, type HeldContract } from './span/commodity.ts';
import { contractRisk, type ContractRisk } from './span/contract-risk.ts';
import { formDeltaSpread, joinDeltas, joinLosses } from './span/inter-spreads.ts';

/**
 * SPAN of one account in decimals, step by step in the order of combination: docs/models/span.md. Shares nothing with
 * the engine but the types of domain and parameters.
 */
export const referenceSpan: ReferenceModel<SpanParams> = (market, params) => {
  const reference = new SpanReference(market, params);
  return (account) => reference.margin(account);
};

/** The combined commodities of an account in one currency after all spreads; empty if the account is refused. */
export function referenceSpanCommodities(
  market: Market,
  params: SpanParams,
  account: ReferenceAccount,
  currency: string,
): ReadonlyMap<string, HeldCommodity> {
  return new SpanReference(market, params).commodities(account, currency);
}

interface HeldPosition extends HeldContract {
  readonly entryPrice: Decimal;
}

class SpanReference {
  readonly #market: Market;
  readonly #params: SpanParams;
  readonly #contracts: ReadonlyMap<string, SpanContract>;
  readonly #definitions: ReadonlyMap<string, SpanCombinedCommodity>;
  readonly #marketContracts: readonly SpanContract[];
  readonly #spreads: readonly SpanInterSpread[];

  constructor(market: Market, params: SpanParams) {
    this.#market = market;
    this.#params = params;
    this.#contracts = new Map(params.contracts.map((each) => [each.name, each]));
    this.#definitions = new Map(params.combinedCommodities.map((each) => [each.code, each]));
    this.#marketContracts = market.instruments.flatMap(({ name }) => this.#contracts.get(name) ?? []);
    const isUsed = ({ refusal, isSuper }: SpanInterSpread) =>
      refusal === null && (params.options.superSpreads === 'apply' || !isSuper);
    this.#spreads = params.interSpreads.filter(isUsed).sort((a, b) => a.priority - b.priority);
  }

  margin(account: ReferenceAccount): ReadonlyMap<string, ReferenceResult> {
    const currencies = new Set(account.cash.keys());
    for (const { instrumentIndex } of [...account.positions, ...account.orders]) {
      currencies.add(this.#market.instruments[instrumentIndex].settlementCurrency);
    }
    return new Map([...currencies].map((currency) => [currency, this.#nettingSet(account, currency)]));
  }

  #nettingSet(account: ReferenceAccount, currency: string): ReferenceResult {
    if (account.orders.some((order) => this.#isIn(order, currency))) {
      return { refusal: 'the account has open orders, which the model span has no margin for' };
    }
    const positions = this.#positions(account, currency);
    if (typeof positions === 'string') return { refusal: positions };
    return this.#requirement(positions, exact(account.cash.get(currency) ?? 0), currency);
  }

  commodities(account: ReferenceAccount, currency: string): ReadonlyMap<string, HeldCommodity> {
    const positions = this.#positions(account, currency);
    return typeof positions === 'string' ? new Map() : this.#combine(positions, currency);
  }

  #isIn({ instrumentIndex }: { readonly instrumentIndex: number }, currency: string): boolean {
    return this.#market.instruments[instrumentIndex].settlementCurrency === currency;
  }

  /** Text: why they cannot be margined. */
  #positions(account: ReferenceAccount, currency: string): HeldPosition[] | string {
    const positions: HeldPosition[] = [];
    for (const position of account.positions) {
      if (!this.#isIn(position, currency)) continue;
      const risk = this.#risk(position.instrumentIndex);
      if (typeof risk === 'string') return risk;
      positions.push({ quantity: exact(position.quantity), entryPrice: exact(position.entryPrice), risk });
    }
    return positions;
  }

  /** Text: why the instrument cannot be margined. */
  #risk(instrumentIndex: number): ContractRisk | string {
    const instrument = this.#market.instruments[instrumentIndex];
    const contract = this.#contracts.get(instrument.name);
    if (contract === undefined) return `${instrument.name}: the risk-parameter file has no contract of this name`;
    const { refusal } = this.#definitions.get(contract.combinedCommodity)!;
    if (refusal !== null) return `${instrument.name}: ${refusal}`;
    const unknown = this.#params.interSpreads.find(
      (spread) =>
        spread.refusal !== null && spread.legs.some((leg) => leg.combinedCommodity === contract.combinedCommodity),
    );
    if (unknown !== undefined) return `${instrument.name}: ${unknown.refusal}`;
    return contractRisk(contract, instrument, instrumentIndex, this.#market, this.#params);
  }

  #requirement(positions: readonly HeldPosition[], cash: Decimal, currency: string): ReferenceMargin {
    const commodities = this.#combine(positions, currency);
    const requirements = [...commodities.values()].map((commodity) => this.#requirementOf(commodity));
    const total = (of: (each: CommodityRequirement) => Decimal): Decimal => sum(requirements.map(of));
    // The one with the largest scan risk; of equal ones the first by name, as the engine orders risk groups.
    const leading = [...requirements].sort((a, b) => b.commodity.scanRisk.comparedTo(a.commodity.scanRisk))[0];
    const ofLeading = (of: (commodity: HeldCommodity) => Decimal): Decimal =>
      leading === undefined ? zero : of(leading.commodity);
    const equity = cash.plus(sum(positions.map(gainOf)));
    return {
      equity,
      initialMargin: total(({ initial, initialValue }) => initial.minus(initialValue)),
      maintenanceMargin: total(({ requirement, value }) => requirement.minus(value)),
      components: new Map([
        ['scanRisk', total(({ commodity }) => commodity.scanRisk)],
        ['intracommodityCharge', total(({ commodity }) => commodity.intra)],
        ['spotCharge', total(({ commodity }) => commodity.spot)],
        ['intercommodityCredit', total(({ commodity }) => commodity.inter)],
        ['shortOptionMinimum', total(({ shortOptionMinimum }) => shortOptionMinimum)],
        ['riskRequirement', total(({ requirement }) => requirement)],
        ['longOptionValue', total(({ longValue }) => longValue)],
        ['shortOptionValue', total(({ shortValue }) => shortValue)],
        ['netOptionValue', total(({ value }) => value)],
        ['timeRisk', ofLeading(({ overall }) => overall.timeRisk)],
        ['priceRisk', ofLeading(({ overall }) => overall.priceRisk)],
        ['weightedPriceRisk', ofLeading(({ overall }) => overall.weighted)],
        ['netDelta', ofLeading(({ netDelta }) => netDelta)],
        ['contractsWithoutPrice', total(({ commodity }) => commodity.contractsWithoutPrice())],
      ]),
      worstScenario: leading?.commodity.overall.active ?? null,
      scale: sum([cash.abs(), ...positions.map(sizeOf)]),
      breakdown: this.#breakdown(requirements, equity),
    };
  }

  /** Steps 1 to 7: combined commodities in the order of their names. */
  #combine(positions: readonly HeldPosition[], currency: string): ReadonlyMap<string, HeldCommodity> {
    const byCode = new Map<string, HeldPosition[]>();
    for (const position of positions) {
      const code = position.risk.contract.combinedCommodity;
      byCode.set(code, [...(byCode.get(code) ?? []), position]);
    }
    const commodities = new Map<string, HeldCommodity>();
    for (const [code, held] of [...byCode].sort(([a], [b]) => (a < b ? -1 : 1))) commodities.set(code, this.#open(code, held));
    const openTarget = (code: string) => (): HeldCommodity | null => {
      const isInMarket = this.#market.instruments.some(
        ({ name, settlementCurrency }) =>
          settlementCurrency === currency && this.#contracts.get(name)?.combinedCommodity === code,
      );
      if (!isInMarket) return null;
      const opened = this.#open(code, []);
      commodities.set(code, opened);
      return opened;
    };
    const join = (spread: SpanInterSpread) => joinLosses(commodities, spread, openTarget(spread.target!.combinedCommodity));
    const superJoined = this.#spreads
      .filter(({ isSuper }) => isSuper)
      .flatMap((spread) => {
        const members = join(spread);
        return members === null ? [] : [{ spread, members }];
      });
    for (const commodity of commodities.values()) commodity.formSpreads();
    for (const { spread, members } of superJoined) joinDeltas(commodities, spread, members);
    for (const commodity of commodities.values()) commodity.assess();
    for (const spread of this.#spreads.filter(({ isSuper }) => !isSuper)) {
      if (spread.method === 'delta') {
        formDeltaSpread(commodities, spread);
        continue;
      }
      const members = join(spread);
      if (members === null) continue;
      joinDeltas(commodities, spread, members);
      commodities.get(spread.target!.combinedCommodity)!.assess();
      for (const member of members) member.assess();
    }
    return commodities;
  }

  #open(code: string, held: readonly HeldPosition[]): HeldCommodity {
    const commodity = new HeldCommodity(this.#definitions.get(code)!, held, this.#params);
    commodity.marketContracts = this.#marketContracts;
    return commodity;
  }

  /** Steps 8 to 10. */
  #requirementOf(commodity: HeldCommodity): CommodityRequirement {
    const { options } = this.#params;
    const { adjustment, initialRatio, capNetOptionValue } = commodity.definition;
    const risk = commodity.scanRisk.plus(commodity.intra).plus(commodity.spot).minus(commodity.inter);
    const shortOptionMinimum = commodity.shortOptionMinimum();
    const requirement = maxOf(risk, shortOptionMinimum).times(exact(adjustment[options.accountType]));
    const initial = requirement.times(exact(initialRatio[options.accountType]));
    const longValue = commodity.optionValue('long');
    const shortValue = commodity.optionValue('short');
    const net = longValue.minus(shortValue);
    const isCapped = capNetOptionValue || options.negativeRequirements === 'floor';
    return {
      commodity,
      risk,
      shortOptionMinimum,
      requirement,
      initial,
      longValue,
      shortValue,
      value: isCapped ? minOf(net, requirement) : net,
      initialValue: isCapped ? minOf(net, initial) : net,
    };
  }

  #breakdown(requirements: readonly CommodityRequirement[], equity: Decimal): Breakdown[] {
    return [
      ...requirements.map((each) => commodityBreakdown(each, this.#params)),
      { label: 'equity: cash and gains since entry', value: equity.toString(), evidence: 'stated' },
    ];
  }
}

/**
 * What a position adds to the equity: its gain since entry, or its value if it is owned. The gain of
 * a futures-style option is in the cash, the value of a premium-style one in the requirement.
 */
function gainOf({ quantity, entryPrice, risk }: HeldPosition): Decimal {
  const { contract, valueFactor, forward } = risk;
  if (contract.optionType !== null) return zero;
  const isOwned = contract.type === 'PHY' && contract.valuation === 'premium';
  return quantity.times(valueFactor).times(isOwned ? forward! : forward!.minus(entryPrice));
}

/** Largest loss, value and entry value: what rounding errors are relative to. */
function sizeOf({ quantity, entryPrice, risk }: HeldPosition): Decimal {
  const price = risk.forward ?? risk.optionPrice ?? zero;
  const value = price.abs().plus(entryPrice.abs()).times(risk.valueFactor);
  return quantity.abs().times(risk.losses.map((loss) => loss.abs()).reduce(maxOf).plus(value));
}
