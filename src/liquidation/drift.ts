import * as kernel from '../../assembly/portable/margin/drift-liquidation.ts';
import { IntegerBlock } from '../money/integer-block.ts';

/**
 * Liquidation maths of Drift v2 in its own integers (kernels: assembly/portable/margin/drift-liquidation.ts). Prices
 * and quote currency 1e-6, base units 1e-9, fees 1e-6, ratios and weights 1e-4. Source:
 * drift-labs/protocol-v2@0ae3e3b1, programs/drift/src/math/liquidation.rs.
 */
type Kernel = (floats: Float64Array, block: number) => void;

function run(kernelOf: Kernel, numbers: readonly bigint[]): bigint {
  const block = new IntegerBlock(0, [], numbers);
  kernelOf(block.floats, 0);
  return block.number(kernel.DRIFT_RESULT);
}

/** Returned for "no amount is enough": the account is liquidated to the end. */
export const driftWholeBase = 2n ** 64n - 1n;

export interface DriftPerpShortage {
  readonly marginShortage: bigint;
  readonly marginRatio: bigint;
  readonly liquidationFee: bigint;
  readonly insuranceFee: bigint;
  readonly oraclePrice: bigint;
  readonly quoteOraclePrice: bigint;
}

/** Base units whose transfer covers a margin shortage; `driftWholeBase` if the fees eat up what it frees. */
export function driftBaseToCover(terms: DriftPerpShortage): bigint {
  const { marginShortage, marginRatio, liquidationFee, insuranceFee, oraclePrice, quoteOraclePrice } = terms;
  return run(kernel.driftBaseToCover, [
    marginShortage,
    marginRatio,
    liquidationFee,
    insuranceFee,
    oraclePrice,
    quoteOraclePrice,
  ]);
}

export interface DriftPerpFee {
  readonly marginShortage: bigint;
  readonly baseAmount: bigint;
  readonly marginRatio: bigint;
  readonly liquidatorFee: bigint;
  readonly oraclePrice: bigint;
  readonly quoteOraclePrice: bigint;
  readonly maxFee: bigint;
}

/**
 * Fee of the insurance fund on a perpetual: what the shortage leaves of the margin freed, 95% of it, at most `maxFee`.
 */
export function driftPerpInsuranceFee(terms: DriftPerpFee): bigint {
  const { marginShortage, baseAmount, marginRatio, liquidatorFee, oraclePrice, quoteOraclePrice, maxFee } = terms;
  return run(kernel.driftPerpInsuranceFee, [
    marginShortage,
    baseAmount,
    marginRatio,
    liquidatorFee,
    oraclePrice,
    quoteOraclePrice,
    maxFee,
  ]);
}

export interface DriftShortageTime {
  readonly marginShortage: bigint;
  readonly lastActiveSlot: bigint;
  readonly slot: bigint;
  /** 1/10,000. */
  readonly initialPart: bigint;
  /** Slots. */
  readonly duration: bigint;
  readonly marginFreed: bigint;
}

/** Part of the shortage that may be liquidated by now, 1/10,000: grows with slots; all of it below 50 quote units. */
export function driftMaxLiquidatedPart(terms: DriftShortageTime): bigint {
  const { marginShortage, lastActiveSlot, slot, initialPart, duration, marginFreed } = terms;
  return run(kernel.driftMaxLiquidatedPart, [marginShortage, lastActiveSlot, slot, initialPart, duration, marginFreed]);
}

/** Liquidator's fee, 1e-6: one more per slot once the account has been idle for 1,500. */
export function driftLiquidationFee(base: number, most: number, lastActiveSlot: number, slot: number): number {
  return kernel.driftLiquidationFee(base, most, lastActiveSlot, slot);
}

export interface DriftSpotShortage {
  readonly marginShortage: bigint;
  readonly assetWeight: bigint;
  readonly assetMultiplier: bigint;
  readonly liabilityWeight: bigint;
  readonly liabilityMultiplier: bigint;
  readonly liabilityDecimals: bigint;
  readonly liabilityPrice: bigint;
  readonly insuranceFee: bigint;
}

/** Borrowed tokens whose repayment out of an asset covers a shortage; 2^128 - 1 if none does. */
export function driftLiabilityToCover(terms: DriftSpotShortage): bigint {
  return run(kernel.driftLiabilityToCover, [
    terms.marginShortage,
    terms.assetWeight,
    terms.assetMultiplier,
    terms.liabilityWeight,
    terms.liabilityMultiplier,
    terms.liabilityDecimals,
    terms.liabilityPrice,
    terms.insuranceFee,
  ]);
}

export interface DriftExchange {
  readonly assetMultiplier: bigint;
  readonly assetDecimals: bigint;
  readonly assetPrice: bigint;
  readonly liabilityMultiplier: bigint;
  readonly liabilityDecimals: bigint;
  readonly liabilityPrice: bigint;
}

/** Borrowed tokens that an amount of the asset repays; rounded up. */
export function driftLiabilityOfAsset(assetAmount: bigint, terms: DriftExchange): bigint {
  return run(kernel.driftLiabilityOfAsset, [
    assetAmount,
    terms.assetMultiplier,
    terms.assetDecimals,
    terms.assetPrice,
    terms.liabilityMultiplier,
    terms.liabilityDecimals,
    terms.liabilityPrice,
  ]);
}

/** Tokens of the asset that repay an amount borrowed; all of it if less than one quote unit would be left. */
export function driftAssetOfLiability(assetAmount: bigint, liabilityAmount: bigint, terms: DriftExchange): bigint {
  return run(kernel.driftAssetOfLiability, [
    assetAmount,
    terms.assetMultiplier,
    terms.assetDecimals,
    terms.assetPrice,
    liabilityAmount,
    terms.liabilityMultiplier,
    terms.liabilityDecimals,
    terms.liabilityPrice,
  ]);
}

export interface DriftSpotFee extends Omit<DriftSpotShortage, 'insuranceFee'> {
  readonly tokenAmount: bigint;
  readonly maxFee: bigint;
}

/** Fee of the insurance fund on a spot liability, 1e-6. */
export function driftSpotInsuranceFee(terms: DriftSpotFee): bigint {
  return run(kernel.driftSpotInsuranceFee, [
    terms.marginShortage,
    terms.tokenAmount,
    terms.assetWeight,
    terms.assetMultiplier,
    terms.liabilityWeight,
    terms.liabilityMultiplier,
    terms.liabilityDecimals,
    terms.liabilityPrice,
    terms.maxFee,
  ]);
}

/** What a loss adds to the cumulative funding rate of both sides, 1e-9 per base unit; rounded up. */
export function driftFundingToSocialise(loss: bigint, baseLong: bigint, baseShort: bigint): bigint {
  return run(kernel.driftFundingToSocialise, [loss, baseLong, baseShort]);
}

/** What a loss takes off the cumulative deposit interest; rounded up. */
export function driftInterestToSocialise(loss: bigint, totalDeposits: bigint, cumulativeInterest: bigint): bigint {
  return run(kernel.driftInterestToSocialise, [loss, totalDeposits, cumulativeInterest]);
}
