import type { Engine } from '../engine/engine.ts';
import { shiftedQuotes } from '../engine/moved-quotes.ts';
import type { ReductionUndo } from '../engine/set-reductions.ts';
import type { Totals } from '../engine/totals.ts';
import { MargridError } from '../errors.ts';
import { amountOf } from '../money/minor-units.ts';
import { contractValues, type ContractValues } from './contract-values.ts';
import { impactCurve, type ImpactCurve } from './impact.ts';
import { fundAndAdl, type LossAbsorber } from './loss-absorption.ts';
import type { CascadeResult, CascadeRound, RoundPrice, UnderlyingOutcome } from './result.ts';
import { absorbRound } from './round-losses.ts';
import { reduceToCapacity, RoundSelection } from './round-selection.ts';
import { planScenario, type CascadeScenario, type PlannedScenario } from './scenario.ts';
import { SetValuation, type ClosedVolume, type DollarRates } from './set-valuation.ts';
import { underlyingsOf, type Underlyings } from './underlyings.ts';

type ShiftedQuotes = ReturnType<typeof shiftedQuotes>;

/**
 * Runs a margin-call cascade on the engine's book, from the prices of its market, and puts the book back: shock, tick,
 * whoever is at or below maintenance margin is closed, their volume moves the prices, tick again, until a tick finds
 * nobody to close. The engine must not be used meanwhile, and stands unticked afterwards.
 *
 * The mass-flip breaker and the other guards of the account engine have no part in it: they hold back what is simulated
 * here. Throws `OptionInvalid` for a bad scenario and for model `span`, whose contracts are valued by factors of their
 * own, and `CurrencyUnknown` where a pooled account needs a rate that the market does not have.
 */
export async function simulateCascade(engine: Engine, scenario: CascadeScenario): Promise<CascadeResult> {
  if (engine.modelName === 'span') {
    throw new MargridError('OptionInvalid', 'a cascade cannot value the contracts of model span', {
      column: 'model',
      value: 'span',
    });
  }
  return new Cascade(engine, scenario).run();
}

/** One run. Arrays are by underlying unless they say otherwise. */
class Cascade {
  readonly #engine: Engine;
  readonly #underlyings: Underlyings;
  readonly #plan: PlannedScenario;
  readonly #valuation: SetValuation;
  readonly #absorber: LossAbsorber;
  #curves: readonly ImpactCurve[];
  /** Where the shock alone has put prices so far, as a multiple of before. */
  readonly #shocked: Float64Array;
  #step = 0;
  /** Price as a multiple of the one before the shock. */
  readonly #factor: Float64Array;
  /** Net sales, and the same as the depth at the time felt them. */
  readonly #volume: Float64Array;
  readonly #feltVolume: Float64Array;
  readonly #selection: RoundSelection;
  readonly #isLiquidated: Uint8Array;
  readonly #notionalOfAccount: Float64Array;
  readonly #deficitOfAccount: Float64Array;
  readonly #rounds: CascadeRound[] = [];
  #firstUndo: ReductionUndo | null = null;

  constructor(engine: Engine, scenario: CascadeScenario) {
    this.#engine = engine;
    this.#underlyings = underlyingsOf(engine.market);
    this.#plan = planScenario(scenario, this.#underlyings);
    this.#valuation = new SetValuation(engine, this.#underlyings);
    this.#absorber = scenario.absorber?.() ?? fundAndAdl({});
    this.#shocked = new Float64Array(this.#plan.shock.length);
    this.#factor = new Float64Array(this.#plan.shock.length);
    this.#volume = new Float64Array(this.#plan.shock.length);
    this.#feltVolume = new Float64Array(this.#plan.shock.length);
    this.#curves = this.#shock();
    this.#selection = new RoundSelection(engine, this.#plan);
    this.#isLiquidated = new Uint8Array(engine.accountIds.length);
    this.#notionalOfAccount = new Float64Array(engine.accountIds.length);
    this.#deficitOfAccount = new Float64Array(engine.accountIds.length);
  }

