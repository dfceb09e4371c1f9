import { DRIFT_RESULT } from '../../../assembly/portable/margin/drift-liquidation.ts';
import {
  driftAssetOfLiability, driftBaseToCover, driftFundingToSocialise, driftInterestToSocialise, driftLiabilityOfAsset,
  driftLiabilityToCover, driftLiquidationFee, driftMaxLiquidatedPart, driftPerpInsuranceFee, driftSpotInsuranceFee,
} from '../../../src/index.ts';
import { numberOf, type Fields } from '../fields.ts';
import { NumberBlock, optionalWhole, runKernel, wholeOf } from '../tiered/number-block.ts';

/**
 * A function of the program: by the library (what the planner runs), and by the kernel of the WASM build, whose
 * arguments are numbers of a block in this order.
 */
interface BlockFunction {
  readonly library: (inputs: Fields) => bigint;
  readonly kernel: string;
  readonly arguments: readonly string[];
}

const whole = (inputs: Fields) => (name: string): bigint => wholeOf(inputs, name);

function exchangeOf(inputs: Fields) {
  const of = whole(inputs);
  return {
    assetMultiplier: of('asset_liquidation_multiplier'), assetDecimals: of('asset_decimals'), assetPrice: of('asset_price'),
    liabilityMultiplier: of('liability_liquidation_multiplier'), liabilityDecimals: of('liability_decimals'),
    liabilityPrice: of('liability_price'),
  };
}

function spotShortageOf(inputs: Fields) {
  const of = whole(inputs);
  return {
    marginShortage: of('margin_shortage'), assetWeight: of('asset_weight'),
    assetMultiplier: of('asset_liquidation_multiplier'), liabilityWeight: of('liability_weight'),
    liabilityMultiplier: of('liability_liquidation_multiplier'), liabilityDecimals: of('liability_decimals'),
    liabilityPrice: of('liability_price'),
  };
}

const blockFunctions: Readonly<Record<string, BlockFunction>> = {
  calculate_base_asset_amount_to_cover_margin_shortage: {
    library: (inputs) => {
      const of = whole(inputs);
      return driftBaseToCover({
        marginShortage: of('margin_shortage'), marginRatio: of('margin_ratio'), liquidationFee: of('liquidation_fee'),
        insuranceFee: of('if_liquidation_fee'), oraclePrice: of('oracle_price'), quoteOraclePrice: of('quote_oracle_price'),
      });
    },
    kernel: 'driftBaseToCover',
    arguments: [
      'margin_shortage', 'margin_ratio', 'liquidation_fee', 'if_liquidation_fee', 'oracle_price', 'quote_oracle_price',
    ],
  },
  calculate_liability_transfer_to_cover_margin_shortage: {
    library: (inputs) => driftLiabilityToCover({ ...spotShortageOf(inputs), insuranceFee: wholeOf(inputs, 'if_liquidation_fee') }),
    kernel: 'driftLiabilityToCover',
    arguments: [
      'margin_shortage', 'asset_weight', 'asset_liquidation_multiplier', 'liability_weight',
      'liability_liquidation_multiplier', 'liability_decimals', 'liability_price', 'if_liquidation_fee',
    ],
  },
  calculate_liability_transfer_implied_by_asset_amount: {
    library: (inputs) => driftLiabilityOfAsset(wholeOf(inputs, 'asset_amount'), exchangeOf(inputs)),
    kernel: 'driftLiabilityOfAsset',
    arguments: [
      'asset_amount', 'asset_liquidation_multiplier', 'asset_decimals', 'asset_price',
      'liability_liquidation_multiplier', 'liability_decimals', 'liability_price',
    ],
  },
  calculate_asset_transfer_for_liability_transfer: {
    library: (inputs) =>
      driftAssetOfLiability(wholeOf(inputs, 'asset_amount'), wholeOf(inputs, 'liability_amount'), exchangeOf(inputs)),
    kernel: 'driftAssetOfLiability',
    arguments: [
      'asset_amount', 'asset_liquidation_multiplier', 'asset_decimals', 'asset_price', 'liability_amount',
      'liability_liquidation_multiplier', 'liability_decimals', 'liability_price',
    ],
  },
  calculate_perp_if_fee: {
    library: (inputs) => {
      const of = whole(inputs);
      return driftPerpInsuranceFee({
        marginShortage: of('margin_shortage'), baseAmount: of('user_base_asset_amount'), marginRatio: of('margin_ratio'),
        liquidatorFee: of('liquidator_fee'), oraclePrice: of('oracle_price'), quoteOraclePrice: of('quote_oracle_price'),
        maxFee: of('max_if_liquidation_fee'),
      });
    },
    kernel: 'driftPerpInsuranceFee',
    arguments: [
      'margin_shortage', 'user_base_asset_amount', 'margin_ratio', 'liquidator_fee', 'oracle_price',
      'quote_oracle_price', 'max_if_liquidation_fee',
    ],
  },
  calculate_spot_if_fee: {
    library: (inputs) =>
      driftSpotInsuranceFee({
        ...spotShortageOf(inputs), tokenAmount: wholeOf(inputs, 'token_amount'), maxFee: wholeOf(inputs, 'max_if_fee'),
      }),
    kernel: 'driftSpotInsuranceFee',
    arguments: [
      'margin_shortage', 'token_amount', 'asset_weight', 'asset_liquidation_multiplier', 'liability_weight',
      'liability_liquidation_multiplier', 'liability_decimals', 'liability_price', 'max_if_fee',
    ],
  },
  calculate_funding_rate_deltas_to_resolve_bankruptcy: {
    library: (inputs) =>
      driftFundingToSocialise(wholeOf(inputs, 'loss_quote_1e6'), wholeOf(inputs, 'base_long'), wholeOf(inputs, 'base_short')),
    kernel: 'driftFundingToSocialise',
    arguments: ['loss_quote_1e6', 'base_long', 'base_short'],
  },
  calculate_cumulative_deposit_interest_delta_to_resolve_bankruptcy: {
    library: (inputs) =>
      driftInterestToSocialise(
        wholeOf(inputs, 'loss'), wholeOf(inputs, 'total_deposits'), wholeOf(inputs, 'cumulative_deposit_interest'),
      ),
    kernel: 'driftInterestToSocialise',
    arguments: ['loss', 'total_deposits', 'cumulative_deposit_interest'],
  },
};

