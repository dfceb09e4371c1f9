import { MargridError } from '../../errors.ts';
import { writeTable, type ResultColumn } from '../../io/index.ts';
import { driversChart } from '../../report/bars.ts';
import type { Report } from '../../report/page.ts';
import { nettedBook, type NettedPortfolio } from '../../revaluation/netted-book.ts';
import type { UnmatchedPolicy } from '../../revaluation/shocks.ts';
import {
  portfolioReverseStress, type PortfolioReverseStressResult, type ReverseStressMethod,
} from '../../risk/portfolio-reverse-stress.ts';
import type { ReverseStressScenario } from '../../risk/reverse-stress.ts';
import { commonDays } from '../../risk/scenario-moments.ts';
import { bookOfAccount } from '../../whatif/holdings.ts';
import { amount, count, table } from '../format.ts';
import { loadBook, loadMarket, requireAccount, requireWritable, type FileOptions } from '../inputs.ts';
import { noteHeldConstant } from '../held-constant.ts';
import { exitCodes } from '../interruption.ts';
import { writePictures, type PictureOptions } from '../pictures.ts';
import { describeScenarios, scenariosOf, type ScenarioTexts } from '../scenario-source.ts';
import type { Terminal } from '../terminal.ts';
import { momentsOf, type VarMethodTexts } from '../var-options.ts';

export interface ReverseStressCommandOptions
  extends FileOptions, PictureOptions, ScenarioTexts, Pick<VarMethodTexts, 'covariance' | 'mean'> {
  readonly account?: string;
  readonly loss?: number;
  /** Part of the equity, 0.5 is half of it. */
  readonly ofEquity?: number;
  readonly method: ReverseStressMethod;
  readonly furthest?: number;
  readonly currency: string;
  readonly unmatched: UnmatchedPolicy;
  readonly out?: string;
  readonly json?: boolean;
}

/** `margrid reverse-stress`: the most plausible scenario in which a book, or one account, loses an amount. */
export async function reverseStressCommand(
  options: ReverseStressCommandOptions, terminal: Terminal, signal: AbortSignal,
): Promise<number> {
  requireWritable(options.out);
  requireOneTarget(options);
  const market = await loadMarket(options, terminal);
  const { book: whole } = await loadBook(options, market);
  const { account, method, currency, unmatched, furthest } = options;
  const book =
    account === undefined ? whole : bookOfAccount(whole, requireAccount(whole, { book: options.book, account }));
  const scenarios = await scenariosOf(options, market, book, terminal);
  const { covariance } = momentsOf(scenarios, options);
  const netted = nettedBook({ market, book, scenarios, currency, unmatched });
  noteHeldConstant(netted.heldConstant, terminal);
  const portfolio = netted.book;
  const loss = targetOf(options, portfolio);
  const { holdings, cash } = portfolio;
  const found = portfolioReverseStress({
    market, factors: scenarios.factors, holdings, cash, covariance, loss, method, currency, unmatched, days: commonDays(scenarios),
    ...(furthest === undefined ? {} : { furthest }),
    progress: (done, total, points) => terminal.stage(`way ${done + 1} of ${total}, ${count(points)} scenarios revalued`),
  });
  terminal.stage(null);
  const basis = `${options.covariance} covariance of ${describeScenarios(scenarios)}`;
  if (options.out !== undefined) await writeTable(options.out, driverTable(found), { signal });
  if (options.json) terminal.print(JSON.stringify(jsonOf(options, portfolio, basis, loss, found)));
  else print(options, portfolio, basis, loss, found, terminal);
  await writePictures(options, () => page(options, portfolio, basis, loss, found), terminal);
  return exitCodes.ok;
}

function requireOneTarget({ loss, ofEquity, furthest, method }: ReverseStressCommandOptions): void {
  if (furthest !== undefined && method !== 'full') {
    throw new MargridError('OptionInvalid', `--furthest is about --method full, not ${method}: a formula looks everywhere`, {
      value: furthest,
    });
  }
  if ((loss === undefined) !== (ofEquity === undefined)) return;
  throw new MargridError('OptionInvalid', 'what is to be lost is one of --loss AMOUNT and --of-equity SHARE');
}

function targetOf({ loss, ofEquity, currency }: ReverseStressCommandOptions, { equity }: NettedPortfolio): number {
  if (loss !== undefined) return loss;
  if (equity > 0) return ofEquity! * equity;
  throw new MargridError('OptionInvalid', `--of-equity needs equity above zero; it is ${amount(equity, 2)} ${currency}`, {
    value: equity,
  });
}

const scenarioJson = (scenario: ReverseStressScenario): object => ({ ...scenario, moves: [...scenario.moves] });

function jsonOf(
  { account, currency, furthest, method }: ReverseStressCommandOptions, { equity, members, quarantinedMembers }: NettedPortfolio,
  basis: string, loss: number, { scenario, others, greatestLoss, ...found }: PortfolioReverseStressResult,
): unknown {
  return {
    currency, account: account ?? null, accounts: members, quarantined: quarantinedMembers, equity, basis, targetLoss: loss,
    ...(method === 'full' ? { furthest: furthest ?? null } : {}),
    ...found,
    // JSON has no infinity: null is a loss without a bound.
    greatestLoss: Number.isFinite(greatestLoss) ? greatestLoss : null,
    scenario: scenario === null ? null : scenarioJson(scenario),
    others: others.map(scenarioJson),
  };
}

