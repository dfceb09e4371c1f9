import type { ClosingRule } from '../cascade/closing-rule.ts';
import { drawnShocks } from '../cascade/drawn-shocks.ts';
import type { Impact } from '../cascade/impact.ts';
import type { OrderLadder } from '../cascade/order-ladder.ts';
import type { FailureScenario } from '../cascade/scenario.ts';
import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import { decimalsOf, minorOf, type MinorUnits } from '../money/minor-units.ts';
import { readJson } from './read-json.ts';

/** How `margrid cascade` says what is assumed, as commander gives it. */
export interface CascadeTexts {
  readonly shock?: string;
  readonly underlying?: string;
  readonly correlated: readonly string[];
  readonly impact: 'none' | 'sqrt' | 'linear' | 'depth';
  readonly dailyVolume?: string;
  readonly sigma: string;
  readonly y: string;
  readonly lambda: string;
  readonly depth?: string;
  readonly close: string;
  readonly insuranceFund?: string;
  readonly callsMissed?: number;
  readonly liquidityLoss?: number;
  readonly makersLeave?: string;
  readonly roundCap?: number;
  readonly steps: number;
  readonly seed: number;
}

type Moves = Readonly<Record<string, number>>;

function refuse(option: string, value: string, rule: string): never {
  throw new MargridError('OptionInvalid', `${option} ${rule}, got '${value}'`, { column: option, value });
}

function numberOf(option: string, text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(value) ? value : refuse(option, text, 'must be a number');
}

/** `a=1,b=2`, or one number for `whole`. */
function byName(option: string, text: string, whole: readonly string[]): Map<string, number> {
  if (!text.includes('=')) return new Map(whole.map((name) => [name, numberOf(option, text)] as const));
  return new Map(
    text.split(',').map((entry) => {
      const at = entry.indexOf('=');
      if (at <= 0) refuse(option, entry, 'must be NAME=NUMBER');
      return [entry.slice(0, at).trim(), numberOf(option, entry.slice(at + 1))] as const;
    }),
  );
}

/** The underlying that a bare number is for: the one named, else the first of the market. */
function leadOf(texts: CascadeTexts, market: Market): string {
  return texts.underlying ?? market.instruments[0].baseCurrency;
}

function correlatedOf({ correlated }: CascadeTexts): Map<string, number> {
  return new Map(correlated.flatMap((text) => [...byName('--correlated', text, [])]));
}

/** Moves of the underlyings when the lead moves by `move`. */
function movesOf(texts: CascadeTexts, market: Market, move: number): Moves {
  const others = [...correlatedOf(texts)].map(([name, beta]) => [name, beta * move] as const);
  return { [leadOf(texts, market)]: move, ...Object.fromEntries(others) };
}

/** `-0.1`, `btc=-0.1,eth=-0.15`. */
export function shockOf(texts: CascadeTexts, market: Market): Moves {
  const text = texts.shock ?? refuse('--shock', '', 'is needed without --shocks');
  if (!text.includes('=')) return movesOf(texts, market, numberOf('--shock', text));
  return Object.fromEntries(byName('--shock', text, []));
}

/** `from:to:step`, both ends included. */
export function gridOf(option: string, text: string): number[] {
  const parts = text.split(':').map((part) => numberOf(option, part));
  if (parts.length !== 3 || parts[2] === 0) refuse(option, text, 'must be FROM:TO:STEP');
  const [from, to] = parts;
  const step = Math.abs(parts[2]) * (to < from ? -1 : 1);
  const steps = Math.floor((to - from) / step + 1e-9);
  if (!(steps < 100_000)) refuse(option, text, 'must have less than 100000 steps');
  return Array.from({ length: steps + 1 }, (_, index) => from + index * step);
}

/**
 * `-0.02:-0.3:0.02`; `normal:SCALE:COUNT`, `student:SCALE:DEGREES:COUNT`; or a JSON file with a list of moves, or of
 * objects of moves by underlying (a history).
 */
export async function shocksOf(text: string, texts: CascadeTexts, market: Market): Promise<Moves[]> {
  const [kind, ...rest] = text.split(':');
  if (kind === 'normal' || kind === 'student') {
    const numbers = rest.map((part) => numberOf('--shocks', part));
    if (numbers.length !== (kind === 'normal' ? 2 : 3)) refuse(
      '--shocks',
      text,
      'must be normal:SCALE:COUNT or student:SCALE:DEGREES:COUNT',
    );
    const [scale, second, third] = numbers;
    const law = kind === 'normal' ? (
      { kind, count: second } as const
    ) : ({ kind: 'student-t', degrees: second, count: third } as const);
    return [...drawnShocks({ ...law, scale, seed: texts.seed })].map((move) => movesOf(texts, market, move));
  }
  if (!text.endsWith('.json')) return gridOf('--shocks', text).map((move) => movesOf(texts, market, move));
  const entries = await readJson(text, 'shocks');
  if (!Array.isArray(entries) || entries.length === 0) refuse('--shocks', text, 'must hold a list of moves');
  return (entries as unknown[]).map((entry, row) => {
    if (typeof entry === 'number') return movesOf(texts, market, entry);
    const isMoves = typeof entry === 'object' && entry !== null && Object.values(
      entry,
    ).every((move) => typeof move === 'number');
    return isMoves ? (entry as Moves) : refuse(
      '--shocks',
      text,
      `must hold numbers or objects of numbers, row ${row + 1} does not`,
    );
  });
}

