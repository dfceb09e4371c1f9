import type { AddOnParameters } from './add-on-parameters.ts';
import type { ContractTerms } from './contract-terms.ts';
import { closingCost, concentrationCharge, wrongWayCharge } from './liquidity-charges.ts';
import { flagBits, type PositionSlots, type UnderlyingRows } from './underlyings.ts';

/** Charges by netting set, in its currency. NaN: an input is missing. */
export interface ChargeColumns {
  /** Net delta of the account per underlying. */
  readonly concentration: Float64Array;
  readonly instrumentConcentration: Float64Array;
  readonly halfSpread: Float64Array;
  readonly impact: Float64Array;
  readonly priceRisk: Float64Array;
  readonly wrongWay: Float64Array;
}

export const chargeNames = [
  'concentration',
  'instrumentConcentration',
  'halfSpread',
  'impact',
  'priceRisk',
  'wrongWay',
] as const;

export function emptyCharges(count: number): ChargeColumns {
  return Object.fromEntries(chargeNames.map((name) => [name, new Float64Array(count)])) as unknown as ChargeColumns;
}

/** Where the charges of a book are computed; room for one account is made once. */
export class AddOnCharges {
  readonly #slots: PositionSlots;
  readonly #rows: UnderlyingRows;
  readonly #terms: ContractTerms;
  readonly #parameters: AddOnParameters;
  readonly #columns: ChargeColumns;
  /** 1 by currency row and underlying where the currency is the underlying itself: coin-margined. */
  readonly #isCoin: Uint8Array;
  /** Underlyings that the account holds, in order of its positions. */
  readonly #held: Int32Array;
  #heldCount = 0;
  readonly #net: Float64Array;
  /** The account that `#net` of an underlying is of, plus 1. */
  readonly #owner: Uint32Array;
  /** Delta by netting set of the account and underlying; of an account with one set that of the account will do. */
  #setDelta: Float64Array;
  #isSplit = false;
  readonly #loss: Float64Array;
  #collateral: Float64Array;

