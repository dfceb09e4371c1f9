import type { MinorUnits } from '../money/minor-units.ts';

/** A deficit divided: the three parts are >= 0 and add up to it. */
export interface LossSplit {
  readonly fund: MinorUnits;
  readonly adl: MinorUnits;
  readonly socialised: MinorUnits;
}

/** What stands behind accounts that end below zero. Stateful: what one round has used is gone in the next. */
export interface LossAbsorber {
  /**
   * `winnings`: unrealised profits of the futures positions of those who are still there, settlement currency of the
   * deficit; it costs a pass over the book, so it is asked for only where it matters.
   */
  absorbLoss(currency: string, deficit: MinorUnits, winnings: () => MinorUnits): LossSplit;
}

export interface FundAndAdl {
  /** Balance of the insurance fund by currency. */
  readonly fund?: Readonly<Record<string, MinorUnits>>;
  /**
   * Whether winners are auto-deleveraged for what the fund cannot pay, up to their unrealised profits; else nobody is.
   */
  readonly adl?: boolean;
}

/** The fund first, then auto-deleveraging against winners, then everybody. */
export function fundAndAdl({ fund = {}, adl = false }: FundAndAdl): LossAbsorber {
  const balance = new Map(Object.entries(fund));
  const taken = new Map<string, MinorUnits>();
  return {
    absorbLoss(currency, deficit, winnings) {
      const fromFund = least(balance.get(currency) ?? 0n, deficit);
      balance.set(currency, (balance.get(currency) ?? 0n) - fromFund);
      const uncovered = deficit - fromFund;
      if (uncovered === 0n || !adl) return { fund: fromFund, adl: 0n, socialised: uncovered };
      const used = taken.get(currency) ?? 0n;
      const available = winnings() - used;
      const fromWinners = least(available > 0n ? available : 0n, uncovered);
      taken.set(currency, used + fromWinners);
      return { fund: fromFund, adl: fromWinners, socialised: uncovered - fromWinners };
    },
  };
}

function least(a: MinorUnits, b: MinorUnits): MinorUnits {
  return a < b ? a : b;
}
