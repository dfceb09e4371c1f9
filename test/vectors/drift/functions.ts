import { DRIFT_RESULT } from '../../../assembly/portable/margin/drift-liquidation.ts';
import { numberOf, type Fields } from '../fields.ts';
import { NumberBlock, optionalWhole, runKernel, wholeOf } from '../tiered/number-block.ts';

/** Functions of the program whose arguments are numbers of a block: export and argument names in order. */
interface BlockFunction {
  readonly kernel: string;
  readonly arguments: readonly string[];
}

const blockFunctions: Readonly<Record<string, BlockFunction>> = {
  calculate_base_asset_amount_to_cover_margin_shortage: {
    kernel: 'driftBaseToCover',
    arguments: [
      'margin_shortage', 'margin_ratio', 'liquidation_fee', 'if_liquidation_fee', 'oracle_price', 'quote_oracle_price',
    ],
  },
  calculate_liability_transfer_to_cover_margin_shortage: {
    kernel: 'driftLiabilityToCover',
    arguments: [
      'margin_shortage', 'asset_weight', 'asset_liquidation_multiplier', 'liability_weight',
      'liability_liquidation_multiplier', 'liability_decimals', 'liability_price', 'if_liquidation_fee',
    ],
  },
  calculate_liability_transfer_implied_by_asset_amount: {
    kernel: 'driftLiabilityOfAsset',
    arguments: [
      'asset_amount', 'asset_liquidation_multiplier', 'asset_decimals', 'asset_price',
      'liability_liquidation_multiplier', 'liability_decimals', 'liability_price',
    ],
  },
  calculate_asset_transfer_for_liability_transfer: {
    kernel: 'driftAssetOfLiability',
    arguments: [
      'asset_amount', 'asset_liquidation_multiplier', 'asset_decimals', 'asset_price', 'liability_amount',
      'liability_liquidation_multiplier', 'liability_decimals', 'liability_price',
    ],
  },
  calculate_perp_if_fee: {
    kernel: 'driftPerpInsuranceFee',
    arguments: [
      'margin_shortage', 'user_base_asset_amount', 'margin_ratio', 'liquidator_fee', 'oracle_price',
      'quote_oracle_price', 'max_if_liquidation_fee',
    ],
  },
  calculate_spot_if_fee: {
    kernel: 'driftSpotInsuranceFee',
    arguments: [
      'margin_shortage', 'token_amount', 'asset_weight', 'asset_liquidation_multiplier', 'liability_weight',
      'liability_liquidation_multiplier', 'liability_decimals', 'liability_price', 'max_if_fee',
    ],
  },
  calculate_funding_rate_deltas_to_resolve_bankruptcy: {
    kernel: 'driftFundingToSocialise',
    arguments: ['loss_quote_1e6', 'base_long', 'base_short'],
  },
  calculate_cumulative_deposit_interest_delta_to_resolve_bankruptcy: {
    kernel: 'driftInterestToSocialise',
    arguments: ['loss', 'total_deposits', 'cumulative_deposit_interest'],
  },
};

type Evaluator = (inputs: Fields) => bigint;

/** The others, whose arguments are plain numbers, or absent where they do not matter. */
const otherFunctions: Readonly<Record<string, Evaluator>> = {
  get_liquidation_fee: (inputs) => BigInt(runKernel(
    'driftLiquidationFee',
    ...['base_liquidation_fee', 'max_liquidation_fee', 'last_active_user_slot', 'current_slot'].map((name) =>
      numberOf(inputs, name)),
  )),
  calculate_size_discount_asset_weight: (inputs) => {
    const block = new NumberBlock().setNumbers([wholeOf(inputs, 'size_1e9')]);
    const weight = numberOf(inputs, 'asset_weight_1e4');
    return BigInt(block.run('driftAssetWeight', numberOf(inputs, 'imf_factor_1e6'), weight));
  },
  calculate_size_premium_liability_weight: (inputs) => {
    const block = new NumberBlock().setNumbers([wholeOf(inputs, 'size_1e9')]);
    const weight = numberOf(inputs, 'liability_weight_1e4');
    return BigInt(block.run(
      'driftLiabilityWeight', numberOf(inputs, 'imf_factor_1e6'), weight, numberOf(inputs, 'precision'),
    ));
  },
  get_scaled_initial_asset_weight: (inputs) => BigInt(runKernel(
    'driftScaledWeight', numberOf(inputs, 'initial_asset_weight'), numberOf(inputs, 'start_usd'),
    numberOf(inputs, 'oracle_price') * numberOf(inputs, 'deposit_tokens'),
  )),
  calculate_max_pct_to_liquidate: (inputs) => {
    const block = new NumberBlock().setNumbers([
      wholeOf(inputs, 'margin_shortage'),
      ...['last_active_slot', 'slot', 'initial_pct_to_liquidate', 'liquidation_duration', 'liquidation_margin_freed']
        .map((name) => optionalWhole(inputs, name, 0n)),
    ]);
    block.run('driftMaxLiquidatedPart');
    return block.number(DRIFT_RESULT);
  },
};

export const functionNames: ReadonlySet<string> = new Set([
  ...Object.keys(blockFunctions), ...Object.keys(otherFunctions),
]);

/** Result of a function by its kernel. */
export function evaluate(fn: string, inputs: Fields): bigint {
  if (fn in otherFunctions) return otherFunctions[fn](inputs);
  const { kernel, arguments: names } = blockFunctions[fn];
  const block = new NumberBlock().setNumbers(names.map((name) => wholeOf(inputs, name)));
  block.run(kernel);
  return block.number(DRIFT_RESULT);
}
