import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MargridError } from '../errors.ts';
import {
  choiceField, dateField, invalid, listField, numberField, section, textField, unbounded, type Section,
} from '../margin/fields.ts';
import { packageRoot } from '../package-root.ts';
import {
  factorName, parseFactor, requireScenarios, type FactorChange, type RiskFactor, type ScenarioSet,
} from '../scenario/scenario-set.ts';

/**
 * How well a move is known: computed by us from closes; several sources agree; one published table; press levels;
 * nothing found.
 */
export const crisisEvidence = ['derived', 'confirmed', 'published', 'press', 'none'] as const;
export type CrisisEvidence = (typeof crisisEvidence)[number];

/** Move of one factor in a crisis: one of `relative`, `levels`, `points`, or null where no figure was found. */
export interface CrisisMove {
  /** `price:SPX`, `volatility:SPX`. */
  readonly factor: string;
  readonly relative: number | null;
  /** Before and after; volatilities as fractions. */
  readonly levels: readonly [number, number] | null;
  /** Difference; of volatilities as a fraction: 0.152 is 15.2 points. */
  readonly points: number | null;
  /** `close to close`, `to the low`. */
  readonly measure: string;
  readonly evidence: CrisisEvidence;
  readonly source: string;
  readonly note: string | null;
}

export interface Crisis {
  readonly name: string;
  readonly title: string;
  readonly from: string;
  readonly to: string;
  readonly moves: readonly CrisisMove[];
  readonly note: string | null;
}

/** The crises that ship with the package. */
export const crisisFile = 'crises-2026-11-23';

let shipped: readonly Crisis[] | undefined;

export function shippedCrises(): readonly Crisis[] {
  shipped ??= parseCrises(JSON.parse(readFileSync(join(packageRoot, 'data', 'crises', `${crisisFile}.json`), 'utf8')));
  return shipped;
}

/** Reads a file of crises (docs/SCENARIOS.md). Throws `ParameterInvalid`, `ScenarioInvalid`. */
export function parseCrises(input: unknown): readonly Crisis[] {
  const fields = section(input, 'crises');
  const sources = section(fields['sources'], 'sources');
  return listField(fields, 'crises', '').map((each, index) => {
    const path = `crises[${index}]`;
    const crisis = section(each, path);
    return {
      name: textField(crisis, 'name', path), title: textField(crisis, 'title', path),
      from: dateField(crisis, 'from', path), to: dateField(crisis, 'to', path),
      note: crisis['note'] === undefined ? null : textField(crisis, 'note', path),
      moves: listField(crisis, 'moves', path).map((move, place) => parseMove(move, `${path}.moves[${place}]`, sources)),
    };
  });
}

function parseMove(input: unknown, path: string, sources: Section): CrisisMove {
  const fields = section(input, path);
  const name = textField(fields, 'factor', path);
  const { kind } = parseFactor(name);
  const optional = (field: string, min: number): number | null =>
    fields[field] === undefined || fields[field] === null
      ? null
      : numberField(fields, field, path, { min, max: unbounded });
  const levels = fields['levels'] === undefined ? null : levelsOf(listField(fields, 'levels', path), path);
  const source = textField(fields, 'source', path);
  const move: CrisisMove = {
    factor: name, levels, relative: optional('relative', -1), points: optional('points', -unbounded),
    measure: textField(fields, 'measure', path), evidence: choiceField(fields, 'evidence', path, crisisEvidence),
    source: sources[source] === undefined ? source : textField(sources, source, 'sources'),
    note: fields['note'] === undefined ? null : textField(fields, 'note', path),
  };
  const given = [move.levels, move.relative, move.points].filter((each) => each !== null).length;
  if (given > 1) throw invalid(path, name, 'must have one of relative, levels, points');
  if (move.points !== null && kind === 'price') {
    throw invalid(`${path}.points`, move.points, 'is for volatilities: a price moves by a share');
  }
  return move;
}

function levelsOf(levels: readonly unknown[], path: string): readonly [number, number] {
  const [before, after] = levels;
  if (levels.length === 2 && levels.every((level) => typeof level === 'number' && level > 0 && level < Infinity)) {
    return [before as number, after as number];
  }
  throw invalid(`${path}.levels`, JSON.stringify(levels), 'must be two numbers > 0');
}

/** A move as a relative one, or in points; null if its figures do not say. */
export function crisisMoveAs(move: CrisisMove, change: FactorChange): number | null {
  const { levels, relative, points } = move;
  if (levels !== null) return change === 'relative' ? (levels[1] - levels[0]) / levels[0] : levels[1] - levels[0];
  return change === 'relative' ? relative : points;
}

/** A factor of the book, and the factor of the crises that it follows. */
export interface CrisisProxy {
  /** Default: the factor itself. */
  readonly follows?: string;
  /** It moves beta times as far; default 1. */
  readonly beta?: number;
}

export interface CrisisOptions {
  /** What crises to choose from; default: those shipped. */
  readonly crises?: readonly Crisis[];
  /** How volatilities move; default `relative`. */
  readonly volatility?: FactorChange;
  /**
   * A factor that a crisis says nothing of: `refuse`; `hold`: it does not move, which is reported; `drop`: the crisis
   * is left out, which is reported. Default `refuse`.
   */
  readonly missing?: 'refuse' | 'hold' | 'drop';
}

