import { MargridError } from '../errors.ts';
import { allocate } from '../money/allocate.ts';
import { divide, type MinorUnits } from '../money/minor-units.ts';
import { gainOf, type ContractTerms } from './contract-value.ts';
import type { FundLimit, InsuranceFunds } from './insurance-fund.ts';
import type { WaterfallRules, WaterfallStep } from './rules.ts';

/** A position that a bankrupt account has left. */
export interface BankruptPosition {
  readonly instrument: string;
  readonly terms: ContractTerms;
  /** Whole lots, signed: long > 0. */
  readonly lots: bigint;
  /** Quote currency per base unit. */
  readonly markPrice: number;
  /** Price at which the account ends with nothing; the mark of a position that carries no part of the deficit. */
  readonly bankruptcyPrice: number;
  /** Mark of the tick before; default: the mark. */
  readonly previousMarkPrice?: number;
  /** What closing at the bankruptcy price is worth more than at mark, if it is known better than from the price. */
  readonly loss?: MinorUnits;
  /** Whether it can be closed against other accounts; default true. */
  readonly canDeleverage?: boolean;
}

/** An account whose debts are larger than what it has. */
export interface BankruptAccount {
  readonly account: string;
  /** Settlement currency: of all amounts. */
  readonly currency: string;
  readonly positions: readonly BankruptPosition[];
  /** What is missing when everything is valued at mark: > 0. */
  readonly deficit: MinorUnits;
}

/** What a counterparty of ADL gives up. `holder` is what the caller knows him by. */
export interface Deleveraged {
  readonly holder: number;
  /** Lots closed, > 0. */
  readonly lots: bigint;
}

/** The rest of the venue, as a waterfall sees it. */
export interface WaterfallVenue {
  readonly funds: InsuranceFunds;
  /** Finds counterparties for lots (> 0) of a position; what they do not take is left over. */
  deleverage(position: BankruptPosition, lots: bigint): readonly Deleveraged[];
  /** Charges others with a loss > 0 (null: cash that is owed, in no instrument); returns what they do not pay. */
  socialise(instrument: string | null, amount: MinorUnits): MinorUnits;
}

/** One entry of a waterfall. Amounts in minor units, signed as what the bankrupt account receives. */
export type WaterfallEntry =
  /**
   * The liquidator takes lots at the bankruptcy price; `amount` is what that costs against the mark, and `fund` pays
   * it.
   */
  | {
      readonly step: 'insurance-fund';
      readonly instrument: string;
      readonly lots: bigint;
      readonly price: number;
      readonly fund: string;
      readonly amount: MinorUnits;
      /** What kept the fund from taking all of it; null: nothing did. */
      readonly limit: FundLimit | null;
    }
  /** A fund pays cash that is owed (or receives what is left over: < 0). */
  | {
      readonly step: 'insurance-fund';
      readonly instrument: null;
      readonly fund: string;
      readonly amount: MinorUnits;
      readonly limit: FundLimit | null;
    }
  /** Closed against others at a price; `amounts[i]` is what counterparty i gives up against the mark. */
  | {
      readonly step: 'adl';
      readonly instrument: string;
      readonly lots: bigint;
      readonly price: number;
      readonly amount: MinorUnits;
      readonly counterparties: readonly Deleveraged[];
      readonly amounts: readonly MinorUnits[];
      readonly unfilled: bigint;
    }
  | { readonly step: 'socialised-loss'; readonly instrument: string | null; readonly amount: MinorUnits }
  /** The liquidator takes what is left at mark. */
  | { readonly step: 'takeover'; readonly instrument: string; readonly lots: bigint; readonly price: number }
  /** Nobody pays: the venue's own loss. */
  | { readonly step: 'uncovered'; readonly amount: MinorUnits };

export interface WaterfallResult {
  readonly entries: readonly WaterfallEntry[];
  /** Who bears the deficit: these add up to it, exactly. */
  readonly bornBy: {
    readonly fund: MinorUnits;
    readonly counterparties: MinorUnits;
    readonly socialised: MinorUnits;
    readonly uncovered: MinorUnits;
  };
}