function driverTable({ scenario, others }: PortfolioReverseStressResult): Parameters<typeof writeTable>[1] {
  const all = scenario === null ? [] : [scenario, ...others];
  const rows = all.flatMap(({ drivers, distance }, place) => drivers.map((each) => ({ ...each, place, distance })));
  const f64 = (name: string, of: (row: (typeof rows)[number]) => number): ResultColumn =>
    ({ name, type: 'f64', values: Float64Array.from(rows, of) });
  return {
    rowCount: rows.length,
    columns: [
      f64('scenario', ({ place }) => place + 1),
      f64('distance', ({ distance }) => distance),
      { name: 'factor', type: 'string', values: rows.map(({ name }) => name) },
      f64('move', ({ move }) => move),
      f64('deviations', ({ deviations }) => deviations),
      f64('distance_share', ({ distanceShare }) => distanceShare),
      f64('loss_alone', ({ lossAlone }) => lossAlone),
    ],
  };
}

const header = ['factor', 'move', 'deviations', 'share of distance', 'loss if alone'];

/** A move of a relative factor is a percentage; of an absolute one a number: which one is in the name of no factor. */
function driverRows({ drivers, jointLoss }: ReverseStressScenario): string[][] {
  return [
    ...drivers.map(({ name, move, deviations, distanceShare, lossAlone }) =>
      [name, move.toFixed(6), deviations.toFixed(3), `${(100 * distanceShare).toFixed(1)}%`, amount(lossAlone, 2)]),
    ['together', '', '', '', amount(jointLoss, 2)],
  ];
}

function headline(
  options: ReverseStressCommandOptions, { equity, members, quarantinedMembers }: NettedPortfolio, basis: string, loss: number,
): string {
  const who = options.account ?? `${count(members)} accounts, ${count(quarantinedMembers)} left out`;
  return `${options.method}, loss of ${amount(loss, 2)} ${options.currency}; ${who}; equity ${amount(equity, 2)}; ${basis}`;
}

function findingLines({ scenario, isGlobal, revaluedLoss, method }: PortfolioReverseStressResult): string[] {
  if (scenario === null) return [];
  const { distance, chiSquareProbability, lossProbability, loss } = scenario;
  const revalued = revaluedLoss === null
    ? 'but takes a price or a volatility to zero or below, where the expansion says nothing: take --method full'
    : `full revaluation there: ${amount(revaluedLoss, 2)}`;
  const nearest = isGlobal ? 'the nearest there is' : 'the nearest found: a nearer one is not ruled out';
  return [
    `${distance.toFixed(4)} standard deviations away (${nearest})`,
    `probability of a move as far in any direction ${chiSquareProbability.toPrecision(4)}, ` +
      `of the loss ${lossProbability.toPrecision(4)} (first order)`,
    `loses ${amount(loss, 2)}${method === 'full' ? '' : `; ${revalued}`}`,
  ];
}

function print(
  options: ReverseStressCommandOptions, portfolio: NettedPortfolio, basis: string, loss: number,
  found: PortfolioReverseStressResult,
  terminal: Terminal,
): void {
  terminal.print(headline(options, portfolio, basis, loss));
  if (found.scenario === null) {
    terminal.print(`cannot be reached: ${found.reason}`);
    return;
  }
  for (const line of findingLines(found)) terminal.print(line);
  terminal.print(table([header, ...driverRows(found.scenario)]));
  if (found.others.length === 0) return;
  terminal.print('\nfurther scenarios, nearest in their neighbourhood');
  terminal.print(table([['distance', 'drivers'], ...found.others.map((each) => [each.distance.toFixed(4), driversOf(each)])]));
}

const driversOf = ({ drivers }: ReverseStressScenario): string =>
  drivers
    .filter(({ distanceShare }) => Math.abs(distanceShare) >= 0.01)
    .map(({ name, move }) => `${name} ${move.toFixed(4)}`)
    .join(', ');

function page(
  options: ReverseStressCommandOptions, portfolio: NettedPortfolio, basis: string, loss: number,
  found: PortfolioReverseStressResult,
): Report {
  const { scenario, others, reason } = found;
  const facts: [string, string][] = [['book', options.book], ['asked', headline(options, portfolio, basis, loss)]];
  if (scenario === null) {
    return { title: 'Reverse stress test', facts: [...facts, ['result', `cannot be reached: ${reason}`]], sections: [] };
  }
  const { drivers } = scenario;
  const further = others.map((each) => [each.distance.toFixed(4), driversOf(each)]);
  return {
    title: 'Reverse stress test',
    facts: [...facts, ...findingLines(found).map((line): [string, string] => ['result', line])],
    sections: [
      { title: 'The scenario', header, rows: driverRows(scenario) },
      driversChart({
        names: drivers.map(({ name }) => name), deviations: drivers.map(({ deviations }) => deviations),
        losses: drivers.map(({ lossAlone }) => lossAlone),
      }),
      ...(further.length === 0 ? [] : [{ title: 'Further scenarios', header: ['distance', 'drivers'], rows: further }]),
    ],
  };
}