export interface CrisisReport {
  /** Crisis and factor that does not move for want of a figure. */
  readonly held: readonly { readonly crisis: string; readonly factor: string }[];
  readonly dropped: readonly { readonly crisis: string; readonly factor: string }[];
  /** Factors that follow another one. */
  readonly proxies: readonly { readonly factor: string; readonly follows: string; readonly beta: number }[];
}

export type CrisisScenarios = ScenarioSet & { readonly report: CrisisReport };

/**
 * Named crises as scenarios, in the order given: `mapping` says which factors the set has and what each follows. A
 * proxy is used only where the mapping says so. Throws `ScenarioInvalid` for a name that there is not, `FactorMissing`.
 */
export function crisisScenarios(
  names: readonly string[],
  mapping: Readonly<Record<string, CrisisProxy>>,
  { crises = shippedCrises(), volatility = 'relative', missing = 'refuse' }: CrisisOptions = {},
): CrisisScenarios {
  const chosen = names.map((name) => crisisNamed(crises, name));
  const targets = Object.keys(mapping).map((name) => {
    const { follows = name, beta = 1 } = mapping[name];
    const { kind } = parseFactor(name);
    if (parseFactor(follows).kind !== kind || !Number.isFinite(beta)) {
      const message = `${name} can follow a ${kind} with a finite beta, got ${follows} times ${beta}`;
      throw new MargridError('OptionInvalid', message, { column: name, value: follows });
    }
    return { factor: parseFactor(name, kind === 'volatility' ? volatility : 'relative'), follows, beta };
  });
  const gaps = chosen.flatMap((crisis) =>
    targets.flatMap(({ factor, follows }) =>
      moveIn(crisis, follows, factor) === null ? [{ crisis: crisis.name, factor: factorName(factor), follows }] : [],
    ),
  );
  if (missing === 'refuse' && gaps.length > 0) throw gapRefused(gaps[0], gaps.length, chosen);
  const lacking = new Set(gaps.map(({ crisis }) => crisis));
  const kept = missing === 'drop' ? chosen.filter(({ name }) => !lacking.has(name)) : chosen;
  if (kept.length === 0 && gaps.length > 0) throw allDropped(gaps);
  const moves = targets.flatMap(({ factor, follows, beta }) =>
    kept.map((crisis) => (moveIn(crisis, follows, factor) ?? 0) * beta),
  );
  const set = requireScenarios({
    factors: targets.map(({ factor }) => factor), count: kept.length, moves: Float64Array.from(moves),
    labels: kept.map(({ name }) => name),
  });
  const told = gaps.map(({ crisis, factor }) => ({ crisis, factor }));
  const proxies = targets
    .filter(({ factor, follows, beta }) => follows !== factorName(factor) || beta !== 1)
    .map(({ factor, follows, beta }) => ({ factor: factorName(factor), follows, beta }));
  return { ...set, report: { held: missing === 'hold' ? told : [], dropped: missing === 'drop' ? told : [], proxies } };
}

function crisisNamed(crises: readonly Crisis[], name: string): Crisis {
  const found = crises.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = crises.map((each) => each.name).join(', ');
  throw new MargridError('ScenarioInvalid', `no crisis is named '${name}'; there are ${names}`, {
    column: 'name', value: name,
  });
}

function moveIn({ moves }: Crisis, follows: string, { change }: RiskFactor): number | null {
  const found = moves.find(({ factor }) => factor === follows);
  return found === undefined ? null : crisisMoveAs(found, change);
}

/** Says of every crisis that was dropped what it lacks; those that lack the same together. */
function allDropped(gaps: readonly { readonly crisis: string; readonly factor: string }[]): MargridError {
  const lacking = new Map<string, string[]>();
  for (const { crisis, factor } of gaps) lacking.set(crisis, [...(lacking.get(crisis) ?? []), factor]);
  const alike = new Map<string, string[]>();
  for (const [crisis, factors] of lacking) {
    const of = factors.join(', ');
    alike.set(of, [...(alike.get(of) ?? []), crisis]);
  }
  const reasons = [...alike].map(([factors, crises]) => `no figure for ${factors} in ${crises.join(', ')}`);
  const message = `no crisis is left, all ${lacking.size} were dropped: ${reasons.join('; ')}. Map factors to what crises have, or hold them`;
  return new MargridError('FactorMissing', message, { column: gaps[0].factor, value: gaps[0].crisis });
}

function gapRefused(
  { crisis, factor, follows }: { readonly crisis: string; readonly factor: string; readonly follows: string },
  count: number,
  chosen: readonly Crisis[],
): MargridError {
  const known = chosen.find(({ name }) => name === crisis)!.moves.map((move) => move.factor).join(', ');
  const of = follows === factor ? factor : `${follows}, which ${factor} follows`;
  const more = count > 1 ? ` (and ${count - 1} more gaps)` : '';
  const message = `crisis ${crisis} has no figure for ${of}${more}: it has ${known}. ` +
    'Map it to one of them, hold it or drop the crisis';
  return new MargridError(
    'FactorMissing', message,
    { row: chosen.findIndex(({ name }) => name === crisis) + 1, column: factor, value: crisis },
  );
}