/** A position as far as it is left. */
interface Remainder {
  readonly position: BankruptPosition;
  /** > 0. */
  lots: bigint;
  /** What closing these lots at the bankruptcy price costs whoever does it. */
  loss: MinorUnits;
}

/**
 * Distributes the deficit of a bankrupt account, step by step as the rules say. Afterwards the account has no position
 * and nothing in cash: every entry is a trade at mark and an amount that somebody pays. Throws `OptionInvalid` if there
 * is no deficit.
 */
export function runWaterfall(account: BankruptAccount, rules: WaterfallRules, venue: WaterfallVenue): WaterfallResult {
  if (account.deficit <= 0n) {
    throw new MargridError(
      'OptionInvalid',
      `account ${account.account} is not bankrupt: its deficit is ${account.deficit}`,
      {
        column: 'deficit',
        value: String(account.deficit),
      },
    );
  }
  const run = new WaterfallRun(account, rules, venue);
  for (const step of rules.steps) run.take(step);
  return run.finish();
}

/** Loss of a position at its bankruptcy price against its mark. */
export function lossAtBankruptcy({ terms, lots, markPrice, bankruptcyPrice, loss }: BankruptPosition): MinorUnits {
  return loss ?? gainOf(terms, lots, markPrice, bankruptcyPrice, 'nearest');
}

class WaterfallRun {
  readonly #account: BankruptAccount;
  readonly #rules: WaterfallRules;
  readonly #venue: WaterfallVenue;
  readonly #left: Remainder[];
  readonly #entries: WaterfallEntry[] = [];
  /** Part of the deficit that belongs to no position; < 0: what closing brought in too much. */
  #owed: MinorUnits;
  readonly #bornBy = { fund: 0n, counterparties: 0n, socialised: 0n, uncovered: 0n };

  constructor(account: BankruptAccount, rules: WaterfallRules, venue: WaterfallVenue) {
    this.#account = account;
    this.#rules = rules;
    this.#venue = venue;
    const held = account.positions.filter(({ lots }) => lots !== 0n);
    this.#left = held.map((position) => ({ position, lots: sizeOf(position.lots), loss: lossAtBankruptcy(position) }));
    this.#owed = account.deficit - this.#left.reduce((sum, { loss }) => sum + loss, 0n);
  }

  take(step: WaterfallStep): void {
    if (step === 'insurance-fund') this.#takeOver();
    else if (step === 'adl') for (const each of this.#left) this.#deleverage(each);
    else this.#socialise();
  }

  /** What is left goes to the liquidator at mark, what nobody paid is uncovered, what is too much goes to the fund. */
  finish(): WaterfallResult {
    this.#net();
    for (const { position, lots } of this.#left) {
      if (lots === 0n) continue;
      this.#entries.push({
        step: 'takeover',
        instrument: position.instrument,
        lots: signed(position, lots),
        price: position.markPrice,
      });
    }
    const uncovered = this.#owed + this.#left.reduce((sum, { loss }) => sum + loss, 0n);
    if (uncovered > 0n) this.#entries.push({ step: 'uncovered', amount: uncovered });
    if (uncovered < 0n) this.#payCash(uncovered, null);
    else this.#bornBy.uncovered = uncovered;
    return { entries: this.#entries, bornBy: { ...this.#bornBy } };
  }

