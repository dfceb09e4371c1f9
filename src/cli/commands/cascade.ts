import { writeFile } from 'node:fs/promises';
import { contributions, type Contribution } from '../../cascade/contributions.ts';
import { cascadeDistribution, type CascadeDistribution } from '../../cascade/distribution.ts';
import { grossExposure } from '../../cascade/exposure.ts';
import { liquidationLadder, type LiquidationLadder } from '../../cascade/liquidation-ladder.ts';
import { fundAndAdl } from '../../cascade/loss-absorption.ts';
import { cascadeDrawing } from '../../cascade/picture/cascade-drawing.ts';
import { pngOf } from '../../cascade/picture/png.ts';
import { svgOf } from '../../cascade/picture/svg.ts';
import type { CascadeResult } from '../../cascade/result.ts';
import type { CascadeScenario } from '../../cascade/scenario.ts';
import { simulateCascade } from '../../cascade/simulate.ts';
import { underlyingIndex, underlyingsOf } from '../../cascade/underlyings.ts';
import { linearMarket, settledIn } from '../../convert/linear-market.ts';
import type { Market } from '../../domain/market.ts';
import { Engine } from '../../engine/engine.ts';
import { MargridError } from '../../errors.ts';
import { writeAtomically } from '../../io/atomic-file.ts';
import {
  closeOf,
  failuresOf,
  fundOf,
  gridOf,
  impactsOf,
  shockOf,
  shocksOf,
  type CascadeTexts,
} from '../cascade-options.ts';
import { amount, count, percent, table } from '../format.ts';
import { inputsOfModel, loadBook, loadMarket, loadParams, requireParams, type InputOptions } from '../inputs.ts';
import { exitCodes } from '../interruption.ts';
import type { Terminal } from '../terminal.ts';
import { quarantineReasons } from './margin.ts';

export interface CascadeOptions extends InputOptions, CascadeTexts {
  readonly workers: number;
  readonly volBeta: number;
  readonly adl?: boolean;
  readonly shocks?: string;
  readonly ladder?: string;
  readonly contributions?: number;
  readonly permutations: number;
  readonly linear?: boolean;
  readonly settle?: string;
  readonly svg?: string;
  readonly png?: string;
  readonly json?: boolean;
}

interface Findings {
  readonly result: CascadeResult | null;
  readonly ladder: LiquidationLadder | null;
  readonly distribution: CascadeDistribution | null;
  readonly contributors: readonly Contribution[] | null;
}

/** `margrid cascade`: what a price shock sets off when liquidations move prices. */
export async function cascade(options: CascadeOptions, terminal: Terminal): Promise<number> {
  if (
    options.shock === undefined &&
    (options.shocks === undefined || options.svg !== undefined || options.png !== undefined)
  ) {
    throw new MargridError(
      'OptionInvalid',
      '--shock is needed, for one cascade and its picture; or --shocks for many',
      { column: '--shock' },
    );
  }
  const { market, engine } = await loadEngine(options, terminal);
  try {
    const scenario = await scenarioOf(options, market, engine);
    const findings = await find(engine, scenario, options, terminal);
    if (options.json) terminal.print(jsonOf(options, scenario, findings));
    else {
      print(findings, terminal);
      if ((findings.result?.quarantinedSets ?? 0) > 0) await printQuarantined(engine, terminal);
    }
    if (findings.result !== null) await writePictures(findings.result, findings.ladder, options);
    return exitCodes.ok;
  } finally {
    await engine.close();
  }
}

async function loadEngine(
  options: CascadeOptions,
  terminal: Terminal,
): Promise<{ readonly market: Market; readonly engine: Engine }> {
  const params = await loadParams(options.params, options.model);
  requireParams(params, options);
  const listed = await loadMarket(options, terminal);
  terminal.stage(`reading ${options.book}`);
  const read = await loadBook(options, listed);
  terminal.stage(null);
  const linear = options.linear === true ? linearMarket(listed, read.book) : { market: listed, book: read.book };
  const settled =
    options.settle === undefined ? linear : settledIn(linear.market, linear.book, options.settle.toUpperCase());
  const inputs = inputsOfModel(settled.market, settled.book, params, options);
  const { model, workers } = options;
  return {
    market: inputs.market,
    engine: Engine.create({ ...inputs, params, workers, ...(model === undefined ? {} : { model }) }),
  };
}

/** Why some take no part: the reasons at the prices before the shock. */
async function printQuarantined(engine: Engine, terminal: Terminal): Promise<void> {
  await engine.tick(engine.market);
  for (const [reason, sets] of quarantineReasons(engine)) terminal.print(`quarantined ${count(sets)}: ${reason}`);
}

