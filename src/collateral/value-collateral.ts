import { emptyValue, valueAsset, type AssetValue, type VenueScale } from './asset-value.ts';
import type { CollateralRules } from './collateral-rules.ts';

/** Balances by account: rows [first[account], first[account + 1]), at most one row per asset, in asset order. */
export interface CollateralColumns {
  readonly first: Uint32Array;
  /** Place of the asset in `CollateralRules.assets`. */
  readonly asset: Uint8Array;
  /** Units of the asset, >= 0: what the account has, and what it owes. */
  readonly credit: Float64Array;
  readonly debt: Float64Array;
}

/** By asset. */
export interface CollateralPrices {
  /** Collateral currency per unit; NaN if missing. */
  readonly price: Float64Array;
  /** Units that all accounts have together: what caps of the venue and scaled weights look at. */
  readonly deposits: Float64Array;
}

/** Per account, collateral currency; NaN throughout where a price is missing that the account depends on. */
export interface CollateralValues {
  /** Balances at market prices, signed; and of that what is held in the margin engine. */
  readonly market: Float64Array;
  readonly engineMarket: Float64Array;
  /** What counts for initial and for maintenance margin. */
  readonly initial: Float64Array;
  readonly maintenance: Float64Array;
  /** Requirements for loans. */
  readonly loanInitial: Float64Array;
  readonly loanMaintenance: Float64Array;
  /** Gross at market prices: what the account has, what it owes; and the loan that what it has allows. */
  readonly owned: Float64Array;
  readonly owed: Float64Array;
  readonly loanLimit: Float64Array;
}

const valueNames = [
  'market',
  'engineMarket',
  'initial',
  'maintenance',
  'loanInitial',
  'loanMaintenance',
  'owned',
  'owed',
  'loanLimit',
] as const;

export function emptyValues(accountCount: number): CollateralValues {
  return Object.fromEntries(
    valueNames.map((name) => [name, new Float64Array(accountCount)]),
  ) as unknown as CollateralValues;
}

/** One balance, itemised; amounts in collateral currency. */
export interface CollateralItem {
  readonly asset: string;
  readonly credit: number;
  readonly debt: number;
  readonly price: number;
  readonly marketValue: number;
  /** What the caps of account and venue take. */
  readonly capEffect: number;
  /** What haircut, FX haircut, size penalty and liability weight take, for initial and for maintenance margin. */
  readonly initialHaircut: number;
  readonly maintenanceHaircut: number;
  /** What the scaling by total deposits takes of the initial value. */
  readonly scaleEffect: number;
  /** What the concentration limit takes. */
  readonly initialConcentration: number;
  readonly maintenanceConcentration: number;
  readonly initialValue: number;
  readonly maintenanceValue: number;
}

/**
 * Values the collateral of all accounts in one pass. Writes every element of `values`.
 */
export function valueCollateral(
  rules: CollateralRules,
  columns: CollateralColumns,
  prices: CollateralPrices,
  values: CollateralValues,
): void {
  const pass = new ValuePass(rules, columns, prices);
  for (let account = 0; account + 1 < columns.first.length; account++) pass.value(account, values);
}

/** The collateral of one account, asset by asset. */
export function itemiseCollateral(
  rules: CollateralRules,
  columns: CollateralColumns,
  prices: CollateralPrices,
  account: number,
): CollateralItem[] {
  return new ValuePass(rules, columns, prices).items(account);
}

/** What one pass keeps between accounts. */
class ValuePass {
  readonly #rules: CollateralRules;
  readonly #columns: CollateralColumns;
  readonly #prices: Float64Array;
  readonly #scales: readonly VenueScale[];
  readonly #fxHaircuts: readonly number[];
  readonly #limitsConcentration: boolean;
  /** Of the rows of one account. */
  readonly #parts: AssetValue[];

  constructor(rules: CollateralRules, columns: CollateralColumns, prices: CollateralPrices) {
    this.#rules = rules;
    this.#columns = columns;
    this.#prices = prices.price;
    this.#scales = venueScales(rules, prices);
    this.#fxHaircuts = rules.assets.map(({ currency }) => (currency === rules.currency ? 0 : rules.fxHaircut));
    this.#limitsConcentration = rules.assets.some(({ concentrationMax }) => concentrationMax < 1);
    this.#parts = rules.assets.map(emptyValue);
  }

