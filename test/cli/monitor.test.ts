import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { monitor as monitorCommand, type MonitorCommandOptions } from '../../src/cli/commands/monitor.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import type { BookChanges } from '../../src/engine/book-changes.ts';
import { Engine } from '../../src/engine/engine.ts';
import { MargridError } from '../../src/errors.ts';
import type { Quotes } from '../../src/engine/tick-inputs.ts';
import { statusNames } from '../../src/engine/totals.ts';
import { ordinaryTicks } from '../../src/generate/ordinary-ticks.ts';
import { readBook, readMarket, readRawTable, writeBook, writeMarket, writeTable, type ResultColumn } from '../../src/io/index.ts';
import { issuerFactoryOf } from '../../src/monitor/issuer.ts';
import { Monitor, type MonitorOptions } from '../../src/monitor/monitor.ts';
import { packageRoot } from '../../src/package-root.ts';
import type { SqlTypes, Value } from '../io/fixtures.ts';
import { nearThresholds, params } from '../support/monitored-book.ts';
import { cliPath, runCli, runJson, temporaryFolder, type Finished } from './run-cli.ts';
import { bookRows, bookTypes, csvText, marketRows, marketTypes } from './small-inputs.ts';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const run = (...args: string[]): Promise<Finished> => runCli(['monitor', ...args], folder);
const inputs = ['--market', 'market.parquet', '--book', 'book.parquet'];
const alone = ['--workers', '0', '--baseline-ticks', '0'];
const ticks = 120;
const walk = ['--ticks', String(ticks), '--volatility-bp', '6', '--seed', '3'];

interface Result {
  readonly ticks: number;
  readonly nettingSets: number;
  readonly evaluatedShareLater: number;
  readonly quarantined: number;
  readonly certificates: number;
  readonly certifiedTicks: number;
  readonly bruteForceTicks: Record<string, number>;
  readonly changes: number;
  readonly difference: string | null;
  readonly tickMs: Record<'first' | 'median' | 'p99', number>;
  readonly statusesMs: Record<'first' | 'median' | 'p99', number>;
  readonly baseline: { timedTicks: number; comparedTicks: number; medianMs: number; ratio: number } | null;
  readonly statuses: Record<string, number>;
  readonly stateHash: string;
  readonly historyHash: string;
  readonly refused: readonly { line: number; code: string }[];
  readonly margins: readonly { account: string; sets: readonly Record<string, unknown>[] }[];
}

/** A status in words of one set at one tick, as an ordinary engine has it. */
interface Row {
  readonly account: string;
  readonly currency: string;
  readonly status: string;
}

/** The engine of the library at the inputs of the files; statuses after every step. */
async function statusesOf(steps: Iterable<Partial<Quotes> | { changes: BookChanges }>): Promise<{ all: Row[][]; engine: Engine }> {
  const { market } = await readMarket(at('market.parquet'));
  const { book } = await readBook(at('book.parquet'), market);
  const engine = Engine.create({ market, book, params });
  const all: Row[][] = [];
  for (const step of steps) {
    if ('changes' in step) {
      engine.update(step.changes);
      continue;
    }
    await engine.tick(step);
    const { accountIndex, currencyIndex, status } = engine.results;
    const rows = Array.from(status, (code, set) => ({
      account: engine.accountIds[accountIndex[set]],
      currency: engine.currencies[currencyIndex[set]],
      status: statusNames[code],
    }));
    all.push(rows);
  }
  return { all, engine };
}