type Assumptions = Omit<CascadeScenario, 'shock'>;

async function scenarioOf(options: CascadeOptions, market: Market, engine: Engine): Promise<Assumptions> {
  const underlyings = underlyingsOf(market);
  const shocks =
    options.shock === undefined ? await shocksOf(options.shocks!, options, market) : [shockOf(options, market)];
  const named = [...new Set(shocks.flatMap((shock) => Object.keys(shock)))];
  let exposure: ReadonlyMap<string, number> | null = null;
  const turnover = (name: string): number => {
    exposure ??= grossExposure(engine);
    return exposure.get(underlyings.names[underlyingIndex(underlyings, name)]) || 1;
  };
  const fund = fundOf(options);
  return {
    impact: await impactsOf(options, named, turnover),
    steps: options.steps,
    close: closeOf(options),
    volatilityBeta: options.volBeta,
    failures: failuresOf(options),
    absorber: () => fundAndAdl({ fund, adl: options.adl === true }),
  };
}

async function find(
  engine: Engine,
  scenario: Assumptions,
  options: CascadeOptions,
  terminal: Terminal,
): Promise<Findings> {
  const { market } = engine;
  const shock = options.shock === undefined ? null : shockOf(options, market);
  const result = shock === null ? null : await simulateCascade(engine, { ...scenario, shock });
  const shocks = options.shocks === undefined ? [] : await shocksOf(options.shocks, options, market);
  const progress = terminal.progress('cascades', shocks.length);
  const distribution =
    shocks.length === 0 ? null : await cascadeDistribution(engine, scenario, shocks, (done) => progress.update(done));
  progress.stop();
  const top = options.contributions ?? 0;
  const contributors =
    result === null || shock === null || top === 0
      ? null
      : await contributions(engine, { ...scenario, shock }, result, {
          top,
          permutations: options.permutations,
          seed: options.seed,
        });
  return { result, distribution, contributors, ladder: await ladderOf(engine, scenario, options, shock) };
}

async function ladderOf(
  engine: Engine,
  scenario: Assumptions,
  options: CascadeOptions,
  shock: Readonly<Record<string, number>> | null,
): Promise<LiquidationLadder | null> {
  if (options.ladder === undefined) return null;
  const underlyings = underlyingsOf(engine.market);
  const underlying = options.underlying ?? Object.keys(shock ?? {})[0] ?? underlyings.names[0];
  const place = underlyingIndex(underlyings, underlying);
  const impact = Object.entries(scenario.impact ?? {}).find(
    ([name]) => underlyingIndex(underlyings, name) === place,
  )?.[1];
  const lead = shock?.[underlying] ?? 0;
  const others = Object.entries(shock ?? {}).filter(([name]) => name !== underlying);
  return liquidationLadder(engine, {
    underlying,
    moves: gridOf('--ladder', options.ladder),
    volatilityBeta: options.volBeta,
    ...(impact === undefined ? {} : { impact }),
    ...(lead === 0 ? {} : { correlated: Object.fromEntries(others.map(([name, move]) => [name, move / lead])) }),
  });
}

async function writePictures(
  result: CascadeResult,
  ladder: LiquidationLadder | null,
  { svg, png }: CascadeOptions,
): Promise<void> {
  const drawing = cascadeDrawing(result, ladder);
  if (svg !== undefined) await writeAtomically(svg, (path) => writeFile(path, svgOf(drawing)));
  if (png !== undefined) await writeAtomically(png, (path) => writeFile(path, pngOf(drawing)));
}

/** Money as decimal strings of minor units, account columns left out. */
function jsonOf(
  options: CascadeOptions,
  scenario: Assumptions,
  { result, ladder, distribution, contributors }: Findings,
): string {
  const { steps, impact, close, volatilityBeta, failures } = scenario;
  const found = result === null ? null : { ...result, notionalOfAccount: undefined, deficitOfAccount: undefined };
  const body = {
    model: options.model ?? 'deribit-pm',
    scenario: {
      shock: options.shock ?? null,
      shocks: options.shocks ?? null,
      steps,
      impact,
      close,
      volatilityBeta,
      failures,
    },
    cascade: found,
    ladder,
    distribution,
    contributions: contributors,
  };
  const plain = (_key: string, value: unknown): unknown => {
    if (typeof value === 'bigint') return String(value);
    return value instanceof Uint32Array ? value.length : value;
  };
  return JSON.stringify(body, plain, 2);
}