  constructor(
    slots: PositionSlots,
    rows: UnderlyingRows,
    terms: ContractTerms,
    parameters: AddOnParameters,
    currencies: readonly string[],
    columns: ChargeColumns,
  ) {
    const underlyings = rows.names.length;
    this.#slots = slots;
    this.#rows = rows;
    this.#terms = terms;
    this.#parameters = parameters;
    this.#columns = columns;
    this.#isCoin = Uint8Array.from(
      currencies.flatMap((currency) => rows.names.map((name) => Number(currency.toLowerCase() === name))),
    );
    this.#held = new Int32Array(underlyings);
    this.#net = new Float64Array(underlyings);
    this.#owner = new Uint32Array(underlyings);
    this.#setDelta = new Float64Array(underlyings);
    this.#loss = new Float64Array(terms.assets.length);
    this.#collateral = new Float64Array(terms.assets.length);
  }

  /** Fills the columns; returns the number of accounts for which an input is missing. `failed` is told of each. */
  run(failed: (first: number, end: number) => void): number {
    const { setCount, account } = this.#slots;
    let failures = 0;
    for (let first = 0; first < setCount;) {
      let end = first + 1;
      while (end < setCount && account[end] === account[first]) end++;
      if (!this.#account(first, end)) {
        failures++;
        failed(first, end);
      }
      first = end;
    }
    return failures;
  }

  /**
   * One account's netting sets. False if an input is missing: all of them are then NaN, because it is one liquidation.
   */
  #account(first: number, end: number): boolean {
    const sets = end - first;
    this.#reset(sets);
    for (let set = first; set < end; set++) {
      this.#positions(set, set - first);
      this.#collateralOf(set, set - first);
    }
    this.#underlyings(first, end);
    this.#wrongWay(first, end);
    const { concentration, instrumentConcentration, halfSpread, impact, priceRisk, wrongWay } = this.#columns;
    let sum = 0;
    for (let set = first; set < end; set++) {
      sum +=
        concentration[set] +
        instrumentConcentration[set] +
        halfSpread[set] +
        impact[set] +
        priceRisk[set] +
        wrongWay[set];
    }
    if (!Number.isNaN(sum)) return true;
    for (const name of chargeNames) this.#columns[name].fill(NaN, first, end);
    return false;
  }

  #reset(sets: number): void {
    this.#heldCount = 0;
    this.#isSplit = sets > 1;
    const deltas = sets * this.#rows.names.length;
    if (this.#isSplit && this.#setDelta.length < deltas) this.#setDelta = new Float64Array(deltas);
    else if (this.#isSplit) this.#setDelta.fill(0, 0, deltas);
    const amounts = sets * this.#loss.length;
    if (this.#collateral.length < amounts) this.#collateral = new Float64Array(amounts);
    for (let asset = 0; asset < this.#loss.length; asset++) this.#loss[asset] = 0;
  }

  /** Sums over the positions of one set. Locals: this runs for every position of the book. */
  #positions(set: number, place: number): void {
    const { first, count, row, quantity } = this.#slots;
    const { delta, notional, measure, halfSpread } = this.#terms;
    const { ofRow } = this.#rows;
    const owner = this.#owner;
    const net = this.#net;
    const setDelta = this.#setDelta;
    const isSplit = this.#isSplit;
    const rule = this.#parameters.concentration?.instrument ?? null;
    const id = this.#slots.account[set] + 1;
    const deltas = place * this.#rows.names.length;
    const end = first[set] + count[set];
    let spread = 0;
    let concentrated = 0;
    for (let slot = first[set]; slot < end; slot++) {
      const r = row[slot] >>> flagBits;
      const q = quantity[slot];
      const underlying = ofRow[r];
      const units = q * delta[r];
      if (owner[underlying] === id) net[underlying] += units;
      else {
        owner[underlying] = id;
        net[underlying] = units;
        this.#held[this.#heldCount++] = underlying;
      }
      if (isSplit) setDelta[deltas + underlying] += units;
      spread += Math.abs(q) * halfSpread[r];
      if (rule !== null) concentrated += concentrationCharge(Math.abs(q), measure[r], rule.tiers) * notional[r];
    }
    this.#columns.instrumentConcentration[set] = concentrated;
    this.#columns.halfSpread[set] = this.#parameters.liquidationCost === undefined ? 0 : spread;
  }

  /** What a set has of each collateral and loses when that falls. */
  #collateralOf(set: number, place: number): void {
    const { assets } = this.#terms;
    const { first, count, row, quantity, currency, cash } = this.#slots;
    const end = first[set] + count[set];
    for (let asset = 0; asset < assets.length; asset++) {
      const { loss, units } = assets[asset];
      let lost = 0;
      let held = assets[asset].currency === currency[set] ? cash[set] : 0;
      for (let slot = first[set]; slot < end; slot++) {
        const r = row[slot] >>> flagBits;
        lost += quantity[slot] * loss[r];
        held += quantity[slot] * units[r];
      }
      this.#loss[asset] += lost;
      this.#collateral[place * assets.length + asset] = held;
    }
  }

  /** Charges by net delta, to the netting sets by the size of their deltas. */
  #underlyings(first: number, end: number): void {
    const { concentration, impact, priceRisk } = this.#columns;
    for (let set = first; set < end; set++) concentration[set] = impact[set] = priceRisk[set] = 0;
    const { concentration: concentrationRule, liquidationCost } = this.#parameters;
    const rule = concentrationRule?.underlying ?? null;
    if (rule === null && liquidationCost === undefined) return;
    const { underlyingMeasure, dailyVolume, dailyVolatility, price } = this.#terms;
    const count = this.#rows.names.length;
    for (let place = 0; place < this.#heldCount; place++) {
      const u = this.#held[place];
      const size = Math.abs(this.#net[u]);
      const charge = rule === null ? 0 : concentrationCharge(size, underlyingMeasure[u], rule.tiers);
      const cost =
        liquidationCost === undefined ? noCost : closingCost(size, dailyVolume[u], dailyVolatility[u], liquidationCost);
      const total = this.#isSplit ? this.#splitTotal(u, end - first) : size;
      for (let set = first; set < end; set++) {
        const own = this.#isSplit ? Math.abs(this.#setDelta[(set - first) * count + u]) : size;
        const share = total === 0 ? 0 : own / total;
        // A share of nothing is nothing; of a charge that is unknown it is unknown.
        const unit =
          share === 0 && !Number.isNaN(charge + cost.impact)
            ? 0
            : share * (this.#isCoin[this.#slots.currency[set] * count + u] === 1 ? 1 : price[u]);
        concentration[set] += charge * unit;
        impact[set] += cost.impact * unit;
        priceRisk[set] += cost.priceRisk * unit;
      }
    }
  }

  #splitTotal(underlying: number, sets: number): number {
    let total = 0;
    for (let place = 0; place < sets; place++)
      total += Math.abs(this.#setDelta[place * this.#rows.names.length + underlying]);
    return total;
  }

  #wrongWay(first: number, end: number): void {
    const { assets, dollars } = this.#terms;
    const { wrongWay } = this.#columns;
    const { currency } = this.#slots;
    for (let set = first; set < end; set++) wrongWay[set] = 0;
    assets.forEach((asset, place) => {
      let held = 0;
      for (let set = 0; set < end - first; set++) held += Math.max(this.#collateral[set * assets.length + place], 0);
      if (held === 0) return;
      const charge = wrongWayCharge(held * asset.dollars, this.#loss[place], asset);
      for (let set = first; set < end; set++) {
        const own = Math.max(this.#collateral[(set - first) * assets.length + place], 0);
        if (own > 0) wrongWay[set] += (charge * (own / held)) / dollars[currency[set]];
      }
    });
  }
}

const noCost = { impact: 0, priceRisk: 0, days: 0 };
