import { MargridError } from '../../errors.ts';
import { numberField, type Section } from '../../margin/fields.ts';
import { dydxAccount, baseQuantumsOf, type DydxAccount } from '../dydx-account.ts';
import {
  dydxBankruptcyPriceOf,
  dydxFillablePriceOf,
  dydxInsuranceFundDelta,
  dydxLiquidatable,
  dydxPositionRisk,
} from '../dydx.ts';
import { PlanBuilder } from '../plan-builder.ts';
import type { LiquidationPlan } from '../plan.ts';
import type { PlanningAccount } from '../planning-account.ts';

/**
 * An order per block, limited by position, subaccount and insurance fund, at the fillable price or better (dYdX v4).
 */
export interface BlockLimitsParams {
  readonly bankruptcyAdjustmentPpm: number;
  readonly spreadToMaintenanceMarginRatioPpm: number;
  readonly maxLiquidationFeePpm: number;
  /** Quote currency. */
  readonly minPositionNotional: number;
  readonly maxPositionPortionPpm: number;
  /** Quote currency per block and subaccount. */
  readonly maxNotional: number;
  /** Quote currency that the insurance fund loses per block and subaccount at most. */
  readonly maxInsuranceLost: number;
  readonly blockMs: number;
  readonly blocksMax: number;
}

export function parseBlockLimits(fields: Section, path: string): BlockLimitsParams {
  const upTo = (name: string, max: number, min = 0): number => numberField(fields, name, path, { min, max });
  return {
    bankruptcyAdjustmentPpm: upTo('bankruptcyAdjustmentPpm', 1e9),
    spreadToMaintenanceMarginRatioPpm: upTo('spreadToMaintenanceMarginRatioPpm', 1e9),
    maxLiquidationFeePpm: upTo('maxLiquidationFeePpm', 1e6),
    minPositionNotional: upTo('minPositionNotional', 1e9),
    maxPositionPortionPpm: upTo('maxPositionPortionPpm', 1e6),
    maxNotional: upTo('maxNotional', 9e9),
    maxInsuranceLost: upTo('maxInsuranceLost', 9e9),
    blockMs: upTo('blockMs', 86_400_000, 1),
    blocksMax: upTo('blocksMax', 100_000, 1),
  };
}

const quoteUnit = 1e6;

/**
 * In each block the position with the largest maintenance margin, as much of it as the limits allow. Such an order is
 * filled at the expected market price if that is no worse than the fillable price; otherwise it rests unfilled, and the
 * plan ends. The fund gets what the fill is better than the bankruptcy price, up to the largest fee; it pays (a
 * negative fee) what the fill is worse, up to its limit: beyond that the position is deleveraged.
 */
export function planBlockLimits(account: PlanningAccount, params: BlockLimitsParams): LiquidationPlan {
  if (account.input.engine.modelName !== 'dydx') {
    const message = `the style of dydx works in the integers of the model dydx, not of ${account.input.engine.modelName}`;
    throw new MargridError('OptionInvalid', message, { column: 'model', value: account.input.engine.modelName });
  }
  const builder = new PlanBuilder(account, 'block-limits');
  if (!builder.isOpen) return builder.finish('fault');
  for (let block = 0; builder.isOpen; block++) {
    if (block === params.blocksMax) return builder.finish('limit');
    const chain = dydxAccount(account.terms.market, builder.holdings, account.input.params);
    const name = largestOf(chain);
    if (name === null) return builder.finish(builder.reasonWhenClosed);
    const order = orderOf(account, chain, name, builder.holdings.positions.get(name)!.quantity, params);
    builder.showBankruptcyPrices(new Map([[name, order.bankruptcyPrice]]));
    const isFillable = order.quantity < 0 ? order.price >= order.fillable : order.price <= order.fillable;
    if (!isFillable || order.fee < -params.maxInsuranceLost) return builder.finish('limit');
    const isAdded = builder.add({
      kind: 'close',
      trades: [{ instrument: name, quantity: order.quantity, price: order.price, fee: order.fee }],
      rule: `block ${block + 1}: ${Math.round((Math.abs(order.quantity) / order.held) * 1e4) / 100}% of the position`,
      afterMs: block * params.blockMs,
      limitPrices: new Map([[name, order.fillable]]),
    });
    if (!isAdded) return builder.finish('no-progress');
  }
  return builder.finish('no-progress');
}

/** The perpetual with the largest maintenance margin; of equal ones the first. */
function largestOf({ markets, subaccount }: DydxAccount): string | null {
  let best: string | null = null;
  let most = -1n;
  for (const [name, quantums] of subaccount.positions) {
    const { maintenance } = dydxPositionRisk(markets.get(name)!, quantums);
    if (quantums !== 0n && maintenance > most) [best, most] = [name, maintenance];
  }
  return best;
}

interface BlockOrder {
  readonly held: number;
  /** Signed contracts. */
  readonly quantity: number;
  readonly price: number;
  readonly fillable: number;
  readonly bankruptcyPrice: number;
  /** To the insurance fund; negative: from it. */
  readonly fee: number;
}

function orderOf(
  account: PlanningAccount,
  chain: DydxAccount,
  name: string,
  quantity: number,
  params: BlockLimitsParams,
): BlockOrder {
  const { markets, subaccount } = chain;
  const perpetual = markets.get(name)!;
  const { contractSize } = account.instrument(name);
  const perContract = baseQuantumsOf(contractSize, perpetual);
  const { lot } = account.costs(name);
  const quantums = dydxLiquidatable(perpetual, subaccount.positions.get(name)!, {
    maxPositionPortionPpm: params.maxPositionPortionPpm,
    minNotional: BigInt(Math.round(params.minPositionNotional * quoteUnit)),
    notionalLeft: BigInt(Math.round(params.maxNotional * quoteUnit)),
    step: BigInt(Math.max(Math.round(lot * perContract), 1)),
  });
  const side = quantity > 0 ? -1n : 1n;
  const delta = side * quantums;
  const fraction = dydxFillablePriceOf(markets, subaccount, name, delta, params);
  const bankruptcy = dydxBankruptcyPriceOf(markets, subaccount, name, delta);
  const isWhole = quantums >= abs(subaccount.positions.get(name)!);
  const traded = isWhole ? -quantity : Number(delta) / perContract;
  const { price } = account.estimate({ instrument: name, quantity: traded });
  const quote = BigInt(Math.round(-traded * contractSize * price * quoteUnit));
  // Quote per base quantum times quantums per coin: quote currency per base unit.
  const perCoin = perContract / contractSize / quoteUnit;
  return {
    held: Math.abs(quantity),
    quantity: traded,
    price,
    fillable: (Number(fraction.numerator) / Number(fraction.denominator)) * perCoin,
    bankruptcyPrice: Math.abs(Number(bankruptcy) / quoteUnit / (traded * contractSize)),
    fee: Number(dydxInsuranceFundDelta(quote, bankruptcy, params.maxLiquidationFeePpm)) / quoteUnit,
  };
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}
