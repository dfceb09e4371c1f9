import { count } from './format.ts';
import type { Terminal } from './terminal.ts';

/** Reasons that are told; the file of accounts has them all. */
const reasonsMax = 5;

/** Why accounts are left out of a result, reason by reason, the most frequent first. */
export function noteLeftOut(quarantined: ReadonlyMap<number, string>, terminal: Terminal): void {
  const accounts = new Map<string, number>();
  for (const reason of quarantined.values()) accounts.set(reason, (accounts.get(reason) ?? 0) + 1);
  const reasons = [...accounts].sort(([, left], [, right]) => right - left);
  for (const [reason, number] of reasons.slice(0, reasonsMax)) {
    terminal.note(`left out: ${count(number)} ${number === 1 ? 'account' : 'accounts'}, ${reason}`);
  }
  if (reasons.length > reasonsMax) terminal.note(`left out: ${count(reasons.length - reasonsMax)} further reasons`);
}