  async run(): Promise<CascadeResult> {
    try {
      const before = await this.#engine.tick(this.#quotes(this.#shocked.map(() => 1)));
      const alreadyInLiquidation = this.#accountsInLiquidation();
      const equityBefore = this.#equity(before.totals, this.#dollarRates(this.#engine.market.indexPrice));
      let converged = false;
      let totals: Totals;
      for (;;) {
        const quotes = this.#quotes(this.#factor);
        ({ totals } = await this.#engine.tick(quotes));
        const isQuiet = !this.#selection.select();
        converged = isQuiet && this.#step === this.#plan.steps;
        if (converged || this.#rounds.length === this.#plan.roundsMax) break;
        if (isQuiet) this.#curves = this.#shock();
        else this.#runRound(quotes, totals);
      }
      return this.#result({ converged, totals, alreadyInLiquidation, equityBefore });
    } finally {
      if (this.#firstUndo !== null) this.#engine.undoReductions(this.#firstUndo);
    }
  }

  /** The next step of the shock, on top of what has been traded; returns the curves at the new prices. */
  #shock(): ImpactCurve[] {
    const { shock, steps, impact } = this.#plan;
    this.#step++;
    for (let u = 0; u < shock.length; u++)
      this.#shocked[u] = 1 + (this.#step === steps ? shock[u] : (shock[u] * this.#step) / steps);
    const curves = impact.map((each, u) => impactCurve(each, this.#shocked[u]));
    for (let u = 0; u < shock.length; u++) this.#factor[u] = this.#shocked[u] * curves[u].after(this.#feltVolume[u]);
    return curves;
  }

  #quotes(factor: Float64Array): ShiftedQuotes {
    const { of } = this.#underlyings;
    const { volatilityBeta } = this.#plan;
    return shiftedQuotes(this.#engine.market, {
      price: (row) => factor[of[row]],
      volatility: (row) => 1 + volatilityBeta * Math.max(0, 1 - factor[of[row]]),
    });
  }

  #dollarRates(indexPrice: ReadonlyMap<string, number>): DollarRates {
    return this.#valuation.dollarRates(indexPrice);
  }

  #equity(totals: Totals, rates: DollarRates): number {
    return totals.perCurrency.reduce(
      (sum, { equity }, currency) => (equity === 0 ? sum : sum + equity * rates[currency]),
      0,
    );
  }

