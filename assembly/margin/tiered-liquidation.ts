import { Floats } from '../views';
import {
  driftAssetOfLiability as assetOfLiability, driftBaseToCover as baseToCover,
  driftFundingToSocialise as fundingToSocialise, driftInterestToSocialise as interestToSocialise,
  driftLiabilityOfAsset as liabilityOfAsset, driftLiabilityToCover as liabilityToCover,
  driftMaxLiquidatedPart as maxLiquidatedPart, driftPerpInsuranceFee as perpInsuranceFee,
  driftSpotInsuranceFee as spotInsuranceFee,
} from '../portable/margin/drift-liquidation';
import { tieredLiquidationPrice as tieredPrice } from '../portable/margin/liquidation';
import { optionInitial, optionMaintenance } from '../portable/margin/tiered-brackets';
import { driftDiscount, driftPremium } from '../portable/margin/tiered-drift';
import {
  dydxBankruptcyPrice as bankruptcyPrice, dydxFillablePrice as fillablePrice, dydxFillQuote as fillQuote,
  dydxInsuranceFundDelta as insuranceFundDelta, dydxIsReduction as isReduction, dydxLiquidatable as liquidatable,
  dydxPositionRisk as positionRisk,
} from '../portable/margin/tiered-dydx';
import { okxMarginal } from '../portable/margin/tiered-okx';

/** Liquidation maths by themselves: blocks of numbers in memory, at a byte address that is a multiple of eight. */
function memory(): Floats {
  return changetype<Floats>(0);
}

function indexOf(address: usize): i32 {
  return <i32>(address >>> 3);
}

export function dydxPositionRisk(block: usize): void {
  positionRisk(memory(), indexOf(block));
}

export function dydxIsReduction(block: usize): f64 {
  return isReduction(memory(), indexOf(block));
}

export function dydxBankruptcyPrice(block: usize): void {
  bankruptcyPrice(memory(), indexOf(block));
}

export function dydxFillablePrice(block: usize): void {
  fillablePrice(memory(), indexOf(block));
}

export function dydxFillQuote(block: usize): void {
  fillQuote(memory(), indexOf(block));
}

export function dydxInsuranceFundDelta(block: usize): void {
  insuranceFundDelta(memory(), indexOf(block));
}

export function dydxLiquidatable(block: usize): void {
  liquidatable(memory(), indexOf(block));
}

export function driftBaseToCover(block: usize): void {
  baseToCover(memory(), indexOf(block));
}

export function driftLiabilityToCover(block: usize): void {
  liabilityToCover(memory(), indexOf(block));
}

export function driftLiabilityOfAsset(block: usize): void {
  liabilityOfAsset(memory(), indexOf(block));
}

export function driftAssetOfLiability(block: usize): void {
  assetOfLiability(memory(), indexOf(block));
}

export function driftPerpInsuranceFee(block: usize): void {
  perpInsuranceFee(memory(), indexOf(block));
}

export function driftSpotInsuranceFee(block: usize): void {
  spotInsuranceFee(memory(), indexOf(block));
}

export function driftFundingToSocialise(block: usize): void {
  fundingToSocialise(memory(), indexOf(block));
}

export function driftInterestToSocialise(block: usize): void {
  interestToSocialise(memory(), indexOf(block));
}

export function driftMaxLiquidatedPart(block: usize): void {
  maxLiquidatedPart(memory(), indexOf(block));
}

/** The size is the block's first number, the rest of it scratch. */
export function driftLiabilityWeight(block: usize, imfFactor: f64, weight: f64, precision: f64): f64 {
  const size = indexOf(block);
  return driftPremium(memory(), size, imfFactor, weight, precision, size + 26);
}

export function driftAssetWeight(block: usize, imfFactor: f64, weight: f64): f64 {
  const size = indexOf(block);
  return driftDiscount(memory(), size, imfFactor, weight, size + 26);
}

/** Tiers: floor, initial rate, maintenance rate, deduction each. */
export function tieredLiquidationPrice(
  tiers: usize, count: i32, wallet: f64, otherMaintenance: f64, otherPnl: f64, side: f64, amount: f64, entry: f64,
  mark: f64,
): f64 {
  return tieredPrice(
    memory(), indexOf(tiers), count, wallet, otherMaintenance, otherPnl, side, amount, entry, mark,
  );
}

/** Tiers as above; the multiplier is the initial rate. */
export function okxMinimumCharge(tiers: usize, count: i32, raw: f64): f64 {
  return okxMarginal(memory(), indexOf(tiers), count, raw);
}

/** Rates: as the floats of the model (FLOAT_OPTION_*). */
export function bybitOptionInitial(
  rates: usize, index: f64, mark: f64, outOfMoney: f64, entry: f64,
): f64 {
  return optionInitial(memory(), indexOf(rates), index, mark, outOfMoney, entry);
}

export function bybitOptionMaintenance(rates: usize, index: f64, mark: f64): f64 {
  return optionMaintenance(memory(), indexOf(rates), index, mark);
}

export {
  availableLiquidationPrice, bracketLiquidationPrice, collateralLiquidationPrice, entryValueLiquidationPrice,
  inverseBankruptcyPrice, isolatedLiquidationPrice, linearBankruptcyPrice, optionOrderFee,
} from '../portable/margin/liquidation';
export { driftLiquidationFee } from '../portable/margin/drift-liquidation';
export { driftScaledWeight } from '../portable/margin/tiered-drift';
export { okxUnitMaintenance } from '../portable/margin/tiered-okx';