const dollars = (value: number): string => amount(value, 0);

function print({ result, ladder, distribution, contributors }: Findings, terminal: Terminal): void {
  if (result !== null) printCascade(result, terminal);
  if (ladder !== null) {
    terminal.print(`\nliquidation ladder of ${ladder.underlying}, at ${amount(ladder.price, 2)}`);
    terminal.print(
      table([
        ['move', 'price', 'accounts', 'net volume', 'cumulative', 'notional USD', 'gain'],
        ...ladder.levels.map(({ move, price, accounts, volume, cumulative, notional, gain }) => [
          percent(move),
          amount(price, 2),
          count(accounts),
          amount(volume),
          amount(cumulative),
          dollars(notional),
          `${gain.toFixed(3)}${gain >= 1 ? ' !' : ''}`,
        ]),
      ]),
    );
  }
  if (distribution !== null) {
    terminal.print(`\n${count(distribution.outcomes.length)} shocks`);
    terminal.print(
      table([
        ['quantile', ...distribution.levels.map((level) => percent(level, 0))],
        ...Object.entries(distribution.quantiles).map(([name, values]) => [
          name,
          ...values.map((value) => amount(value, Math.abs(value) < 1_000 ? 3 : 0)),
        ]),
      ]),
    );
  }
  if (contributors !== null) {
    terminal.print('\nwithout the account (differences to the cascade with it)');
    terminal.print(
      table([
        ['account', 'own USD', 'total USD', 'of others USD', 'accounts', 'deficit USD', 'amplification', 'Shapley USD'],
        ...contributors.map((each) => [
          each.account,
          dollars(each.ownNotional),
          dollars(each.notional),
          dollars(each.contagion),
          count(each.liquidatedAccounts),
          dollars(each.deficit),
          each.amplification === null ? '-' : each.amplification.toFixed(4),
          each.shapley === null ? '-' : dollars(each.shapley),
        ]),
      ]),
    );
  }
}

/** Rounds shown in full; of more the first and the last. */
const shownRounds = 30;

function printCascade(result: CascadeResult, terminal: Terminal): void {
  for (const { underlying, shock, initial, shocked, final, amplification } of result.underlyings) {
    terminal.print(
      `${underlying}: ${amount(initial, 2)}, shock ${percent(shock)} to ${amount(shocked, 2)}, ends at ${amount(final, 2)} ` +
        `(${percent(final / initial - 1)}${amplification === null ? '' : `, amplification ${amplification.toFixed(4)}`})`,
    );
  }
  const { rounds, lead } = result;
  const shown =
    rounds.length <= shownRounds ? rounds : [...rounds.slice(0, shownRounds / 2), ...rounds.slice(-shownRounds / 2)];
  terminal.print(
    table([
      [
        'round',
        'accounts',
        'new',
        'notional USD',
        `net ${lead.underlying}`,
        'price',
        'slippage USD',
        'deficit USD',
        'missed',
        'met',
      ],
      ...shown.map((round) => {
        const price = round.prices.find(({ underlying }) => underlying === lead.underlying);
        return [
          count(round.round),
          count(round.accounts.length),
          count(round.newAccounts),
          dollars(round.notional),
          price === undefined ? '-' : amount(price.sold - price.bought),
          price === undefined ? '-' : amount(price.after, 2),
          dollars(round.slippage),
          dollars(round.deficit),
          count(round.missedCalls),
          count(round.metCalls),
        ];
      }),
    ]),
  );
  if (shown.length < rounds.length)
    terminal.print(`${count(rounds.length - shown.length)} rounds in the middle left out: use --json`);
  terminal.print(
    `${count(result.liquidatedAccounts)} of ${count(result.accounts)} accounts liquidated ` +
      `(${count(result.alreadyInLiquidation)} were in liquidation before the shock), ${dollars(result.notional)} USD closed`,
  );
  terminal.print(
    `equity ${dollars(result.equityBefore)} to ${dollars(result.equityAfter)} USD; deficit ${dollars(result.deficit)} USD: ` +
      `insurance fund ${dollars(result.fundUsed)}, auto-deleveraging ${dollars(result.adlUsed)}, socialised ${dollars(result.socialised)}`,
  );
  if (result.paidIn > 0) terminal.print(`margin calls met: ${dollars(result.paidIn)} USD paid in`);
  if (result.quarantinedSets > 0)
    terminal.print(`${count(result.quarantinedSets)} netting sets are quarantined and take no part`);
  if (!result.converged) terminal.print('cut off before the fixed point');
}