  #accountsInLiquidation(): number {
    const { status, accountIndex } = this.#engine.results;
    const { positionCount } = this.#engine.arena.views.nettingSet;
    let [count, last] = [0, -1];
    for (let set = 0; set < status.length; set++) {
      if (status[set] !== 2 || positionCount[set] === 0 || accountIndex[set] === last) continue;
      last = accountIndex[set];
      count++;
    }
    return count;
  }

  /** Closes what the selection holds at the prices that this makes, and moves the prices. */
  #runRound(quotes: ShiftedQuotes, totals: Totals): void {
    const marks = contractValues(this.#engine.market, quotes);
    const rates = this.#dollarRates(quotes.indexPrice);
    const volume = this.#newVolume();
    reduceToCapacity(this.#selection, this.#valuation, {
      values: marks,
      forward: quotes.forward,
      capacity: this.#plan.capacity,
      volume,
    });
    const notional = this.#addNotional(marks, quotes.forward);
    const { prices, traded } = this.#movePrices(volume);
    const tradedQuotes = this.#quotes(traded);
    const tradedValues = contractValues(this.#engine.market, tradedQuotes);
    const closed = this.#close(marks, tradedValues, rates, this.#dollarRates(tradedQuotes.indexPrice));
    this.#rounds.push({
      round: this.#rounds.length + 1,
      step: this.#step,
      ...closed,
      metCalls: this.#selection.metCalls,
      missedCalls: this.#selection.missedCalls,
      paidIn: this.#paidIn(rates),
      notional,
      equity: this.#equity(totals, rates),
      prices,
    });
  }

  #newVolume(): ClosedVolume {
    return { sold: new Float64Array(this.#factor.length), bought: new Float64Array(this.#factor.length) };
  }

  /** By account, and in all. */
  #addNotional(marks: ContractValues, forward: Float64Array): number {
    const { accountIndex } = this.#engine.results;
    const ignored = this.#newVolume();
    let notional = 0;
    this.#selection.forEachClosed((set, share) => {
      const worth = this.#valuation.addVolume(set, share, marks, forward, ignored);
      this.#notionalOfAccount[accountIndex[set]] += worth;
      notional += worth;
    });
    return notional;
  }

  #depthOf(underlying: number): number {
    const { depth, makersLeave } = this.#plan;
    const hasLeft = makersLeave !== null && Math.abs(this.#factor[underlying] - 1) >= makersLeave.atMove;
    return hasLeft ? depth * (1 - makersLeave.share) : depth;
  }

  /** New prices from the volume of a round, and the factors at which it was traded. */
  #movePrices({ sold, bought }: ClosedVolume): { readonly prices: RoundPrice[]; readonly traded: Float64Array } {
    const traded = this.#factor.slice();
    const prices: RoundPrice[] = [];
    for (let u = 0; u < traded.length; u++) {
      if (sold[u] === 0 && bought[u] === 0) continue;
      const net = sold[u] - bought[u];
      const from = this.#feltVolume[u];
      const before = this.#factor[u];
      this.#feltVolume[u] += net / this.#depthOf(u);
      this.#volume[u] += net;
      traded[u] = this.#shocked[u] * this.#curves[u].mean(from, this.#feltVolume[u]);
      this.#factor[u] = this.#shocked[u] * this.#curves[u].after(this.#feltVolume[u]);
      const price = this.#underlyings.price[u];
      prices.push({
        underlying: this.#underlyings.names[u],
        before: price * before,
        sold: sold[u],
        bought: bought[u],
        cumulative: this.#volume[u],
        traded: price * traded[u],
        after: price * this.#factor[u],
      });
    }
    return { prices, traded };
  }

  /** Takes the closed shares out of the book at the traded prices; debts go to whoever absorbs losses. */
  #close(marks: ContractValues, traded: ContractValues, markRates: DollarRates, rates: DollarRates) {
    const { nettingSet } = this.#engine.arena.views;
    const { cash: present, currency, account, positionCount } = nettingSet;
    const { sets, keep, cash, count } = this.#selection;
    const debts = new Map<number, number[]>();
    let [slippage, deficit] = [0, 0];
    for (let place = 0; place < count; place++) {
      const set = sets[place];
      if (keep[place] === 1) continue;
      const share = 1 - keep[place];
      const received = share * this.#valuation.worth(set, traded, rates);
      cash[place] = present[set] + received;
      slippage += (share * this.#valuation.worth(set, marks, markRates) - received) * rates[currency[set]];
      const isBankrupt = keep[place] === 0 && positionCount[set] > 0 && cash[place] < 0;
      if (!isBankrupt) continue;
      const owed = debts.get(currency[set]) ?? [];
      if (owed.length === 0) debts.set(currency[set], owed);
      owed.push(-cash[place]);
      deficit -= cash[place] * rates[currency[set]];
      this.#deficitOfAccount[account[set]] -= cash[place] * rates[currency[set]];
    }
    const counted = this.#countAccounts();
    const undo = this.#engine.reduceSets({
      sets: sets.slice(0, count),
      keep: keep.slice(0, count),
      cash: cash.slice(0, count),
    });
    this.#firstUndo ??= undo;
    // After the closing: winnings are those of whoever is left.
    const losses = absorbRound(this.#engine, this.#absorber, debts, rates, (set) =>
      this.#valuation.futuresProfit(set, traded, rates),
    );
    return { ...counted, slippage, deficit, losses };
  }

  #countAccounts(): Pick<CascadeRound, 'accounts' | 'newAccounts' | 'nettingSets'> {
    const { accountIndex } = this.#engine.results;
    const accounts: number[] = [];
    let [newAccounts, nettingSets] = [0, 0];
    this.#selection.forEachClosed((set) => {
      nettingSets++;
      const account = accountIndex[set];
      if (accounts[accounts.length - 1] === account) return;
      accounts.push(account);
      newAccounts += 1 - this.#isLiquidated[account];
      this.#isLiquidated[account] = 1;
    });
    return { accounts: Uint32Array.from(accounts), newAccounts, nettingSets };
  }

  #paidIn(rates: DollarRates): number {
    const { currency } = this.#engine.arena.views.nettingSet;
    return this.#selection.paidIn((set) => rates[currency[set]]);
  }

  #result(end: {
    converged: boolean;
    totals: Totals;
    alreadyInLiquidation: number;
    equityBefore: number;
  }): CascadeResult {
    const rounds = this.#rounds;
    const quotes = this.#quotes(this.#factor);
    const rates = this.#dollarRates(quotes.indexPrice);
    const sumOf = (value: (round: CascadeRound) => number): number =>
      rounds.reduce((sum, round) => sum + value(round), 0);
    const split = lossTotals(rounds);
    const underlyings = this.#outcomes();
    const leadName = this.#underlyings.names[this.#plan.lead];
    return {
      lead: underlyings.find(({ underlying }) => underlying === leadName)!,
      amplification: this.#amplification(this.#plan.lead),
      converged: end.converged,
      underlyings,
      rounds,
      accounts: this.#engine.accountIds.length,
      alreadyInLiquidation: end.alreadyInLiquidation,
      liquidatedAccounts: this.#isLiquidated.reduce((sum, flag) => sum + flag, 0),
      quarantinedSets: end.totals.quarantined,
      notional: sumOf(({ notional }) => notional),
      slippage: sumOf(({ slippage }) => slippage),
      deficit: sumOf(({ deficit }) => deficit),
      ...split,
      equityBefore: end.equityBefore,
      equityAfter: this.#equity(end.totals, rates),
      paidIn: sumOf(({ paidIn }) => paidIn),
      notionalOfAccount: this.#notionalOfAccount,
      deficitOfAccount: this.#deficitOfAccount,
      resultHash: this.#engine.resultHash(),
    };
  }

  #amplification(underlying: number): number | null {
    const shock = this.#plan.shock[underlying];
    return shock === 0 ? null : (this.#factor[underlying] - 1) / shock;
  }

  #outcomes(): UnderlyingOutcome[] {
    const { names, price } = this.#underlyings;
    return names.flatMap((underlying, u): UnderlyingOutcome[] => {
      const isIdle = this.#plan.shock[u] === 0 && this.#volume[u] === 0 && this.#factor[u] === 1;
      if (isIdle && u !== this.#plan.lead) return [];
      return [
        {
          underlying,
          shock: this.#plan.shock[u],
          initial: price[u],
          shocked: price[u] * this.#shocked[u],
          final: price[u] * this.#factor[u],
          amplification: this.#amplification(u),
          volume: this.#volume[u],
        },
      ];
    });
  }
}

/** Parts of all deficits in US dollars, at the rates of their rounds. */
function lossTotals(rounds: readonly CascadeRound[]) {
  const losses = rounds.flatMap((round) => round.losses);
  const sumOf = (part: 'fund' | 'adl' | 'socialised'): number =>
    losses.reduce((sum, loss) => sum + amountOf(loss[part], loss.decimals) * loss.rate, 0);
  return { fundUsed: sumOf('fund'), adlUsed: sumOf('adl'), socialised: sumOf('socialised') };
}
