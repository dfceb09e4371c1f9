import {
  choiceField,
  dateField,
  flagField,
  invalid,
  knownFields,
  listField,
  numberField,
  section,
  textField,
  textsField,
  unbounded,
  wholeField,
  type Section,
} from '../margin/fields.ts';
import { amountRule, limitField, optional, pairField, shareRule, type Pair } from './rule-fields.ts';
import { parseBorrowRules, type BorrowRules } from './borrow-rules.ts';
import { parseRepayRules, type RepayRules } from './repay-rules.ts';

/** A part of a balance: from the end of the tier before up to `upTo`, exclusive; the haircut of that part only. */
export interface HaircutTier {
  /** Units of the asset, or of the collateral currency; Infinity for the last tier. */
  readonly upTo: number;
  /** In [0, 1]; initial >= maintenance. */
  readonly haircut: Pair;
}

/** How balances of one asset count as collateral. */
export interface AssetRules {
  readonly name: string;
  /** Currency that the asset is denominated in: the FX haircut applies if it is not the collateral currency. */
  readonly currency: string;
  readonly decimals: number | null;
  /** One tier without an end for a flat haircut. */
  readonly tiers: readonly HaircutTier[];
  readonly tiersBy: 'amount' | 'value';
  /** Multiplies negative balances: >= 1, initial >= maintenance. */
  readonly liabilityWeight: Pair;
  /**
   * Size penalty k of Drift: weights at most 1.1 / (1 + k sqrt(amount)); of liabilities at least 0.8 w + k
   * sqrt(amount).
   */
  readonly imfFactor: number;
  /** Market value of all deposits from which on the initial weight shrinks as start / deposits; Infinity for never. */
  readonly depositScaleStart: number;
  /**
   * Market value that counts at most: of one account, and of all accounts together (each then counts in proportion).
   */
  readonly accountCap: number;
  readonly venueCap: number;
  /** Share of the account's collateral value that this asset may make up. */
  readonly concentrationMax: number;
  /** Whether balances are held in the margin engine (cash, or spot positions inside the risk matrix), or here. */
  readonly held: 'module' | 'engine';
  /** Whether a deposit repays a loan in the same asset first, and a withdrawal beyond the deposit borrows. */
  readonly netted: boolean;
  /** Loan that one unit of value allows. */
  readonly ltv: number;
  /** Null: the asset cannot be borrowed. */
  readonly borrow: BorrowRules | null;
}

/** Bands of the loan-to-value ratio of an account; each is reached at its number. */
export interface LtvBands {
  /** Loans and withdrawals may not lead above. */
  readonly initial: number;
  readonly marginCall: number;
  readonly liquidation: number;
}

export interface CollateralRules {
  readonly venue: string;
  readonly date: string;
  readonly source: string;
  readonly unconfirmed: readonly string[];
  /** In which collateral is valued. */
  readonly currency: string;
  /** Where haircuts go: off the balance, or on top of the requirements, the balance then being the market value. */
  readonly haircutsCount: 'balance' | 'requirement';
  /** Of an asset without a price: who holds it is quarantined, or it counts nothing. Liabilities always quarantine. */
  readonly missingPrice: 'quarantine' | 'zero';
  /** Assets that count 1 : 1 with the US dollar if the market has no index price for them. */
  readonly atPar: readonly string[];
  /** Added to the haircut of an asset that is not denominated in `currency`. */
  readonly fxHaircut: number;
  readonly ltvBands: LtvBands | null;
  readonly autoRepay: RepayRules | null;
  /**
   * Interest is posted to the accounts when this much time has passed since the last posting, ms; null: at touch only.
   */
  readonly postEveryMs: number | null;
  readonly assets: readonly AssetRules[];
}

const assetsMax = 256;

const rootFields = [
  'venue',
  'date',
  'source',
  'unconfirmed',
  'currency',
  'haircutsCount',
  'missingPrice',
  'atPar',
  'fxHaircut',
  'ltvBands',
  'autoRepay',
  'postEveryMs',
  'assets',
] as const;
const assetFields = [
  'currency',
  'decimals',
  'haircut',
  'tiers',
  'tiersBy',
  'liabilityWeight',
  'imfFactor',
  'depositScaleStart',
  'accountCap',
  'venueCap',
  'concentrationMax',
  'held',
  'netted',
  'ltv',
  'borrow',
] as const;