  value(account: number, values: CollateralValues): void {
    const { asset, credit, debt, first } = this.#columns;
    let market = 0;
    let engineMarket = 0;
    let initial = 0;
    let maintenance = 0;
    let loanInitial = 0;
    let loanMaintenance = 0;
    let owned = 0;
    let owed = 0;
    let loanLimit = 0;
    const firstRow = first[account];
    const endRow = first[account + 1];
    this.#readParts(account);
    for (let row = firstRow; row < endRow; row++) {
      const part = this.#parts[row - firstRow];
      const { held, ltv, borrow } = this.#rules.assets[asset[row]];
      const has = credit[row] === 0 ? 0 : credit[row] * this.#priceOf(asset[row], 1);
      const owes = debt[row] === 0 ? 0 : debt[row] * this.#prices[asset[row]];
      market += part.market;
      initial += part.initial;
      maintenance += part.maintenance;
      if (held === 'engine') engineMarket += part.market;
      owned += has;
      owed += owes;
      loanLimit += has * ltv;
      if (borrow !== null && owes !== 0) {
        loanInitial += owes * borrow.marginRate.initial;
        loanMaintenance += owes * borrow.marginRate.maintenance;
      }
    }
    // A missing price shows in one of the two first columns at least: what is owed may hide what is missing in the net.
    const isKnown = !Number.isNaN(market) && !Number.isNaN(owed) && !Number.isNaN(owned);
    values.market[account] = isKnown ? market : NaN;
    values.engineMarket[account] = isKnown ? engineMarket : NaN;
    values.initial[account] = isKnown ? initial : NaN;
    values.maintenance[account] = isKnown ? maintenance : NaN;
    values.loanInitial[account] = isKnown ? loanInitial : NaN;
    values.loanMaintenance[account] = isKnown ? loanMaintenance : NaN;
    values.owned[account] = isKnown ? owned : NaN;
    values.owed[account] = isKnown ? owed : NaN;
    values.loanLimit[account] = isKnown ? loanLimit : NaN;
  }

  items(account: number): CollateralItem[] {
    const { asset, credit, debt, first } = this.#columns;
    this.#readParts(account, false);
    const before = this.#parts.map((part) => ({ ...part }));
    this.#readParts(account);
    return Array.from({ length: first[account + 1] - first[account] }, (_, place) => {
      const row = first[account] + place;
      const { market, counted, unscaled, initial, maintenance } = before[place];
      return {
        asset: this.#rules.assets[asset[row]].name,
        credit: credit[row],
        debt: debt[row],
        price: this.#prices[asset[row]],
        marketValue: market,
        capEffect: market - counted,
        initialHaircut: counted - unscaled,
        maintenanceHaircut: counted - maintenance,
        scaleEffect: unscaled - initial,
        initialConcentration: initial - this.#parts[place].initial,
        maintenanceConcentration: maintenance - this.#parts[place].maintenance,
        initialValue: this.#parts[place].initial,
        maintenanceValue: this.#parts[place].maintenance,
      };
    });
  }

  /** Values of the account's rows into `#parts`, with the concentration limit unless it is asked not to. */
  #readParts(account: number, limited = true): void {
    const { asset, credit, debt, first } = this.#columns;
    for (let row = first[account]; row < first[account + 1]; row++) {
      const index = asset[row];
      const amount = credit[row] - debt[row];
      const part = this.#parts[row - first[account]];
      if (amount === 0) part.market = part.counted = part.unscaled = part.initial = part.maintenance = 0;
      else
        valueAsset(
          this.#rules.assets[index],
          amount,
          this.#priceOf(index, amount),
          this.#fxHaircuts[index],
          this.#scales[index],
          part,
        );
    }
    if (limited && this.#limitsConcentration) this.#limitConcentration(first[account], first[account + 1]);
  }

  /** Price of what counts as an asset may be zero by the rules; of what is owed it may not. */
  #priceOf(asset: number, amount: number): number {
    const price = this.#prices[asset];
    return Number.isNaN(price) && amount > 0 && this.#rules.missingPrice === 'zero' ? 0 : price;
  }

  /** No asset counts more than its share of all that count. */
  #limitConcentration(firstRow: number, endRow: number): void {
    let initial = 0;
    let maintenance = 0;
    for (let place = 0; place < endRow - firstRow; place++) {
      initial += Math.max(this.#parts[place].initial, 0);
      maintenance += Math.max(this.#parts[place].maintenance, 0);
    }
    for (let place = 0; place < endRow - firstRow; place++) {
      const { concentrationMax } = this.#rules.assets[this.#columns.asset[firstRow + place]];
      const part = this.#parts[place];
      if (concentrationMax >= 1 || !(part.market > 0)) continue;
      part.initial = Math.min(part.initial, initial * concentrationMax);
      part.maintenance = Math.min(part.maintenance, maintenance * concentrationMax);
    }
  }
}

/** Factors that follow from the market value of all deposits of an asset. */
function venueScales({ assets }: CollateralRules, { price, deposits }: CollateralPrices): VenueScale[] {
  return assets.map(({ venueCap, depositScaleStart }, index) => {
    const total = deposits[index] * price[index];
    return {
      cap: total > venueCap ? venueCap / total : 1,
      initial: total > depositScaleStart ? depositScaleStart / total : 1,
    };
  });
}