/**
 * Impact of the underlyings named: by default of the lead and those that move with it. `turnover`: base units that the
 * book holds of an underlying, its daily volume if none is given.
 */
export async function impactsOf(
  texts: CascadeTexts,
  shocked: readonly string[],
  turnover: (underlying: string) => number,
): Promise<Record<string, Impact>> {
  const { impact } = texts;
  if (impact === 'none') return {};
  if (impact === 'depth') return depthFile(texts.depth ?? refuse('--depth', '', 'is needed for --impact depth'));
  const of = (option: string, text: string): Map<string, number> => byName(option, text, shocked);
  const volumes = texts.dailyVolume === undefined ? new Map<string, number>() : of('--daily-volume', texts.dailyVolume);
  const named = [...new Set([...shocked, ...volumes.keys()])];
  const [sigma, y, lambda] = [of('--sigma', texts.sigma), of('--y', texts.y), of('--lambda', texts.lambda)];
  const need = (option: string, values: ReadonlyMap<string, number>, name: string): number =>
    values.get(name) ?? values.values().next().value ?? refuse(option, name, 'must be given for every underlying');
  return Object.fromEntries(
    named.map((name): [string, Impact] => {
      const dailyVolume = volumes.get(name) ?? turnover(name);
      if (impact === 'linear') return [name, { kind: 'linear', lambda: need('--lambda', lambda, name), dailyVolume }];
      return [name, { kind: 'sqrt', y: need('--y', y, name), sigma: need('--sigma', sigma, name), dailyVolume }];
    }),
  );
}

/** `{"BTC": {"mid": 60000, "bids": [[59990, 1.5]], "asks": [[60010, 2]], "anchor": "follows"}}`. */
async function depthFile(path: string): Promise<Record<string, Impact>> {
  const root = await readJson(path, 'depth');
  if (typeof root !== 'object' || root === null || Array.isArray(root)) refuse(
    '--depth',
    path,
    'must hold an object of order books by underlying',
  );
  return Object.fromEntries(
    Object.entries(root).map(([name, value]: [string, unknown]): [string, Impact] => {
      const { mid, bids, asks, anchor = 'follows' } = (value ?? {}) as Record<string, unknown>;
      const isSide = (side: unknown): boolean =>
        Array.isArray(side) && side.every(
          (level) => Array.isArray(level) && level.length === 2 && level.every((part) => typeof part === 'number'),
        );
      if (typeof mid !== 'number' || !isSide(bids) || !isSide(asks)) refuse(
        '--depth',
        path,
        `${name} must have mid, bids and asks of [price, size]`,
      );
      if (anchor !== 'follows' && anchor !== 'rests') refuse(
        '--depth',
        path,
        `anchor of ${name} must be follows or rests`,
      );
      return [name, { kind: 'depth', ladder: { mid, bids, asks, anchor } as OrderLadder }];
    }),
  );
}

/** `full`, `0.2`, `target`, `target=1.1`. */
export function closeOf({ close }: CascadeTexts): ClosingRule {
  if (close === 'full') return { kind: 'full' };
  if (close === 'target') return { kind: 'target', buffer: 1.05 };
  if (close.startsWith('target=')) return {
    kind: 'target',
    buffer: numberOf('--close', close.slice('target='.length)),
  };
  return { kind: 'share', share: numberOf('--close', close) };
}

/** `BTC=10,USD=1e6`. */
export function fundOf({ insuranceFund }: CascadeTexts): Record<string, MinorUnits> {
  if (insuranceFund === undefined) return {};
  if (!insuranceFund.includes('=')) refuse('--insurance-fund', insuranceFund, 'must be CURRENCY=AMOUNT');
  return Object.fromEntries(
    [...byName('--insurance-fund', insuranceFund, [])].map(([currency, amount]) => {
      if (amount < 0) refuse('--insurance-fund', String(amount), 'must be >= 0');
      return [currency, minorOf(amount, decimalsOf(currency), 'down')] as const;
    }),
  );
}

export function failuresOf({ callsMissed, liquidityLoss, makersLeave, roundCap, seed }: CascadeTexts): FailureScenario {
  const leave = makersLeave?.split('@') ?? [];
  if (makersLeave !== undefined && leave.length !== 2) refuse('--makers-leave', makersLeave, 'must be SHARE@MOVE');
  const [share, atMove] = leave.map((part) => numberOf('--makers-leave', part));
  return {
    seed,
    ...(callsMissed === undefined ? {} : { callsMissed }),
    ...(liquidityLoss === undefined ? {} : { liquidityLoss }),
    ...(roundCap === undefined ? {} : { roundCap }),
    ...(makersLeave === undefined ? {} : { makersLeave: { share, atMove } }),
  };
}
