import { marginAccount, MargridError } from '../../../src/index.ts';
import { checkAbsolute, type Check } from '../check.ts';
import { CaseInputError } from '../fields.ts';
import { linearMarket, type LinearQuote } from '../tiered/linear-market.ts';

/** A linear position at a price. */
export interface HeldPosition extends LinearQuote {
  /** Signed. */
  readonly quantity: number;
  readonly entryPrice: number;
}

export interface LiquidationAccount {
  readonly model: string;
  readonly params: unknown;
  readonly positions: readonly HeldPosition[];
  readonly cash: number;
}

/** Rounding of a handful of operations on amounts of the size of the notional. */
const roundingOfNotional = 1e-12;

/**
 * At a liquidation price, the engine's equity is its maintenance margin: the difference as a fraction of the notional.
 */
export async function checkEngineAtLiquidation(account: LiquidationAccount): Promise<Check> {
  const { model, params, positions, cash } = account;
  try {
    const [set] = await marginAccount({
      market: linearMarket(positions), model, params, cash: { [positions[0].quoteCurrency]: cash },
      positions: positions.map(({ name, quantity, entryPrice }) => ({ instrument: name, quantity, entryPrice })),
    });
    if (set.fault !== null) throw new CaseInputError(`engine: ${set.fault}`);
    const gross = positions.reduce(
      (sum, { quantity, price, entryPrice }) => sum + Math.abs(quantity) * Math.max(price, entryPrice), Math.abs(cash),
    );
    const distance = (set.equity - set.maintenanceMargin) / gross;
    return checkAbsolute('equity less maintenance at it (engine, of notional)', distance, 0, roundingOfNotional);
  } catch (cause) {
    if (!(cause instanceof MargridError)) throw cause;
    throw new CaseInputError(cause.message, { cause });
  }
}