/** Rules as in their file (docs/COLLATERAL.md). Throws `ParameterInvalid` naming the field and the value. */
export function parseCollateralRules(input: unknown): CollateralRules {
  const root = knownFields(section(input, 'collateral rules'), '', rootFields);
  const assets = section(root['assets'], 'assets');
  const names = Object.keys(assets);
  if (names.length === 0 || names.length > assetsMax)
    throw invalid('assets', names.length, `must be 1 to ${assetsMax} assets`);
  return {
    venue: textField(root, 'venue', ''),
    date: dateField(root, 'date', ''),
    source: textField(root, 'source', ''),
    unconfirmed: textsField(root, 'unconfirmed', ''),
    currency: textField(root, 'currency', ''),
    haircutsCount: choiceField(root, 'haircutsCount', '', ['balance', 'requirement'], 'balance'),
    missingPrice: choiceField(root, 'missingPrice', '', ['quarantine', 'zero'], 'quarantine'),
    atPar: textsField(root, 'atPar', ''),
    fxHaircut: optional(root, 'fxHaircut', '', shareRule, 0),
    ltvBands: parseBands(root['ltvBands']),
    autoRepay: root['autoRepay'] === undefined ? null : parseRepayRules(root['autoRepay'], 'autoRepay'),
    postEveryMs:
      root['postEveryMs'] === undefined ? null : numberField(root, 'postEveryMs', '', { min: 1, max: unbounded }),
    assets: names.map((name) => parseAsset(name, assets[name])),
  };
}

function parseAsset(name: string, input: unknown): AssetRules {
  const path = `assets.${name}`;
  const fields = knownFields(input, path, assetFields);
  const tiers = parseTiers(fields, path);
  return {
    name,
    currency: fields['currency'] === undefined ? name : textField(fields, 'currency', path),
    decimals: decimalsField(fields, path),
    tiers,
    tiersBy: choiceField(fields, 'tiersBy', path, ['amount', 'value'], 'amount'),
    liabilityWeight: pairField(fields, 'liabilityWeight', path, { min: 1, max: 100 }, 1),
    imfFactor: optional(fields, 'imfFactor', path, { min: 0, max: 1_000 }, 0),
    depositScaleStart: limitField(fields, 'depositScaleStart', path),
    accountCap: limitField(fields, 'accountCap', path),
    venueCap: limitField(fields, 'venueCap', path),
    concentrationMax: optional(fields, 'concentrationMax', path, shareRule, 1),
    held: choiceField(fields, 'held', path, ['module', 'engine'], 'module'),
    netted: flagField(fields, 'netted', path, true),
    ltv: optional(fields, 'ltv', path, shareRule, 1 - tiers[0].haircut.initial),
    borrow: fields['borrow'] === undefined ? null : parseBorrowRules(fields['borrow'], `${path}.borrow`),
  };
}

function decimalsField(fields: Section, path: string): number | null {
  if (fields['decimals'] === undefined) return null;
  return wholeField(fields, 'decimals', path, { min: 0, max: 18 });
}

/** Marginal tiers, or one for a flat haircut; each asset says one of the two. */
function parseTiers(fields: Section, path: string): HaircutTier[] {
  if (fields['tiers'] === undefined)
    return [{ upTo: Infinity, haircut: pairField(fields, 'haircut', path, shareRule) }];
  if (fields['haircut'] !== undefined)
    throw invalid(`${path}.haircut`, fields['haircut'], 'must not stand beside tiers');
  const list = listField(fields, 'tiers', path);
  if (list.length === 0) throw invalid(`${path}.tiers`, list, 'must have a tier');
  let from = 0;
  return list.map((each, place) => {
    const tierPath = `${path}.tiers[${place}]`;
    const tier = knownFields(each, tierPath, ['upTo', 'haircut']);
    const isLast = place === list.length - 1;
    if (isLast !== (tier['upTo'] === null))
      throw invalid(`${tierPath}.upTo`, tier['upTo'], 'must be null in the last tier, and there only');
    const upTo = isLast ? Infinity : numberField(tier, 'upTo', tierPath, amountRule);
    if (upTo <= from) throw invalid(`${tierPath}.upTo`, upTo, `must be above ${from}, where the tier begins`);
    from = upTo;
    return { upTo, haircut: pairField(tier, 'haircut', tierPath, shareRule) };
  });
}

function parseBands(input: unknown): LtvBands | null {
  if (input === undefined) return null;
  const fields = knownFields(input, 'ltvBands', ['initial', 'marginCall', 'liquidation']);
  const band = (name: string, min: number): number => numberField(fields, name, 'ltvBands', { min, max: 1 });
  const initial = band('initial', 0);
  const marginCall = band('marginCall', initial);
  return { initial, marginCall, liquidation: band('liquidation', marginCall) };
}