  /** The fund takes positions, gains first and then small losses, as far as it may. */
  #takeOver(): void {
    const order = this.#left
      .map((_, place) => place)
      .sort((a, b) => compare(this.#left[a].loss, this.#left[b].loss) || a - b);
    for (const place of order) this.#takeOverOne(this.#left[place]);
    if (this.#owed < 0n) return;
    const { amount, limit } = this.#venue.funds.available(this.#account.currency, null, this.#bornBy.fund);
    const paid = smaller(amount, this.#owed);
    this.#payCash(paid, paid < this.#owed ? limit : null);
    this.#owed -= paid;
  }

  #takeOverOne(each: Remainder): void {
    if (each.lots === 0n) return;
    const { position, lots, loss } = each;
    const { currency } = this.#account;
    const { funds } = this.#venue;
    const { amount, limit } = funds.available(currency, position.instrument, this.#bornBy.fund);
    const isWhole = loss <= amount;
    const partLots = isWhole ? lots : this.#rules.insuranceFund.partial ? (lots * amount) / loss : 0n;
    if (partLots === 0n) return;
    // Rounded up, and still not above what is available: that is a whole number, too.
    const part = isWhole ? loss : divide(loss * partLots, lots, 'up');
    funds.pay(currency, position.instrument, part);
    this.#bornBy.fund += part;
    each.lots -= partLots;
    each.loss -= part;
    this.#entries.push({
      step: 'insurance-fund',
      instrument: position.instrument,
      lots: signed(position, partLots),
      price: position.bankruptcyPrice,
      fund: funds.fundOf(currency, position.instrument),
      amount: part,
      limit: isWhole ? null : limit,
    });
  }

  #payCash(amount: MinorUnits, limit: FundLimit | null): void {
    if (amount === 0n) return;
    const { currency } = this.#account;
    this.#venue.funds.pay(currency, null, amount);
    this.#bornBy.fund += amount;
    this.#entries.push({
      step: 'insurance-fund',
      instrument: null,
      fund: this.#venue.funds.fundOf(currency, null),
      amount,
      limit,
    });
  }

  /** Closes a position against others. They pay what the price is worse for them than the mark. */
  #deleverage(each: Remainder): void {
    const { position, lots, loss } = each;
    if (lots === 0n || position.canDeleverage === false) return;
    const counterparties = this.#venue.deleverage(position, lots).filter((other) => other.lots > 0n);
    const closed = counterparties.reduce((sum, other) => sum + other.lots, 0n);
    if (closed > lots)
      throw new MargridError('EngineState', `${closed} lots of ${position.instrument} were closed, ${lots} were to be`);
    const lossPart = divide(loss * closed, lots, 'nearest');
    const price = this.#adlPrice(position);
    const amount =
      this.#rules.adl.price === 'bankruptcy'
        ? lossPart
        : gainOf(position.terms, signed(position, closed), position.markPrice, price, 'nearest');
    each.lots -= closed;
    each.loss -= lossPart;
    this.#owed += lossPart - amount;
    this.#bornBy.counterparties += amount;
    const amounts =
      closed === 0n
        ? []
        : allocate(
            amount,
            counterparties.map((other) => other.lots),
          );
    this.#entries.push({
      step: 'adl',
      instrument: position.instrument,
      lots: signed(position, closed),
      price,
      amount,
      counterparties,
      amounts,
      unfilled: lots - closed,
    });
  }

  #adlPrice({ markPrice, bankruptcyPrice, previousMarkPrice }: BankruptPosition): number {
    const { price } = this.#rules.adl;
    return price === 'bankruptcy' ? bankruptcyPrice : price === 'mark' ? markPrice : (previousMarkPrice ?? markPrice);
  }

  /** Gains pay for losses first; what is left of losses is charged to the others. */
  #socialise(): void {
    this.#net();
    for (const each of this.#left) {
      if (each.loss > 0n) each.loss = this.#charge(each.position.instrument, each.loss);
    }
    if (this.#owed > 0n) this.#owed = this.#charge(null, this.#owed);
  }

  #charge(instrument: string | null, amount: MinorUnits): MinorUnits {
    const left = this.#venue.socialise(instrument, amount);
    this.#bornBy.socialised += amount - left;
    if (left < amount) this.#entries.push({ step: 'socialised-loss', instrument, amount: amount - left });
    return left;
  }

  /** Sets gains and what closing brought in against losses. */
  #net(): void {
    for (const each of this.#left) {
      if (each.loss >= 0n) continue;
      this.#owed += each.loss;
      each.loss = 0n;
    }
    for (const each of this.#left) {
      if (this.#owed >= 0n) return;
      const part = smaller(each.loss, -this.#owed);
      each.loss -= part;
      this.#owed += part;
    }
  }
}

function sizeOf(lots: bigint): bigint {
  return lots < 0n ? -lots : lots;
}

function signed({ lots }: BankruptPosition, size: bigint): bigint {
  return lots < 0n ? -size : size;
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
