/**
 * How many positions an account holds, per kind of account.
 *
 * | kind         | share of accounts | number of positions |
 * | ------------ | ----------------- | -------------------- |
 * | linear-only  | 60%               | 1, 2, 3, 4 with 50%, 28%, 14%, 8%: mean 1.8 |
 * | option       | 39.6%             | log-normal, median 8; its width is solved for the mean of the whole book |
 * | market-maker | 0.4%              | log-normal, median 450 |
 *
 * The medians are those of `meanPositions` 12 and scale with it; the counts of linear-only accounts do not.
 */
import { MargridError } from '../errors.ts';
import { lognormalTable, mean, normalTable } from './quantile-table.ts';

export type AccountKind = 'linear-only' | 'option' | 'market-maker';

export const accountKindShares: Record<AccountKind, number> = {
  'linear-only': 0.6,
  option: 0.396,
  'market-maker': 0.004,
};

/** Equally likely counts. */
export type PositionCountTables = Readonly<Record<AccountKind, Uint16Array>>;

const linearCountShares = [0.5, 0.28, 0.14, 0.08];
const optionCountMedian = 8;
const optionCountMax = 400;
const marketMakerCountMedian = 450;
const marketMakerCountMin = 150;
const marketMakerCountMax = 1_200;
const marketMakerLogStandardDeviation = 0.4;
const designMeanPositions = 12;
const tableCount = 16_384;

export function buildPositionCountTables(meanPositions: number): PositionCountTables {
  const linearOnly = tableOfShares(linearCountShares);
  const linearShare = accountKindShares['linear-only'] * mean(linearOnly);
  const scale = (meanPositions - linearShare) / (designMeanPositions - linearShare);
  const normals = normalTable(tableCount);
  const marketMaker = roundedCounts(
    lognormalTable(normals, marketMakerLogStandardDeviation),
    { median: marketMakerCountMedian * scale, min: marketMakerCountMin * scale, max: marketMakerCountMax * scale },
  );
  const rest = meanPositions - linearShare - accountKindShares['market-maker'] * mean(marketMaker);
  return {
    'linear-only': linearOnly,
    option: optionCounts(normals, rest / accountKindShares.option, scale),
    'market-maker': marketMaker,
  };
}

function tableOfShares(shares: readonly number[]): Uint16Array {
  const table = new Uint16Array(tableCount);
  let start = 0;
  let cumulative = 0;
  shares.forEach((share, index) => {
    cumulative += share;
    const end = Math.round(cumulative * tableCount);
    table.fill(index + 1, start, end);
    start = end;
  });
  return table;
}

interface CountRange {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

function roundedCounts(multiples: Float64Array, { median, min, max }: CountRange): Uint16Array {
  return Uint16Array.from(multiples, (multiple) =>
    Math.max(1, Math.floor(Math.min(Math.max(median * multiple, min), max) + 0.5)));
}

/** Bisects the width of the log-normal until the table has the mean asked for. */
function optionCounts(normals: Float64Array, meanCount: number, scale: number): Uint16Array {
  const range = { median: optionCountMedian * scale, min: 1, max: Math.max(optionCountMax * scale, 40) };
  const countsAt = (width: number): Uint16Array => roundedCounts(lognormalTable(normals, width), range);
  let [narrow, wide] = [0, 3];
  if (!(mean(countsAt(narrow)) <= meanCount && meanCount <= mean(countsAt(wide)))) {
    throw new MargridError('OptionInvalid', `meanPositions: no shape has ${meanCount} positions per option holder`);
  }
  for (let step = 0; step < 30; step++) {
    const middle = (narrow + wide) / 2;
    if (mean(countsAt(middle)) < meanCount) narrow = middle;
    else wide = middle;
  }
  return countsAt(wide);
}
