import { mustBe as refused, optionalText } from '../account/command-fields.ts';
import type { Command } from '../account/command.ts';
import type { LiquidationRecord, Signal } from './liquidation-record.ts';
import type { PlanningAccount } from './planning-account.ts';

/** The signal with the fill counted; null if the fill names none. Throws if the fill is more than was asked for or held. */
export function filledSignal(
  command: Command, record: LiquidationRecord, account: PlanningAccount, instrument: string, quantity: number,
): Signal | null {
  const id = optionalText(command, 'signal');
  const held = account.input.holdings.positions.get(instrument)?.quantity ?? 0;
  const isReduction = held * quantity < 0 && Math.abs(quantity) <= Math.abs(held) * (1 + 1e-12);
  if (id === undefined) {
    if (isReduction) return null;
    throw refused('quantity', quantity, `a reduction of the position of ${held} (a hedge must name its signal)`);
  }
  if (record.signal?.id !== id) throw refused('signal', id, `the open signal of the account, ${record.signal?.id ?? 'none'}`);
  const trade = record.signal.trades.find((each) => each.instrument === instrument);
  if (trade === undefined) throw refused('instrument', instrument, `one of signal ${id}`);
  const left = trade.quantity - trade.filled;
  const isAsked = quantity * left > 0 && Math.abs(quantity) <= Math.abs(left) * (1 + 1e-12);
  if (!isAsked) throw refused('quantity', quantity, `at most what signal ${id} leaves, ${left}`);
  if (record.signal.kind !== 'hedge' && !isReduction) throw refused('quantity', quantity, `a reduction of the position of ${held}`);
  return { ...record.signal, trades: record.signal.trades.map((each) => (each === trade ? { ...each, filled: each.filled + quantity } : each)) };
}
