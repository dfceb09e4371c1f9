import { itemsOf, runBatch } from '../batch.ts';
import type { Content } from '../content.ts';
import { checkAuction } from '../derive/auction.ts';
import { CaseInputError, isFields, listOf, type Fields } from '../fields.ts';
import type { Suite } from '../suite.ts';
import { isListWith, rootOf } from '../table.ts';

export const deriveAuction: Suite = {
  name: 'derive-auction',
  description: 'liquidation auctions of Derive v2: buffer margin, largest part, cash of bidders, what is left, insolvency',
  detect: (content) => {
    const root = rootOf(content);
    return isFields(root['auctionParams']) && isListWith(root['cases'], ['actions']);
  },
  run: (content: Content) => {
    const root = rootOf(content);
    const params = root['auctionParams'] as Fields;
    const entries = listOf(root['cases']);
    const isNamed = entries.some((entry) => isFields(entry) && listOf(entry['actions']).some(hasFinalPercentage));
    return {
      cases: runBatch(itemsOf('auction', entries, readFields), (inputs) => inputs, (fields) => checkAuction(params, fields)),
      // Of the portfolio at the start in some bids of the published file, of that at the bid in others.
      notCovered: isNamed ? ['FinalPercentageReceived'] : [],
    };
  },
};

function hasFinalPercentage(action: unknown): boolean {
  return isFields(action) && isFields(action['expected']) && 'FinalPercentageReceived' in action['expected'];
}

function readFields(entry: unknown): Fields {
  if (!isFields(entry)) throw new CaseInputError('a case must be an object');
  return entry;
}
