import { SHAPE_CALL, SHAPE_FUTURE, SHAPE_PUT, SHAPE_SPOT } from '../../assembly/portable/layout.ts';
import { riskGroupOf, type Instrument, type RiskGroup } from '../domain/instrument.ts';
import type { ExpiryRow } from '../margin/model.ts';

/**
 * The order of instruments inside the engine: settlement currency, risk group, linear before options, expiry, strike,
 * call before put.
 *
 * Positions sorted by row are then in the canonical order of sums, netting sets and risk groups are runs of rows, and
 * an option's
 * neighbours in memory are its neighbours in strike.
 */
export interface InstrumentRows {
  readonly currencies: readonly string[];
  readonly groups: readonly RiskGroup[];
  /** Currency row of the netting set that positions of the group are in. */
  readonly groupCurrency: Uint8Array;
  /** Currency row of an account that holds nothing: the reporting currency if accounts are pooled, else the first. */
  readonly emptyCurrency: number;
  readonly expiries: readonly ExpiryRow[];
  /** Market instrument index → row. */
  readonly rowOf: Uint32Array;
  /** Row → market instrument index. */
  readonly instrumentOf: Uint32Array;
  /** Per row. */
  readonly shape: Int32Array;
  readonly group: Int32Array;
  readonly expiry: Int32Array;
}

export function shapeOf(instrument: Instrument): number {
  if (instrument.kind === 'spot') return SHAPE_SPOT;
  if (instrument.kind !== 'option') return SHAPE_FUTURE;
  return instrument.optionType === 'call' ? SHAPE_CALL : SHAPE_PUT;
}

/** Strings by code unit: the same order on every machine, whatever its locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Expiries of a group: spot, then perpetual, then dates. */
function expiryKey(instrument: Instrument): number {
  if (instrument.kind === 'spot') return -2;
  return instrument.expiryMs ?? -1;
}

/**
 * `cashCurrencies`: currencies that accounts may hold besides the settlement currencies of the instruments. `pooled`: the
 * reporting currency, if an account is one netting set whatever its instruments settle in.
 */
export function planInstrumentRows(
  instruments: readonly Instrument[],
  cashCurrencies: readonly string[],
  pooled: string | null = null,
): InstrumentRows {
  const named = [...instruments.map((each) => each.settlementCurrency), ...cashCurrencies];
  const currencies = [...new Set(pooled === null ? named : [...named, pooled])].sort(compareText);
  // Two pairs can share a name (BTC_USD and BTC_USDT settled in BTC are both btc_btc), so the pair is part of the key.
  const keyOf = ({ name, pair }: RiskGroup): string => `${name} ${pair}`;
  const byKey = new Map(instruments.map((each) => [keyOf(riskGroupOf(each)), riskGroupOf(each)] as const));
  const groups = [...byKey.values()].sort(
    (a, b) => compareText(a.settlementCurrency, b.settlementCurrency) || compareText(keyOf(a), keyOf(b)),
  );
  const groupIndex = new Map(groups.map((group, index) => [keyOf(group), index] as const));
  const groupOf = instruments.map((each) => groupIndex.get(keyOf(riskGroupOf(each)))!);

  const order = Uint32Array.from(instruments.keys()).sort((a, b) => {
    const [left, right] = [instruments[a], instruments[b]];
    return (
      groupOf[a] - groupOf[b] ||
      Number(left.kind === 'option') - Number(right.kind === 'option') ||
      expiryKey(left) - expiryKey(right) ||
      (left.strike ?? 0) - (right.strike ?? 0) ||
      compareText(left.optionType ?? '', right.optionType ?? '') ||
      compareText(left.name, right.name)
    );
  });
  const rowOf = new Uint32Array(instruments.length);
  order.forEach((instrument, row) => (rowOf[instrument] = row));

  const { expiries, expiryOf } = planExpiries(instruments, groupOf);
  return {
    currencies,
    groups,
    groupCurrency: Uint8Array.from(groups, (group) => currencies.indexOf(pooled ?? group.settlementCurrency)),
    emptyCurrency: pooled === null ? 0 : currencies.indexOf(pooled),
    expiries,
    rowOf,
    instrumentOf: order,
    shape: Int32Array.from(order, (instrument) => shapeOf(instruments[instrument])),
    group: Int32Array.from(order, (instrument) => groupOf[instrument]),
    expiry: Int32Array.from(order, (instrument) => expiryOf[instrument]),
  };
}

/** Expiry rows ascend with (group, expiry), so that comparing rows compares expiries within a group. */
function planExpiries(
  instruments: readonly Instrument[],
  groupOf: readonly number[],
): { expiries: ExpiryRow[]; expiryOf: number[] } {
  const keys = new Map<string, { group: number; key: number; row: number }>();
  instruments.forEach((instrument, index) => {
    const key = expiryKey(instrument);
    keys.set(`${groupOf[index]}:${key}`, { group: groupOf[index], key, row: 0 });
  });
  const sorted = [...keys.values()].sort((a, b) => a.group - b.group || a.key - b.key);
  sorted.forEach((entry, row) => (entry.row = row));
  return {
    expiries: sorted.map(({ group, key }) => ({
      group,
      kind: key === -2 ? 'spot' : key === -1 ? 'perpetual' : 'dated',
      expiryMs: key < 0 ? null : key,
    })),
    expiryOf: instruments.map((instrument, index) => keys.get(`${groupOf[index]}:${expiryKey(instrument)}`)!.row),
  };
}