/** As docs/MONITOR.md defines it. */
function stateHashOf(rows: readonly Row[], nameOf = (status: string): string => status): string {
  const lines = rows.map(({ account, currency, status }) => `${JSON.stringify([account, currency, nameOf(status)])}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/** As docs/MONITOR.md defines it; the book of these ticks never changes. */
function historyHashOf(all: readonly Row[][]): string {
  const hash = createHash('sha256');
  const codeOf = (row: Row): number => statusNames.indexOf(row.status as (typeof statusNames)[number]);
  all.forEach((rows, index) => {
    const before = rows.map((_, set) => (index === 0 ? 254 : codeOf(all[index - 1][set])));
    const sets = [...rows.keys()].filter((set) => before[set] !== codeOf(rows[set]));
    hash.update(Uint32Array.of(index + 1, sets.length));
    hash.update(Uint32Array.from(sets));
    hash.update(Uint8Array.from(sets, (set) => before[set]));
    hash.update(Uint8Array.from(sets, (set) => codeOf(rows[set])));
  });
  return hash.digest('hex');
}

/** `tick account currency from to` of every change; `new` at the first. */
function changesOf(all: readonly Row[][]): string[] {
  const before = new Map<string, string>();
  return all.flatMap((rows, index) => {
    const changed: string[] = [];
    for (const { account, currency, status } of rows) {
      const from = before.get(`${account} ${currency}`) ?? 'new';
      if (from !== status) changed.push(`${index + 1} ${account} ${currency} ${from} ${status}`);
      before.set(`${account} ${currency}`, status);
    }
    return changed;
  });
}

async function changesIn(file: string): Promise<string[]> {
  const table = await readRawTable(at(file), ['tick', 'account', 'currency', 'from', 'to']);
  const columns = [...table.columns.values()];
  return Array.from({ length: table.rowCount }, (_, row) => columns.map(({ cells }) => String(cells[row])).join(' '));
}

let expected: Row[][];
let last: Engine;

beforeAll(async () => {
  const { market, book } = await nearThresholds(300, 61);
  await writeMarket(at('market.parquet'), market);
  await writeBook(at('book.parquet'), book, market);
  writeFileSync(at('market.csv'), csvText(marketTypes, marketRows));
  writeFileSync(at('small.csv'), csvText(bookTypes, bookRows));
  const { market: read } = await readMarket(at('market.parquet'));
  const moves = ordinaryTicks(read, 6, 3);
  function* quotes(): Generator<Partial<Quotes>> {
    yield {};
    for (let tick = 1; tick < ticks; tick++) yield moves.next().value as Quotes;
  }
  ({ all: expected, engine: last } = await statusesOf(quotes()));
});

describe('margrid monitor, generated movement', () => {
  it('finds the statuses of the engine, for any number of workers, with and without shadow', async () => {
    const runs = [alone, [...alone, '--shadow'], ['--workers', '1'], ['--workers', '2'], [...alone, '--references', '2']];
    const results: Result[] = [];
    for (const options of runs) results.push(await runJson<Result>(['monitor', ...inputs, ...walk, ...options], folder));
    for (const { stateHash, changes, difference, ticks: count } of results) {
      expect(stateHash).toBe(stateHashOf(expected.at(-1)!));
      expect({ changes, difference, count }).toEqual({
        changes: changesOf(expected).length - expected[0].length, difference: null, count: ticks,
      });
    }
    expect([...new Set(results.map(({ historyHash }) => historyHash))]).toEqual([historyHashOf(expected)]);
    const [first, , one] = results;
    expect(first.changes).toBeGreaterThan(50);
    expect(first.evaluatedShareLater).toBeLessThan(0.5);
    expect(first.certificates).toBeGreaterThan(0);
    expect(first.bruteForceTicks).toEqual({ 'no certificates yet': 1 });
    expect(first.baseline).toBeNull();
    expect(one.baseline).toMatchObject({ timedTicks: 5, comparedTicks: 6 });
    expect(one.baseline!.ratio).toBeCloseTo(one.baseline!.medianMs / one.tickMs.median, 12);
    // Ticks that issue certificates go on after their statuses are known, and the first issues most of them.
    for (const each of ['first', 'median', 'p99'] as const) expect(one.statusesMs[each], each).toBeLessThanOrEqual(one.tickMs[each]);
    expect(one.statusesMs.first).toBeLessThan(one.tickMs.first);
    expect(Object.values(first.statuses).reduce((sum, sets) => sum + sets, 0)).toBe(first.nettingSets);
  });

  it('another tick, another history', async () => {
    const hashes: string[] = [];
    for (const seed of ['3', '4']) {
      const args = ['monitor', ...inputs, '--ticks', '40', '--volatility-bp', '6', '--seed', seed, ...alone];
      hashes.push((await runJson<Result>(args, folder)).historyHash);
    }
    expect(hashes[0]).not.toBe(hashes[1]);
  });

  it.each(['ndjson', 'csv', 'json', 'parquet', 'arrow'])('writes every change as .%s', async (format) => {
    const { code, stderr } = await run(...inputs, ...walk, ...alone, '--initial', '--out', `changes.${format}`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(await changesIn(`changes.${format}`)).toEqual(changesOf(expected));
    const { columns } = await readRawTable(at(`changes.${format}`), ['tick', 'time', 'to', 'health_liquidation', 'health_margin_call']);
    const cells = (name: string): number[] => columns.get(name)!.cells.map(Number);
    const liquidation = cells('health_liquidation');
    const called = cells('health_margin_call');
    columns.get('to')!.cells.forEach((to, row) => {
      if (to === 'healthy') expect(called[row]).toBeGreaterThanOrEqual(0);
      if (to === 'margin-call') expect(called[row]).toBeLessThan(0);
      // At maintenance margin is liquidation, unless there is none.
      if (to === 'liquidation') expect(liquidation[row]).toBeLessThanOrEqual(0);
      else expect(liquidation[row]).toBeGreaterThanOrEqual(0);
    });
    const [time] = columns.get('time')!.cells;
    expect(new Date(typeof time === 'string' ? time : Number(time)).toISOString()).toBe('2026-08-01T18:00:00.000Z');
  });

  it('leaves the first tick out unless it is asked for', async () => {
    await run(...inputs, ...walk, ...alone, '--out', 'later.ndjson');
    expect(await changesIn('later.ndjson')).toEqual(changesOf(expected).filter((row) => !row.startsWith('1 ')));
  });

  it('margins at the end are the engine\'s, or lie in the interval', async () => {
    const names = last.accountIds.filter((_, index) => index % 60 === 7);
    const wanted = names.flatMap((name) => ['--margins-of', name]);
    const exact = await runJson<Result>(['monitor', ...inputs, ...walk, ...alone, ...wanted], folder);
    const given = await runJson<Result>(['monitor', ...inputs, ...walk, ...alone, ...wanted, '--margins', 'interval'], folder);
    expect(exact.margins.map(({ account }) => account)).toEqual(names);
    names.forEach((name, place) => {
      const own = last.accountMargins(name);
      own.forEach(({ equity, initialMargin, maintenanceMargin, status, currency }, set) => {
        expect(exact.margins[place].sets[set]).toMatchObject({ equity, initialMargin, maintenanceMargin, status, currency });
        const { health } = given.margins[place].sets[set] as { health: { low: number | null; high: number | null }[] };
        [equity - maintenanceMargin, equity - initialMargin].forEach((value, threshold) => {
          // The model rounds initial margin to nine decimals; JSON has null where there is no bound.
          expect(value).toBeGreaterThanOrEqual((health[threshold].low ?? -Infinity) - 1e-9);
          expect(value).toBeLessThanOrEqual((health[threshold].high ?? Infinity) + 1e-9);
        });
      });
    });
    expect(exact.margins[0].sets[0]).not.toHaveProperty('scenarioPnl');
    expect(JSON.stringify(given.margins)).toContain('null');
  });

  it('--progress tells every tick, --json stays one document', async () => {
    const { code, stdout, stderr } = await run(...inputs, '--ticks', '4', ...alone, '--shadow', '--progress', '--json');
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Result).ticks).toBe(4);
    const lines = stderr.trim().split('\n');
    expect(lines.length).toBe(4);
    expect(lines[0]).toMatch(/^tick 1 2026-08-01T18:00:00\.000Z brute force \(no certificates yet\): evaluated \d+, skipped 0, quarantined 0;/);
    expect(lines[3]).toMatch(/^tick 4 \S+ certified: evaluated \d+, skipped \d+, .* rows priced, \d+ references, \d+ changes; [\d.]+ ms \(inputs .*shadow /);
  });

  it('margins a generated book on the quotes that ship', async () => {
    const args = ['monitor', '--accounts', '400', '--seed', '2', '--ticks', '6', '--watch', 'liquidation'];
    const results: Result[] = [];
    for (const workers of ['0', '2']) results.push(await runJson<Result>([...args, '--workers', workers, '--baseline-ticks', '2'], folder));
    expect(results[0].stateHash).toBe(results[1].stateHash);
    expect(results[0].historyHash).toBe(results[1].historyHash);
    expect(results[0].baseline).toMatchObject({ timedTicks: 2, comparedTicks: 3 });
    expect(results[0].evaluatedShareLater).toBeLessThan(0.2);
    expect(Object.keys(results[0].statuses).sort()).toEqual(['liquidation', 'not-in-liquidation']);
  });
});

const start = Date.UTC(2026, 7, 1, 18);

describe('margrid monitor, what is watched', () => {
  it('liquidations only', async () => {
    const found = await runJson<Result>(['monitor', ...inputs, ...walk, ...alone, '--watch', 'liquidation'], folder);
    const nameOf = (status: string): string => (status === 'liquidation' ? status : 'not-in-liquidation');
    expect(found.stateHash).toBe(stateHashOf(expected.at(-1)!, nameOf));
  });

  it('levels by factors of maintenance and initial margin', async () => {
    const watch = 'warned=1.5*maintenance,called=initial,low=0.5';
    const found = await runJson<Result & { watch: object[] }>(['monitor', ...inputs, ...walk, ...alone, '--watch', watch], folder);
    const { mmFactor } = { mmFactor: 0.8 };
    const { equity, worstCase, rollShock, deltaShock, accountIndex, currencyIndex } = last.results;
    const rows = Array.from(equity, (own, set) => {
      const matrix = worstCase[set] + rollShock[set] + deltaShock[set];
      const crossed = [['warned', 1.5 * mmFactor], ['called', 1], ['low', 0.5]] as const;
      const names = crossed.filter(([, factor]) => own < factor * matrix).map(([name]) => name);
      const status = names.join('+') || 'clear';
      return { account: last.accountIds[accountIndex[set]], currency: last.currencies[currencyIndex[set]], status };
    });
    expect(new Set(rows.map(({ status }) => status)).size).toBeGreaterThan(2);
    expect(found.stateHash).toBe(stateHashOf(rows));
    expect(found.watch[1]).toEqual({ name: 'called', requirementFactor: 1, addOnFactor: 1 });
  });
});

describe('margrid monitor, commands', () => {
  const price = 62_688;
  const account = (index: number): string => last.accountIds[index];
  const steps = (): { id: string; timeMs: number; kind: string; quotes?: object; changes?: BookChanges }[] => {
    const list: ReturnType<typeof steps> = [{ id: 'first', timeMs: start, kind: 'tick' }];
    for (let tick = 1; tick <= 40; tick++) {
      const index = price * (1 - 0.0009 * tick + 0.002 * (tick % 3));
      // What a tick does not name stays as it was.
      const quotes =
        tick % 2 === 0
          ? { forward: { 'BTC-F0': index * 1.002 } }
          : { forward: { 'BTC-PERPETUAL': index }, indexPrice: { btc_usd: index } };
      list.push({ id: `t${tick}`, timeMs: start + tick * 5_000, kind: 'tick', quotes });
      if (tick % 10 !== 4) continue;
      const changes: BookChanges = {
        positions: [{ account: account(tick), instrument: 'BTC-PERPETUAL', quantity: 300 * tick, entryPrice: index }],
        cash: [{ account: `new-${tick}`, currency: 'USD', amount: 5_000 }],
      };
      list.push({ id: `b${tick}`, timeMs: start + tick * 5_000, kind: 'book', changes });
    }
    return list;
  };
  const text = (list: readonly object[]): string => list.map((each) => `${JSON.stringify(each)}\n`).join('');

  it('ticks and changes of the book: the statuses of the engine, and of margrid run without hysteresis', async () => {
    writeFileSync(at('day.ndjson'), text(steps()));
    const { market } = await readMarket(at('market.parquet'));
    const column = market.forward.slice();
    let indexPrice = market.indexPrice;
    const own = steps().map(({ quotes, changes, timeMs }) => {
      if (changes !== undefined) return { changes };
      const given = quotes as { forward: Record<string, number>; indexPrice?: Record<string, number> } | undefined;
      for (const [name, value] of Object.entries(given?.forward ?? {})) column[market.instruments.findIndex((each) => each.name === name)] = value;
      indexPrice = new Map([...indexPrice, ...Object.entries(given?.indexPrice ?? {})]);
      return { asOfMs: timeMs, forward: column.slice(), indexPrice };
    });
    const { all, engine } = await statusesOf(own);
    const found = await runJson<Result>(
      ['monitor', ...inputs, '--commands', 'day.ndjson', '--workers', '0', '--baseline-ticks', '3', '--initial', '--out', 'day-changes.csv', '--margins-of', 'new-14'], folder,
    );
    expect(found.stateHash).toBe(stateHashOf(all.at(-1)!));
    expect(await changesIn('day-changes.csv')).toEqual(changesOf(all));
    expect(found).toMatchObject({ ticks: 41, baseline: { timedTicks: 3, comparedTicks: 4 }, nettingSets: engine.nettingSetCount });
    expect(found.margins).toMatchObject([{ account: 'new-14', sets: [{ currency: 'USD', equity: 5_000 }] }]);
    const never = Number.MAX_SAFE_INTEGER;
    writeFileSync(at('rules.json'), JSON.stringify({
      restricted: { enterBelow: 1, leaveAt: 1 }, marginCall: { enterBelow: 1, afterMs: never, cureTo: 1, dueMs: never }, liquidation: { enterAt: 1, leaveAt: 1 },
    }));
    const { counts } = await runJson<{ counts: Record<string, number> }>(
      ['run', ...inputs, '--commands', 'day.ndjson', '--rules', 'rules.json', '--workers', '0'], folder,
    );
    expect(found.statuses).toEqual({
      healthy: counts['healthy'], 'margin-call': counts['restricted'], liquidation: counts['liquidation'] + counts['bankrupt'],
    });
    await engine.close();
  });

  it('from standard input, where nobody knows how many', async () => {
    writeFileSync(at('day.ndjson'), text(steps()));
    const fromFile = await runJson<Result>(['monitor', ...inputs, '--commands', 'day.ndjson', ...alone], folder);
    const args = [cliPath, 'monitor', ...inputs, '--commands', '-', '--workers', '0', '--baseline-ticks', '4', '--json'];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.on('data', (part: Buffer) => (stdout += part.toString()));
    child.stdin.end(readFileSync(at('day.ndjson')));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    const piped = JSON.parse(stdout) as Result;
    expect({ code, stateHash: piped.stateHash, history: piped.historyHash }).toEqual({
      code: 0, stateHash: fromFile.stateHash, history: fromFile.historyHash,
    });
    expect(piped.baseline).toMatchObject({ timedTicks: 4, comparedTicks: 5 });
  });

  it.each([
    ['a command that is refused', '{"id":"1","timeMs":5,"kind":"tick"}', null, 2],
    ['an interruption', '{"id":"1","timeMs":1785589200000,"kind":"tick"}', 'SIGINT', 130],
  ] as const)('standard input that stays open does not keep it alive after %s', async (_, line, signal, expectedCode) => {
    // With --progress the first tick says that it is waiting for the next line.
    const args = [cliPath, 'monitor', '--market', 'market.csv', '--book', 'small.csv', '--commands', '-', '--progress', ...alone];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
    // The pipe has no end: it is only closed when the process has gone.
    child.stdin.write(`${line}\n`);
    if (signal !== null) child.stderr.once('data', () => child.kill(signal));
    const code = await new Promise<number | null>((resolve) => child.on('exit', resolve));
    expect(code).toBe(expectedCode);
  });

  it('applies an id once, and refuses what it cannot do without leaving a trace', async () => {
    const bad = [
      { id: 'x1', timeMs: start + 1e9, kind: 'ledger.deposit', account: account(0) },
      { id: 'x2', timeMs: start + 1e9, kind: 'book', changes: { positions: [{ account: account(0), instrument: 'none', quantity: 1 }] } },
      { id: 'x3', timeMs: start + 1e9, kind: 'tick', quotes: { forward: { none: 1 } } },
      { id: 'x4', timeMs: 5, kind: 'tick' },
      { id: 'x5', timeMs: start + 1e9, kind: 'book', changes: { positions: [null] } },
    ];
    const good = steps();
    writeFileSync(at('good.ndjson'), text([...good, good[3], good[5]]));
    writeFileSync(at('mixed.ndjson'), text([...good.slice(0, 6), ...bad, ...good.slice(6)]));
    const clean = await runJson<Result>(['monitor', ...inputs, '--commands', 'good.ndjson', ...alone], folder);
    const { code, stdout, stderr } = await run(...inputs, '--commands', 'mixed.ndjson', ...alone, '--keep-going', '--json');
    const mixed = JSON.parse(stdout) as Result;
    expect(code).toBe(0);
    expect(mixed.historyHash).toBe(clean.historyHash);
    expect(mixed.refused.map(({ line, code: why }) => [line, why])).toEqual([
      [7, 'CommandInvalid'], [8, 'InstrumentUnknown'], [9, 'InstrumentUnknown'], [10, 'CommandInvalid'], [11, 'CommandInvalid'],
    ]);
    expect(stderr).toContain("refused: mixed.ndjson, line 7: a monitor takes the commands tick and book, not 'ledger.deposit' [CommandInvalid]");
    const stopped = await run(...inputs, '--commands', 'mixed.ndjson', ...alone);
    expect({ code: stopped.code, stdout: stopped.stdout }).toEqual({ code: 2, stdout: '' });
    expect(stopped.stderr).toContain('mixed.ndjson, line 7: ');
  });

  it('bad quotes quarantine who holds them, until they are good again', async () => {
    writeFileSync(at('gone.ndjson'), text([
      { id: '1', timeMs: start, kind: 'tick' },
      { id: '2', timeMs: start + 1_000, kind: 'tick', quotes: { forward: { 'BTC-PERPETUAL': null } } },
    ]));
    const found = await runJson<Result>(['monitor', ...inputs, '--commands', 'gone.ndjson', ...alone, '--shadow', '--out', 'gone.csv'], folder);
    expect(found.quarantined).toBeGreaterThan(0);
    expect(found.statuses['quarantined']).toBe(found.quarantined);
    expect(readFileSync(at('gone.csv'), 'utf8')).toMatch(/,quarantined,nan,nan$/m);
  });
});

describe('margrid monitor, recorded quotes', () => {
  const columns: SqlTypes = { as_of: 'VARCHAR', instrument: 'VARCHAR', forward: 'DOUBLE', implied_volatility: 'DOUBLE', index_price: 'DOUBLE' };

  /** The market, then movements, as rows: every third tick the perpetual and its index alone, one price gone for a while. */
  async function recorded(): Promise<{ rows: Value[][]; steps: Partial<Quotes>[] }> {
    const { market } = await readMarket(at('market.parquet'));
    const moves = ordinaryTicks(market, 8, 9);
    const rows: Value[][] = [];
    const steps: Partial<Quotes>[] = [];
    let [forward, impliedVolatility, indexPrice] = [market.forward, market.impliedVolatility, market.indexPrice];
    for (let tick = 0; tick < 60; tick++) {
      const next = moves.next().value as Quotes;
      const asOfMs = market.asOfMs + tick * 1_000;
      const only = tick % 3 === 2 ? 'BTC-PERPETUAL' : null;
      const kept = (name: string): boolean => only === null || only === name;
      forward = forward.map((old, row) => (kept(market.instruments[row].name) ? next.forward[row] : old));
      if (tick === 21) forward[3] = NaN;
      impliedVolatility = impliedVolatility.map((old, row) => (kept(market.instruments[row].name) ? next.impliedVolatility[row] : old));
      indexPrice = new Map([...indexPrice].map(([pair, old]) => [pair, only === null || pair === 'btc_usd' ? next.indexPrice.get(pair)! : old]));
      market.instruments.forEach(({ name, baseCurrency, kind }, row) => {
        if (!kept(name)) return;
        const index = indexPrice.get(`${baseCurrency.toLowerCase()}_usd`)!;
        rows.push([new Date(asOfMs).toISOString(), name, forward[row], kind === 'option' ? impliedVolatility[row] : null, index]);
      });
      steps.push({ asOfMs, forward, impliedVolatility, indexPrice });
    }
    return { rows, steps };
  }

  const tableColumns = (rows: readonly (readonly Value[])[]): ResultColumn[] =>
    Object.entries(columns).map(([name, type], place): ResultColumn =>
      type === 'VARCHAR'
        ? { name, type: 'string', values: rows.map((row) => String(row[place])) }
        : { name, type: 'f64', values: Float64Array.from(rows, (row) => (row[place] as number | null) ?? NaN) },
    );

  it.each(['csv', 'parquet'])('of a .%s file give the statuses of the engine', async (format) => {
    const { rows, steps } = await recorded();
    const file = at(`quotes.${format}`);
    // CSV: no value is an empty field; NaN is a price that nobody knows.
    if (format === 'csv') writeFileSync(file, csvText(columns, rows));
    else await writeTable(file, { rowCount: rows.length, columns: tableColumns(rows) });
    const { all, engine } = await statusesOf(steps);
    await engine.close();
    const found = await runJson<Result>(['monitor', ...inputs, '--quotes', `quotes.${format}`, ...alone], folder);
    expect(found).toMatchObject({ ticks: 60, historyHash: historyHashOf(all), stateHash: stateHashOf(all.at(-1)!) });
    expect(all[21].some(({ status }) => status === 'quarantined')).toBe(true);
    expect(all[25].some(({ status }) => status === 'quarantined')).toBe(false);
  });

  it.each([
    ['as_of,instrument,forward\n2026-08-01T18:00:01Z,NOPE,1\n', 'InstrumentUnknown', 'bad-quotes.csv, row 1, column instrument: the market has no instrument "NOPE"'],
    ['as_of,instrument,forward\n2026-08-01T17:00:01Z,BTC-PERPETUAL,1\n', 'HistoryMisaligned', 'must not be before 2026-08-01T18:00:00.000Z'],
    ['as_of,instrument,forward\n1785607201000,BTC-PERPETUAL,1\n1785607200500,BTC-PERPETUAL,1\n', 'HistoryMisaligned', 'row 2'],
    ['as_of,instrument,forward\nnoon,BTC-PERPETUAL,1\n', 'ValueInvalid', 'must be a time, got "noon"'],
    ['as_of,instrument,forward\n2026-08-01T18:00:01Z,BTC-PERPETUAL,dear\n', 'ColumnTypeWrong', 'must be a number, got "dear"'],
    ['as_of,instrument,bid\n2026-08-01T18:00:01Z,BTC-PERPETUAL,1\n', 'ColumnMissing', 'the column "forward" is missing'],
    ['instrument,forward\nBTC-PERPETUAL,1\n', 'ColumnMissing', 'the column "as_of" is missing'],
  ])('refused: %j', async (content, code, message) => {
    const file = at('bad-quotes.csv');
    writeFileSync(file, content);
    const error = await inProcess({ quotes: file }).then(() => null, (thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) as string });
  });
});

describe('margrid monitor, models without certificates', () => {
  const day = join(packageRoot, 'examples', 'venue-day');
  const venue = ['--market', join(day, 'market.csv'), '--book', join(day, 'book.csv'), '--model', 'hyperliquid', '--params', join(day, 'params.json')];

  it('evaluates everything and says so; health is by the model\'s own margins', async () => {
    const lines = readFileSync(join(day, 'commands.ndjson'), 'utf8').split('\n').filter((line) => line.includes('"kind": "tick"'));
    writeFileSync(at('venue.ndjson'), lines.join('\n'));
    const args = ['monitor', ...venue, '--commands', 'venue.ndjson', '--workers', '0', '--shadow', '--margins-of', 'alice'];
    const found = await runJson<Result>([...args, '--margins', 'interval'], folder);
    const reason = 'the model hyperliquid has no certificates';
    expect(found).toMatchObject({ ticks: lines.length, certifiedTicks: 0, certificates: 0, bruteForceTicks: { [reason]: lines.length } });
    const { margins } = await runJson<Result>(args, folder);
    const { equity, initialMargin, maintenanceMargin } = margins[0].sets[0] as Record<string, number>;
    expect(maintenanceMargin).toBeGreaterThan(0);
    expect(found.margins[0].sets[0]['health']).toEqual([
      { threshold: 'liquidation', low: equity - maintenanceMargin, high: equity - maintenanceMargin },
      { threshold: 'margin-call', low: equity - initialMargin, high: equity - initialMargin },
    ]);
    const { stdout } = await run(...args.slice(1));
    expect(stdout).toContain(`everything evaluated on ${lines.length} of ${lines.length} ticks: ${reason}`);
  });

  it('refuses levels: factors of what?', async () => {
    const { code, stderr } = await run(...venue, ...alone, '--ticks', '2', '--watch', 'warned=1.5*maintenance');
    expect(code).toBe(2);
    expect(stderr).toContain('which the model does not have [OptionInvalid]');
  });
});

/** The command in this process. */
async function inProcess(
  options: Partial<MonitorCommandOptions>, create?: (given: MonitorOptions) => Monitor, signal = new AbortController().signal,
): Promise<{ code: number; printed: string; noted: string }> {
  let printed = '';
  let noted = '';
  const terminal: Terminal = {
    print: (line) => void (printed += `${line}\n`),
    note: (line) => void (noted += `${line}\n`),
    stage: () => {},
    progress: () => ({ update: () => {}, stop: () => {} }),
  };
  const given: MonitorCommandOptions = {
    market: at('market.parquet'), book: at('book.parquet'), positions: 12, seed: 3, ticks, volatilityBp: 6, workers: 0,
    watch: 'statuses', references: 16, baselineTicks: 0, marginsOf: [], margins: 'exact', json: true, ...options,
  };
  const code = await monitorCommand(given, terminal, signal, create);
  return { code, printed, noted };
}

/** Certificates that are wrong: they hold in whole boxes. */
const planted = (given: MonitorOptions): Monitor =>
  Monitor.create(given, (partial, evaluation, thresholds) => {
    const issuer = issuerFactoryOf(given)!(partial, evaluation, thresholds);
    const { radius, loads } = partial.setup.arena.views.certifiedSet;
    return {
      ...issuer,
      certify: async (sets) => {
        await issuer.certify(sets);
        for (const set of sets) for (let each = 4 * set; each < 4 * set + 4; each++) radius[each] = 1;
        for (const set of sets) for (let each = 5 * set; each < 5 * set + 5; each++) loads[each] = 0;
      },
    };
  });

describe('margrid monitor, exit codes', () => {
  const small = ['--market', 'market.csv', '--book', 'small.csv', ...alone, '--ticks', '3'];

  it.each([
    [['--ticks', '3'], 'give a book: either --book FILE or --accounts N [OptionInvalid]'],
    [[...small, '--references', '1'], 'must be a whole number in [2, 64]'],
    [[...small, '--volatility-bp', '501'], 'must be a number in [0, 500]'],
    [[...small, '--margins', 'rough'], 'Allowed choices are exact, interval'],
    [[...small, '--commands', 'day.ndjson'], "cannot be used with option '--ticks <n>'"],
    [['--market', 'market.csv', '--book', 'missing.csv'], 'missing.csv: the file does not exist [FileNotFound]'],
  ])('2: %s', async (args, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  const refusals: readonly (readonly [Partial<MonitorCommandOptions>, string, string])[] = [
    [{ accounts: 5 }, 'OptionInvalid', 'give a book: either --book FILE or --accounts N'],
    [{ watch: 'everything' }, 'OptionInvalid', '--watch must be liquidation, statuses or levels by factors'],
    [{ watch: 'a=1,a=2' }, 'OptionInvalid', '--watch has two levels named a, '],
    [{ watch: 'a=-1' }, 'OptionInvalid', '--watch must give a a factor'],
    [{ watch: 'A b=1' }, 'OptionInvalid', '--watch must name levels with small letters'],
    [{ watch: 'a=1,b=1,c=1,d=1,e=1,f=1,g=1,h=1' }, 'OptionInvalid', '1 to 7 thresholds'],
    [{ marginsOf: ['zoe'] }, 'AccountUnknown', "the book has no account 'zoe'"],
    [{ commands: 'missing.ndjson' }, 'FileNotFound', 'cannot read the command file missing.ndjson'],
    [{ commands: at('small.csv') }, 'CommandInvalid', 'small.csv, line 1: not valid JSON'],
    [{ out: 'changes.txt' }, 'FileFormatUnknown', 'names no supported format'],
    [{ out: 'none/changes.csv' }, 'FileUnreadable', 'the directory does not exist'],
    [{ model: 'nosuch' }, 'ModelUnknown', "no margin model is called 'nosuch'"],
  ];

  it.each(refusals)('refused: %j', async (options, code, message) => {
    const given = { market: at('market.csv'), book: at('small.csv'), ticks: 3, ...options };
    const error = await inProcess(given).then(() => null, (thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MargridError);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) as string });
  });

  it('0: accounts with bad rows are quarantined on every tick', async () => {
    const bad = bookRows.map((row, place) => (place === 4 ? ['bob', 'SPX-18SEP26-7000-P', 'NaN', 0] : row));
    writeFileSync(at('bad.csv'), csvText(bookTypes, bad));
    const args = ['--market', 'market.csv', '--book', 'bad.csv', ...alone, '--ticks', '3', '--margins-of', 'bob'];
    expect((await run(...args)).stderr).toContain('bad.csv, row 5, column quantity');
    for (const how of ['exact', 'interval']) {
      const { code, stdout, stderr } = await run(...args, '--margins', how, '--keep-going', '--json');
      expect(code).toBe(0);
      expect(stderr).toContain('quarantined: bad.csv, row 5');
      const { margins, quarantined } = JSON.parse(stdout) as Result;
      expect(quarantined).toBe(1);
      expect(margins[0].sets[0]['status']).toBe('quarantined');
    }
  });

  it('1: a wrong certificate is found in shadow mode, by the sampled ticks, and by exact margins', async () => {
    const shadow = await inProcess({ shadow: true }, planted);
    expect(shadow.code).toBe(1);
    expect(shadow.noted).toMatch(/^tick \d+: netting set \d+ of account A\d+ is [a-z-]+, was taken for [a-z-]+ .*\[CertificateWrong\]\n$/);
    const body = JSON.parse(shadow.printed) as Result;
    expect(body.difference).toContain('was taken for');
    expect(body.stateHash).toBeNull();
    const sampled = await inProcess({ baselineTicks: 20 }, planted);
    expect(sampled.code).toBe(1);
    expect(sampled.noted).toMatch(/to the engine, [a-z-]+ to the monitor \[CertificateWrong\]/);
    const unseen = await inProcess({}, planted);
    expect(unseen.code).toBe(0);
    const wrong = expected.at(-1)!;
    const { stateHash } = JSON.parse(unseen.printed) as Result;
    expect(stateHash).not.toBe(stateHashOf(wrong));
    const asked = await inProcess({ marginsOf: last.accountIds }, planted);
    expect(asked.code).toBe(1);
    const text = await inProcess({ shadow: true, json: false }, planted);
    expect(text.printed).toContain('A STATUS DIFFERS');
  });

  it('changes of status are in the file before certificates are issued', async () => {
    const out = at('live.ndjson');
    const written: number[] = [];
    const told: number[] = [];
    const watching = (given: MonitorOptions): Monitor => {
      const made = Monitor.create(given);
      const evaluate = made.evaluate.bind(made);
      const renew = made.renew.bind(made);
      made.evaluate = async (quotes) => {
        const report = await evaluate(quotes);
        told.push((told.at(-1) ?? 0) + (report.tick === 1 ? 0 : report.changes.set.length));
        return report;
      };
      made.renew = () => {
        written.push(readFileSync(out, 'utf8').split('\n').length - 1);
        return renew();
      };
      return made;
    };
    expect((await inProcess({ out }, watching)).code).toBe(0);
    expect(written.length).toBe(ticks);
    expect(told.at(-1)).toBeGreaterThan(50);
    expect(written).toEqual(told);
  });

  it('an interruption leaves no half-written file', async () => {
    const controller = new AbortController();
    const stopping = (given: MonitorOptions): Monitor => {
      const made = Monitor.create(given);
      const evaluate = made.evaluate.bind(made);
      made.evaluate = async (quotes) => {
        const report = await evaluate(quotes);
        if (report.tick === 9) controller.abort();
        return report;
      };
      return made;
    };
    const stopped = inProcess({ out: at('half.parquet') }, stopping, controller.signal);
    await expect(stopped).rejects.toMatchObject({ code: 'Interrupted' });
    expect(readdirSync(folder).filter((name) => name.includes('half'))).toEqual([]);
  });
});