/** By the library where the planner has the function, and by the kernel. */
interface Answers {
  readonly library: bigint | null;
  readonly kernel: bigint;
}

const feeNames = ['base_liquidation_fee', 'max_liquidation_fee', 'last_active_user_slot', 'current_slot'];
const partNames = ['last_active_slot', 'slot', 'initial_pct_to_liquidate', 'liquidation_duration', 'liquidation_margin_freed'];

/** The others, whose arguments are plain numbers, or absent where they do not matter. */
const otherFunctions: Readonly<Record<string, (inputs: Fields) => Answers>> = {
  get_liquidation_fee: (inputs) => {
    const [base, most, lastActive, slot] = feeNames.map((name) => numberOf(inputs, name));
    return {
      library: BigInt(driftLiquidationFee(base, most, lastActive, slot)),
      kernel: BigInt(runKernel('driftLiquidationFee', base, most, lastActive, slot)),
    };
  },
  calculate_size_discount_asset_weight: (inputs) => {
    const block = new NumberBlock().setNumbers([wholeOf(inputs, 'size_1e9')]);
    const weight = numberOf(inputs, 'asset_weight_1e4');
    return { library: null, kernel: BigInt(block.run('driftAssetWeight', numberOf(inputs, 'imf_factor_1e6'), weight)) };
  },
  calculate_size_premium_liability_weight: (inputs) => {
    const block = new NumberBlock().setNumbers([wholeOf(inputs, 'size_1e9')]);
    const weight = numberOf(inputs, 'liability_weight_1e4');
    const kernel = block.run(
      'driftLiabilityWeight', numberOf(inputs, 'imf_factor_1e6'), weight, numberOf(inputs, 'precision'),
    );
    return { library: null, kernel: BigInt(kernel) };
  },
  get_scaled_initial_asset_weight: (inputs) => {
    const deposits = numberOf(inputs, 'oracle_price') * numberOf(inputs, 'deposit_tokens');
    const kernel = runKernel('driftScaledWeight', numberOf(inputs, 'initial_asset_weight'), numberOf(inputs, 'start_usd'), deposits);
    return { library: null, kernel: BigInt(kernel) };
  },
  calculate_max_pct_to_liquidate: (inputs) => {
    const marginShortage = wholeOf(inputs, 'margin_shortage');
    const [lastActiveSlot, slot, initialPart, duration, marginFreed] = partNames.map((name) => optionalWhole(inputs, name, 0n));
    const block = new NumberBlock().setNumbers([marginShortage, lastActiveSlot, slot, initialPart, duration, marginFreed]);
    block.run('driftMaxLiquidatedPart');
    return {
      library: driftMaxLiquidatedPart({ marginShortage, lastActiveSlot, slot, initialPart, duration, marginFreed }),
      kernel: block.number(DRIFT_RESULT),
    };
  },
};

export const functionNames: ReadonlySet<string> = new Set([
  ...Object.keys(blockFunctions), ...Object.keys(otherFunctions),
]);

/** Result of a function by the library and by its kernel. */
export function evaluate(fn: string, inputs: Fields): Answers {
  if (fn in otherFunctions) return otherFunctions[fn](inputs);
  const { library, kernel, arguments: names } = blockFunctions[fn];
  const block = new NumberBlock().setNumbers(names.map((name) => wholeOf(inputs, name)));
  block.run(kernel);
  return { library: library(inputs), kernel: block.number(DRIFT_RESULT) };
}
