import { CaseInputError, isFields, listOf } from '../fields.ts';
import { messageOf } from '../content.ts';
import { checkLivePosition } from '../liquidation/hyperliquid.ts';
import type { CaseOutcome, Suite } from '../suite.ts';
import { isListWith, rootOf } from '../table.ts';

export const hyperliquid: Suite = {
  name: 'hyperliquid',
  description: 'liquidation prices of Hyperliquid positions',
  detect: (content) =>
    isListWith(rootOf(content)['cases'], ['marginCollateral', 'contracts', 'entryPrice', 'expectedLiquidationPrice']),
  run: async (content) => {
    const entries = listOf(rootOf(content)['cases']);
    return { cases: await Promise.all(entries.map(runCase)), notCovered: [] };
  },
};

async function runCase(entry: unknown, index: number): Promise<CaseOutcome> {
  const name = `case ${index + 1}`;
  try {
    if (!isFields(entry)) throw new CaseInputError('a case must be an object');
    return { name, checks: await checkLivePosition(entry), problem: null };
  } catch (cause) {
    if (!(cause instanceof CaseInputError)) throw cause;
    return { name, checks: [], problem: messageOf(cause) };
  }
}
