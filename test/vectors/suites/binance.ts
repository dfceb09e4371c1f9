import { itemsOf, runBatch } from '../batch.ts';
import { CaseInputError, isFields, listOf, type Fields } from '../fields.ts';
import { checkOfficial, checkSynthetic } from '../liquidation/binance.ts';
import type { CaseOutcome, Suite } from '../suite.ts';
import { messageOf } from '../content.ts';
import { isListWith, rootOf } from '../table.ts';

export const binance: Suite = {
  name: 'binance',
  description: 'liquidation prices of Binance (cross and isolated), Gate, OKX and Bybit (isolated)',
  detect: (content) => {
    const root = rootOf(content);
    return (
      isListWith(root['official'], ['walletBalance', 'target']) ||
      isListWith(root['synthetic'], ['exchange', 'mmr', 'margin'])
    );
  },
  run: async (content) => {
    const root = rootOf(content);
    const official = await Promise.all(
      listOf(root['official']).map((entry, index) => officialCase(`official ${index + 1}`, entry)),
    );
    const synthetic = runBatch(
      itemsOf('synthetic', listOf(root['synthetic']), readFields), (inputs) => inputs, checkSynthetic,
    );
    return { cases: [...official, ...synthetic], notCovered: [] };
  },
};

async function officialCase(name: string, entry: unknown): Promise<CaseOutcome> {
  try {
    return { name, checks: await checkOfficial(readFields(entry)), problem: null };
  } catch (cause) {
    if (!(cause instanceof CaseInputError)) throw cause;
    return { name, checks: [], problem: messageOf(cause) };
  }
}

function readFields(entry: unknown): Fields {
  if (!isFields(entry)) throw new CaseInputError('a case must be an object');
  return entry;
}
