/** Shocks and rates of OKX portfolio margin for futures and perpetuals. Meaning: docs/models/okx-pm.md. */
import {
  dateField, invalid, listField, numberField, section, textField, textsField, type Section,
} from '../fields.ts';
import type { Tier } from '../tiered/tier.ts';

export interface OkxPmParams {
  readonly source: string;
  readonly date: string;
  readonly unconfirmed: readonly string[];
  /** Part of the extreme loss that is charged (MR6). */
  readonly extremeShare: number;
  /** Initial over maintenance margin of a risk unit. */
  readonly initialFactor: number;
  /** Fractions of what is borrowed (MR8). */
  readonly borrowMaintenanceRate: number;
  readonly borrowInitialRate: number;
  /** Basis risk of several expiries of a unit: summed over them, or the account is refused. */
  readonly basisAcrossExpiries: 'gross' | 'refuse';
  /** Lower-case currencies that may be held as spot at their USD price. */
  readonly stablecoins: readonly string[];
  /** By lower-case base currency. */
  readonly underlyings: ReadonlyMap<string, OkxUnderlying>;
}

export interface OkxUnderlying {
  /** Largest move of MR1 and the move of MR6, fractions of the price. */
  readonly spotShock: number;
  readonly extremeShock: number;
  /** Basis risk (MR4): per year to expiry, and its least, fractions of delta. */
  readonly basisAnnualised: number;
  readonly basisLeast: number;
  /** Slippage and fee (MR7), fraction of delta, before its tiers. */
  readonly minimumRate: number;
  /** The multiplier is `initialRate`. */
  readonly minimumTiers: readonly Tier[];
}

const anyRate = { min: 0, max: 100 };
const share = { min: 0, max: 1 };

/** Reads and validates a parameter object. Throws `ParameterInvalid` naming the field and its value. */
export function parseOkxPmParams(input: unknown): OkxPmParams {
  const root = section(input, 'parameters');
  const classes = new Map(
    Object.entries(section(root['classes'], 'classes')).map(([name, value]) => {
      const path = `classes.${name}`;
      return [name, parseClass(section(value, path), path)] as const;
    }),
  );
  const underlyings = new Map<string, OkxUnderlying>();
  for (const [base, name] of Object.entries(section(root['underlyings'], 'underlyings'))) {
    const found = typeof name === 'string' ? classes.get(name) : undefined;
    if (found === undefined) throw invalid(`underlyings.${base}`, name, 'must be one of classes');
    underlyings.set(base.toLowerCase(), found);
  }
  return {
    source: textField(root, 'source', ''),
    date: dateField(root, 'date', ''),
    unconfirmed: textsField(root, 'unconfirmed', ''),
    extremeShare: numberField(root, 'extremeShare', '', share),
    initialFactor: numberField(root, 'initialFactor', '', { min: 1, max: 100 }),
    borrowMaintenanceRate: numberField(root, 'borrowMaintenanceRate', '', share),
    borrowInitialRate: numberField(root, 'borrowInitialRate', '', share),
    basisAcrossExpiries: acrossExpiries(root),
    stablecoins: textsField(root, 'stablecoins', '').map((name) => name.toLowerCase()),
    underlyings,
  };
}

function acrossExpiries(root: Section): 'gross' | 'refuse' {
  const value = root['basisAcrossExpiries'];
  if (value === 'gross' || value === 'refuse') return value;
  throw invalid('basisAcrossExpiries', value, "must be 'gross' or 'refuse'");
}

function parseClass(fields: Section, path: string): OkxUnderlying {
  return {
    spotShock: largestMove(fields, path),
    extremeShock: numberField(fields, 'extremeMove', path, share),
    basisAnnualised: numberField(fields, 'basisAnnualised', path, anyRate),
    basisLeast: numberField(fields, 'basisLeast', path, share),
    minimumRate: numberField(fields, 'minimumRate', path, share),
    minimumTiers: parseMinimumTiers(fields, path),
  };
}

/** Up moves in rising order; every move has its opposite, and zero is there. */
function largestMove(fields: Section, path: string): number {
  let largest = 0;
  listField(fields, 'spotMoves', path).forEach((move, index) => {
    if (typeof move !== 'number' || !(move > largest && move <= 1)) {
      throw invalid(`${path}.spotMoves[${index}]`, move, `must be a number in (${largest}, 1]`);
    }
    largest = move;
  });
  if (largest === 0) throw invalid(`${path}.spotMoves`, fields['spotMoves'], 'must have a move');
  return largest;
}

/** Upper ends of the tiers (null: no end) and multipliers become floors and multipliers. */
function parseMinimumTiers(fields: Section, path: string): readonly Tier[] {
  let floor = 0;
  const list = listField(fields, 'minimumTiers', path);
  const tiers = list.map((value, index) => {
    const place = `${path}.minimumTiers[${index}]`;
    const tier = section(value, place);
    const multiplier = numberField(tier, 'multiplier', place, { min: 0, max: 1000 });
    const read: Tier = { floor, initialRate: multiplier, maintenanceRate: 0, deduction: 0 };
    if (tier['upTo'] !== null) {
      const end = numberField(tier, 'upTo', place, { min: 0, max: Number.MAX_VALUE });
      if (!(end > floor)) throw invalid(`${place}.upTo`, end, `must be above ${floor}`);
      floor = end;
    } else if (index !== list.length - 1) throw invalid(`${place}.upTo`, null, 'must be a number before the last tier');
    return read;
  });
  if (tiers.length === 0) throw invalid(`${path}.minimumTiers`, list, 'must have a tier');
  return tiers;
}
