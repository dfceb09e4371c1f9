/**
 * Parameters of Paradex cross margin: the blocks `delta1_cross_margin_params` and `option_cross_margin_params` are
 * those of the venue's `/markets`, per base currency and, where they differ, per market. Meaning and formulas:
 * docs/models/paradex-xm.md.
 */
import { dateField, numberField, section, textField, textsField, type Section } from '../fields.ts';
import { parseTakerFees, type TakerFees } from '../paradex/taker-fees.ts';

export interface ParadexXmParams {
  readonly source: string;
  /** ISO date. */
  readonly date: string;
  readonly unconfirmed: readonly string[];
  /** What accounts are margined in. */
  readonly currency: string;
  readonly fees: TakerFees;
  /** By lower-case base currency. */
  readonly assets: ReadonlyMap<string, ParadexXmBlocks>;
  /** By instrument name: they go before those of the asset. */
  readonly markets: ReadonlyMap<string, ParadexXmBlocks>;
}

/** Blocks that are not published are null: whoever holds such an instrument is refused. */
export interface ParadexXmBlocks {
  readonly delta1: ParadexXmDelta1 | null;
  readonly option: ParadexXmOption | null;
}

/** Of perpetuals and futures. */
export interface ParadexXmDelta1 {
  /** Initial margin, fraction of the notional at mark. */
  readonly imfBase: number;
  /** Maintenance as a fraction of the initial margin. */
  readonly mmfFactor: number;
}

export interface ParadexXmOption {
  readonly imf: ParadexXmOptionSide;
  readonly mmf: ParadexXmOptionSide;
}

/** Fractions: the first of the mark, the others of the index price. */
export interface ParadexXmOptionSide {
  readonly premiumMultiplier: number;
  readonly longItm: number;
  readonly shortItm: number;
  readonly shortOtm: number;
  readonly shortPutCap: number;
}

const fractionRule = { min: 0, max: 10 };

/** Reads and validates a parameter object. Throws `ParameterInvalid` naming the field and its value. */
export function parseParadexXmParams(input: unknown): ParadexXmParams {
  const root = section(input, 'parameters');
  return {
    source: textField(root, 'source', ''),
    date: dateField(root, 'date', ''),
    unconfirmed: textsField(root, 'unconfirmed', ''),
    currency: textField(root, 'currency', '').toUpperCase(),
    fees: parseTakerFees(root),
    assets: parseBlocksByName(root['assets'], 'assets', (name) => name.toLowerCase()),
    markets: root['markets'] === undefined
      ? new Map<string, ParadexXmBlocks>()
      : parseBlocksByName(root['markets'], 'markets', (name) => name),
  };
}

function parseBlocksByName(
  value: unknown, path: string, keyOf: (name: string) => string,
): ReadonlyMap<string, ParadexXmBlocks> {
  const entries = section(value, path);
  return new Map(Object.keys(entries).map((name) => {
    return [keyOf(name), parseBlocks(section(entries[name], `${path}.${name}`), `${path}.${name}`)] as const;
  }));
}

/** A block that is absent or null is one that nobody has published. */
function parseBlocks(fields: Section, path: string): ParadexXmBlocks {
  const delta1 = fields['delta1_cross_margin_params'] ?? null;
  const option = fields['option_cross_margin_params'] ?? null;
  return {
    delta1: delta1 === null ? null : parseDelta1(delta1, `${path}.delta1_cross_margin_params`),
    option: option === null ? null : parseOption(option, `${path}.option_cross_margin_params`),
  };
}

function parseDelta1(value: unknown, path: string): ParadexXmDelta1 {
  const fields = section(value, path);
  return {
    imfBase: numberField(fields, 'imf_base', path, fractionRule),
    mmfFactor: numberField(fields, 'mmf_factor', path, fractionRule),
  };
}

function parseOption(value: unknown, path: string): ParadexXmOption {
  const fields = section(value, path);
  return { imf: parseSide(fields['imf'], `${path}.imf`), mmf: parseSide(fields['mmf'], `${path}.mmf`) };
}

function parseSide(value: unknown, path: string): ParadexXmOptionSide {
  const fields = section(value, path);
  const read = (name: string): number => numberField(fields, name, path, fractionRule);
  return {
    premiumMultiplier: read('premium_multiplier'),
    longItm: read('long_itm'),
    shortItm: read('short_itm'),
    shortOtm: read('short_otm'),
    shortPutCap: read('short_put_cap'),
  };
}
