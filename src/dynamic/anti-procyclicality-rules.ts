import {
  invalid,
  knownFields,
  numberField,
  textField,
  wholeField,
  type NumberRule,
  type Section,
} from '../margin/fields.ts';

/**
 * Tools that keep margin from rising when everybody can least pay it. (a) to (c) are those of Article 28(1) of
 * Delegated Regulation (EU) 153/2013, of which a clearing house takes at least one; a tool that is absent does nothing.
 */
export interface AntiProcyclicalityRules {
  /** (a) A buffer on top, used up when margin rises. */
  readonly buffer?: BufferRule;
  /** (b) A weight on the margin of a stressed period. */
  readonly stress?: StressRule;
  /** (c) Never below the margin at the volatility of ten years. */
  readonly floor?: FloorRule;
  /** How fast margin may rise. */
  readonly speedLimit?: SpeedLimitRule;
  /** What is reported as too fast, limited or not. */
  readonly alarm?: AlarmRule;
}

export interface BufferRule {
  /** Of the base: 0.25 by the regulation. */
  readonly fraction: number;
  /** The buffer is released when the base exceeds this multiple of its mean over the last `referenceDays`. */
  readonly releaseAbove: number;
  readonly referenceDays: number;
  /**
   * `absorb`: while released, the buffer pays for the rise: the margin stands still until the base has caught up.
   * `linear`: the buffer goes from full at `releaseAbove` to nothing at `exhaustedAt`, multiples of the mean.
   */
  readonly release: 'absorb' | 'linear';
  /** For `linear`; > releaseAbove. */
  readonly exhaustedAt: number;
  /** It is rebuilt while the base is at most this multiple of its mean; <= releaseAbove. */
  readonly rebuildAtMost: number;
  /** Part of the base by which it grows back per day. */
  readonly rebuildPerDay: number;
}

export interface StressRule {
  /** Of the stressed margin: 0.25 at least by the regulation. The base has the rest. */
  readonly weight: number;
}

export interface FloorRule {
  /** Of the ten-year margin: 1 by the regulation. */
  readonly multiple: number;
}

export interface SpeedLimitRule {
  /** Margin of a day <= that of the day before times (1 + perDay). */
  readonly perDay: number;
  /** Part of the base by which the limit may leave the margin below it, at most: what it saves is not covered. */
  readonly shortfallMax: number;
  /** Days in a row on which it may be below the base; then it is the base at least. */
  readonly shortfallDaysMax: number;
}

export interface AlarmRule {
  /** Alarm when what the tools ask for before the speed limit exceeds this multiple of the margin of the day before. */
  readonly above: number;
}

/** The weights of the regulation; release, rebuilding, speed and alarm are decisions of this project. */
export const defaultTools = {
  buffer: {
    fraction: 0.25,
    releaseAbove: 1.1,
    referenceDays: 60,
    release: 'absorb',
    exhaustedAt: 2,
    rebuildAtMost: 1,
    rebuildPerDay: 0.005,
  },
  stress: { weight: 0.25 },
  floor: { multiple: 1 },
  speedLimit: { perDay: 0.1, shortfallMax: 0.25, shortfallDaysMax: 5 },
  alarm: { above: 2 },
} as const satisfies Required<AntiProcyclicalityRules>;

/**
 * Tools as in a parameter file: the fields of a tool that are absent are those of `defaultTools`. Throws
 * `ParameterInvalid`.
 */
export function parseAntiProcyclicality(input: unknown, path: string): AntiProcyclicalityRules {
  const root = knownFields(input, path, Object.keys(defaultTools));
  const tool = <Name extends keyof typeof defaultTools, Rule>(
    name: Name,
    parse: (fields: Section, at: string) => Rule,
  ): { [key in Name]?: Rule } => {
    if (root[name] === undefined) return {};
    const at = `${path}.${name}`;
    const defaults: object = defaultTools[name];
    const fields = { ...defaults, ...knownFields(root[name], at, Object.keys(defaults)) };
    return { [name]: parse(fields, at) } as { [key in Name]?: Rule };
  };
  return {
    ...tool('buffer', parseBuffer),
    ...tool('stress', (fields, at) => ({ weight: numberField(fields, 'weight', at, share) })),
    ...tool('floor', (fields, at) => ({ multiple: numberField(fields, 'multiple', at, { min: 0, max: 10 }) })),
    ...tool('speedLimit', (fields, at) => ({
      perDay: numberField(fields, 'perDay', at, { min: 0, max: 100 }),
      shortfallMax: numberField(fields, 'shortfallMax', at, share),
      shortfallDaysMax: wholeField(fields, 'shortfallDaysMax', at, { min: 0, max: 10_000 }),
    })),
    ...tool('alarm', (fields, at) => ({ above: numberField(fields, 'above', at, { min: 1, max: 1e6 }) })),
  };
}

const share: NumberRule = { min: 0, max: 1 };

function parseBuffer(fields: Section, path: string): BufferRule {
  const release = textField(fields, 'release', path);
  if (release !== 'absorb' && release !== 'linear')
    throw invalid(`${path}.release`, release, 'must be absorb or linear');
  const releaseAbove = numberField(fields, 'releaseAbove', path, { min: 0, max: 100 });
  const exhaustedAt = numberField(fields, 'exhaustedAt', path, { min: 0, max: 1000 });
  if (release === 'linear' && exhaustedAt <= releaseAbove) {
    throw invalid(`${path}.exhaustedAt`, exhaustedAt, `must be > releaseAbove, ${releaseAbove}`);
  }
  return {
    fraction: numberField(fields, 'fraction', path, { min: 0, max: 10 }),
    releaseAbove,
    referenceDays: wholeField(fields, 'referenceDays', path, { min: 1, max: 10_000 }),
    release,
    exhaustedAt,
    rebuildAtMost: numberField(fields, 'rebuildAtMost', path, { min: 0, max: releaseAbove }),
    rebuildPerDay: numberField(fields, 'rebuildPerDay', path, { min: 0, max: 10 }),
  };
}
