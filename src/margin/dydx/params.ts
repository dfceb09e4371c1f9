/** Markets and liquidity tiers of dYdX v4. Meaning: docs/models/dydx.md. */
import {
  dateField,
  invalid,
  numberField,
  section,
  textField,
  textsField,
  wholeField,
  type Section,
} from '../fields.ts';

export interface DydxParams {
  readonly source: string;
  readonly date: string;
  readonly unconfirmed: readonly string[];
  /** By lower-case base currency. */
  readonly markets: ReadonlyMap<string, DydxMarket>;
}

export interface DydxMarket {
  /** A base quantum is 10^atomicResolution coins. */
  readonly atomicResolution: number;
  /** The oracle price is an integer times 10^priceExponent. */
  readonly priceExponent: number;
  readonly tier: DydxTier;
}

export interface DydxTier {
  /** Parts per million. */
  readonly initialMarginPpm: number;
  /** Of the base initial margin, parts per million. */
  readonly maintenanceFractionPpm: number;
  /** Open interest in USDC between which the initial margin fraction rises to one; an upper cap of 0: it does not. */
  readonly openInterestLowerCap: number;
  readonly openInterestUpperCap: number;
  /** Has a collateral pool of its own. */
  readonly isIsolated: boolean;
}

const million = 1_000_000;
const capMax = 9e9;

/** Reads and validates a parameter object. Throws `ParameterInvalid` naming the field and its value. */
export function parseDydxParams(input: unknown): DydxParams {
  const root = section(input, 'parameters');
  const tiers = new Map(
    Object.entries(section(root['liquidityTiers'], 'liquidityTiers')).map(([name, value]) => {
      const path = `liquidityTiers.${name}`;
      return [name, parseTier(section(value, path), path)] as const;
    }),
  );
  const markets = new Map<string, DydxMarket>();
  for (const [name, value] of Object.entries(section(root['markets'], 'markets'))) {
    const path = `markets.${name}`;
    const fields = section(value, path);
    const tierName = textField(fields, 'liquidityTier', path);
    const tier = tiers.get(tierName);
    if (tier === undefined) throw invalid(`${path}.liquidityTier`, tierName, 'must be one of liquidityTiers');
    markets.set(name.toLowerCase(), {
      atomicResolution: wholeField(fields, 'atomicResolution', path, { min: -18, max: 0 }),
      priceExponent: wholeField(fields, 'priceExponent', path, { min: -18, max: 6 }),
      tier,
    });
  }
  return {
    source: textField(root, 'source', ''),
    date: dateField(root, 'date', ''),
    unconfirmed: textsField(root, 'unconfirmed', ''),
    markets,
  };
}

function parseTier(fields: Section, path: string): DydxTier {
  const lower = numberField(fields, 'openInterestLowerCap', path, { min: 0, max: capMax });
  const upper = numberField(fields, 'openInterestUpperCap', path, { min: 0, max: capMax });
  if (upper !== 0 && !(upper > lower)) {
    throw invalid(`${path}.openInterestUpperCap`, upper, 'must be above openInterestLowerCap, or 0');
  }
  return {
    initialMarginPpm: wholeField(fields, 'initialMarginPpm', path, { min: 0, max: million }),
    maintenanceFractionPpm: wholeField(fields, 'maintenanceFractionPpm', path, { min: 0, max: million }),
    openInterestLowerCap: lower,
    openInterestUpperCap: upper,
    isIsolated: fields['isIsolated'] === true,
  };
}
