import { Decimal, exact } from '../../decimal.ts';

/** Weights of Drift in 1/10,000, with every division cut as the program cuts it. */
const rootOne = 100_000n;
const imfOne = 1_000_000n;
const weightOne = 10_000n;

/** Integer root of ten times the size (1e-9) plus one: the root of the size with five decimals. */
function sizeRoot(size: Decimal, places: number): bigint {
  const units = BigInt(size.times(new Decimal(10).pow(places)).toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toFixed(0));
  const scaled = units * 10n ** BigInt(9 - places);
  return integerRoot(scaled * 10n + 1n);
}

function integerRoot(value: bigint): bigint {
  let low = 0n;
  let high = 1n << BigInt(Math.ceil(value.toString(2).length / 2) + 1);
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (middle * middle <= value) low = middle;
    else high = middle;
  }
  return low;
}

/** Rises with the root of the size; at least the weight itself. */
export function liabilityWeight(size: Decimal, imfFactor: number, weight: number): number {
  if (imfFactor === 0) return weight;
  const premium = (sizeRoot(size, 9) * BigInt(imfFactor)) / ((rootOne * imfOne) / weightOne);
  const raised = BigInt(weight) - BigInt(weight) / 5n + premium;
  return Math.max(weight, Number(raised));
}

/** Falls with the root of the size; at most the weight itself. `places`: decimals that the size is kept with. */
export function assetWeight(size: Decimal, imfFactor: number, weight: number, places = 9): number {
  if (imfFactor === 0) return weight;
  const added = (sizeRoot(size, places) * BigInt(imfFactor)) / rootOne;
  const discounted = ((imfOne + imfOne / 10n) * weightOne) / (imfOne + added);
  return Math.min(weight, Number(discounted));
}

/** Initial asset weight of a market whose deposits have outgrown its start. */
export function scaledInitialWeight(
  { initialAssetWeight, scaleInitialAssetWeightStart }: {
    readonly initialAssetWeight: number;
    readonly scaleInitialAssetWeightStart: number;
  },
  deposits: Decimal,
): number {
  const start = exact(scaleInitialAssetWeightStart);
  if (start.eq(0) || deposits.lt(start)) return initialAssetWeight;
  return start.times(initialAssetWeight).div(deposits).floor().toNumber();
}
