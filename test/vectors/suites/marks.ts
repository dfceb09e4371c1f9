import { parseMarkRows, type MarkRow } from '../../support/mark-snapshot.ts';
import { yearMs } from '../../../src/index.ts';
import { itemsOf, runBatch } from '../batch.ts';
import { checkAbsolute, type Check } from '../check.ts';
import { CaseInputError } from '../fields.ts';
import { markStep, parityForward, type ParityForward } from '../marks/parity-forward.ts';
import { evaluateGreeks, type Greeks, type OptionInput } from '../pricing-kernels.ts';
import type { Suite } from '../suite.ts';

const columns = ['instrument_name', 'expiry', 'strike', 'option_type', 'mark_price', 'mark_iv', 'snapshot_time'];
/** `mark_iv` is in percent with two decimals. */
const volatilityStep = 1e-4;
/**
 * The time of a snapshot is that of the request; its marks were worked out within this time of it, once a second or so.
 */
const snapshotLagYears = 30_000 / yearMs;

export const marks: Suite = {
  name: 'marks',
  description: 'marks of a whole chain of inverse options at one instant (CSV), priced from their own volatilities',
  detect: (content) => content.kind === 'csv' && columns.every((column) => content.columns.includes(column)),
  run: (content) => {
    if (content.kind !== 'csv') return { cases: [], notCovered: [] };
    const rows = parseMarkRows(content.text);
    const forwards = new Map([...new Set(rows.map(({ expiryMs }) => expiryMs))].map((expiryMs) =>
      [expiryMs, parityForward(rows.filter((row) => row.expiryMs === expiryMs))] as const));
    const items = itemsOf('row', rows, (row) => readRow(row, forwards.get(row.expiryMs) ?? null));
    return {
      cases: runBatch(items, (list) => evaluateGreeks(list.map(({ input }) => input)), checkRow),
      notCovered: [],
    };
  },
};

interface Row {
  readonly mark: MarkRow;
  readonly parity: ParityForward;
  readonly input: OptionInput;
}

function readRow(mark: MarkRow, parity: ParityForward | null): Row {
  if (parity === null) throw new CaseInputError('its expiry has no pair of call and put: the forward is unknown');
  const numbers = [mark.expiryMs, mark.snapshotMs, mark.strike, mark.markPrice, mark.markVolatility];
  if (!numbers.every(Number.isFinite)) throw new CaseInputError('expiry, strike, mark or volatility is no number');
  return {
    mark,
    parity,
    input: {
      sign: mark.optionType === 'call' ? 1 : -1,
      forward: parity.forward,
      strike: mark.strike,
      years: (mark.expiryMs - mark.snapshotMs) / yearMs,
      volatility: mark.markVolatility,
      rate: 0,
    },
  };
}

/**
 * In coin: half a step of the volatility, half a step of the mark, what the marks violate parity by (a shift of the
 * forward moves C - P by K/F dF/F, and all of it may lie in one of the two), and the decay within the time of the
 * snapshot.
 */
function checkRow({ mark, parity, input }: Row, greeks: Greeks): Check[] {
  const { forward, uncertainty } = parity;
  const tolerance =
    (greeks.vega / forward) * (volatilityStep / 2) +
    markStep / 2 +
    (input.strike / forward) * (uncertainty / forward) +
    (Math.abs(greeks.theta) / forward) * snapshotLagYears;
  const quantity = `mark (coin), ${input.sign > 0 ? 'calls' : 'puts'}`;
  return [checkAbsolute(quantity, greeks.price / forward, mark.markPrice, tolerance)];
}
