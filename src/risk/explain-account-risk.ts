import type { Book } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import { Revaluation, type RevaluationOptions } from '../revaluation/revaluation.ts';
import { sortHoldings } from '../revaluation/sorted-holdings.ts';
import { scenarioLabel, type ScenarioSet } from '../scenario/scenario-set.ts';
import { shortfallComponents, type Components, type PartsPnl } from './components.ts';
import { sampleTailOf, type LevelOptions } from './measures.ts';
import { shortfallShares } from './measure-shares.ts';
import { conventionOf } from './conventions.ts';

export interface ExplainRiskOptions extends LevelOptions, RevaluationOptions {
  readonly market: Market;
  readonly book: Book;
  readonly scenarios: ScenarioSet;
  readonly account: string;
}

/** Which scenarios an account's expected shortfall is made of, and what each holding adds to it. */
export interface AccountRiskExplanation {
  /** P&L by scenario: bit for bit what `bookRisk` works with. */
  readonly pnl: Float64Array;
  /** The tail, worst first: scenario, its label, P&L and share (adding up to 1). */
  readonly tail: readonly {
    readonly scenario: number;
    readonly label: string;
    readonly pnl: number;
    readonly share: number;
  }[];
  /** Names in the order of the sums: currencies that are held (with what futures have gained), then instruments. */
  readonly holdings: readonly string[];
  readonly quantities: Float64Array;
  /** Of expected shortfall, by holding: they add up to it to the bit. */
  readonly contributions: Components;
}

/** Explains one account: all of its P&L in memory. Throws `AccountUnknown` and what revaluation and measures throw. */
export function explainAccountRisk(options: ExplainRiskOptions): AccountRiskExplanation {
  const { market, book, scenarios, account: name } = options;
  const account = book.accountIds.indexOf(name);
  if (account < 0) throw new MargridError('AccountUnknown', `the book has no account '${name}'`, { value: name });
  const { currency = 'USD', unmatched = 'refuse', kernels = 'wasm' } = options;
  const revaluation = new Revaluation(market, scenarios, { currency, unmatched, kernels });
  const { names, quantities, rows } = holdingsOf(market, book, account, revaluation);
  const scaled = new Float64Array(scenarios.count);
  const parts: PartsPnl = {
    parts: rows.length,
    scenarios: scenarios.count,
    pnlOf: (part) => {
      for (let s = 0; s < scaled.length; s++) scaled[s] = quantities[part] * rows[part][s];
      return scaled;
    },
  };
  const pnl = new Float64Array(scenarios.count);
  rows.forEach((row, part) => {
    for (let s = 0; s < pnl.length; s++) pnl[s] += quantities[part] * row[s];
  });
  const { level } = options;
  const measure = {
    level,
    ...(options.convention === undefined ? {} : { convention: options.convention }),
    ...(options.beyondSample === undefined ? {} : { beyondSample: options.beyondSample }),
    ...(scenarios.weights === undefined ? {} : { weights: scenarios.weights }),
  };
  const sample = sampleTailOf(pnl, [level], measure);
  const tail = shortfallShares(sample, level, conventionOf(options.convention)).map(({ place, share }) => {
    const scenario = sample.tail.scenarios[place];
    return { scenario, label: scenarioLabel(scenarios, scenario), pnl: sample.tail.values[place], share };
  });
  const contributions = shortfallComponents(parts, { ...measure, total: pnl });
  return { pnl, tail, holdings: names, quantities: Float64Array.from(quantities), contributions };
}

function holdingsOf(market: Market, book: Book, account: number, revaluation: Revaluation) {
  const names: string[] = [];
  const quantities: number[] = [];
  const rows: Float64Array[] = [];
  const { currencies, cash, firstPosition, instrument, quantity } = sortHoldings(book, market);
  currencies.forEach((currency, index) => {
    const amount = cash[account * currencies.length + index];
    if (amount === 0) return;
    names.push(currency);
    quantities.push(amount);
    rows.push(revaluation.currencyPnl(currency));
  });
  for (let p = firstPosition[account]; p < firstPosition[account + 1]; p++) {
    names.push(market.instruments[instrument[p]].name);
    quantities.push(quantity[p]);
    rows.push(revaluation.instrumentPnl(instrument[p]));
  }
  return { names, quantities, rows };
}
