import { numberField, type Section } from '../../margin/fields.ts';
import { driftBaseToCover, driftLiquidationFee, driftMaxLiquidatedPart, driftPerpInsuranceFee } from '../drift.ts';
import { closing, PlanBuilder, type StepRequest } from '../plan-builder.ts';
import type { LiquidationPlan } from '../plan.ts';
import type { PlanningAccount } from '../planning-account.ts';
import { maintenanceAlone, portfolioBankruptcy } from '../portfolio-bankruptcy.ts';
import { byMaintenanceShare } from './takeover.ts';

/** A liquidator takes as much of a position as covers the shortage, at a price that leaves him a fee (Drift v2). */
export interface ClosedFormTransferParams {
  /** 1e-6 of the oracle price. */
  readonly liquidatorFee: number;
  readonly liquidatorFeeMax: number;
  readonly insuranceFeeMax: number;
  /** Added to margin ratios while an account is liquidated, 1/10,000. */
  readonly marginBuffer: number;
  /** Part of the shortage at once, 1/10,000; all of it after `durationSlots`. */
  readonly initialPart: number;
  readonly durationSlots: number;
  readonly slotMs: number;
  /** Slots between the calls of liquidators that the plan reckons with. */
  readonly callEverySlots: number;
}

export function parseClosedFormTransfer(fields: Section, path: string): ClosedFormTransferParams {
  const upTo = (name: string, max: number, min = 0): number => numberField(fields, name, path, { min, max });
  return {
    liquidatorFee: upTo('liquidatorFee', 1e6),
    liquidatorFeeMax: upTo('liquidatorFeeMax', 1e6),
    insuranceFeeMax: upTo('insuranceFeeMax', 1e6),
    marginBuffer: upTo('marginBuffer', 1e4),
    initialPart: upTo('initialPart', 1e4),
    durationSlots: upTo('durationSlots', 1e9),
    slotMs: upTo('slotMs', 1e6, 1),
    callEverySlots: upTo('callEverySlots', 1e9, 1),
  };
}

/** Calls that a plan reckons with. */
const callsMax = 1_000;
const quoteUnit = 1e6;
const baseUnit = 1e9;
const ratioUnit = 1e4;
const feeUnit = 1e6;

export function planClosedFormTransfer(account: PlanningAccount, params: ClosedFormTransferParams): LiquidationPlan {
  const builder = new PlanBuilder(account, 'closed-form-transfer');
  if (!builder.isOpen) return builder.finish('fault');
  const prices = portfolioBankruptcy(account, builder.holdings);
  builder.showBankruptcyPrices(new Map(prices.map(({ instrument, price }) => [instrument, price] as const)));
  let slot = 0;
  let freed = 0n;
  for (let call = 0; call < callsMax; call++, slot += params.callEverySlots) {
    const shortage = shortageOf(builder, params);
    if (shortage === 0n) break;
    const name = byMaintenanceShare(prices).find(({ instrument }) =>
      builder.holdings.positions.has(instrument),
    )?.instrument;
    if (name === undefined) return builder.finish(builder.reasonWhenClosed);
    if (!builder.add(transfer(account, builder, name, shortage, freed, slot, params)))
      return builder.finish('no-progress');
    const left = shortageOf(builder, params);
    freed += shortage > left ? shortage - left : 0n;
  }
  return builder.finish('limit');
}

/** What is missing to the target with the buffer, quote units. */
function shortageOf(builder: PlanBuilder, { marginBuffer }: ClosedFormTransferParams): bigint {
  const { account, holdings } = builder;
  const notional = account
    .closable(holdings)
    .reduce((sum, name) => sum + account.notional(name, holdings.positions.get(name)!.quantity), 0);
  const missing = builder.shortfall + (notional * marginBuffer) / ratioUnit;
  return missing > 0 ? BigInt(Math.ceil(missing * quoteUnit)) : 0n;
}

/** One call of a liquidator, `slot` slots after the account became liquidatable. */
function transfer(
  account: PlanningAccount,
  builder: PlanBuilder,
  name: string,
  marginShortage: bigint,
  marginFreed: bigint,
  slot: number,
  params: ClosedFormTransferParams,
): StepRequest {
  const { quantity } = builder.holdings.positions.get(name)!;
  const { contractSize } = account.instrument(name);
  const mark = account.mark(name);
  const ratio = maintenanceAlone(account, builder.holdings, name) / account.notional(name, quantity);
  const fee = driftLiquidationFee(params.liquidatorFee, params.liquidatorFeeMax, 0, slot);
  const baseAmount = BigInt(Math.round(Math.abs(quantity) * contractSize * baseUnit));
  const terms = {
    marginShortage,
    marginRatio: BigInt(Math.round(ratio * ratioUnit) + params.marginBuffer),
    oraclePrice: BigInt(Math.round(mark * quoteUnit)),
    quoteOraclePrice: BigInt(quoteUnit),
  };
  const insuranceFee = driftPerpInsuranceFee({
    ...terms,
    baseAmount,
    liquidatorFee: BigInt(fee),
    maxFee: BigInt(params.insuranceFeeMax),
  });
  const cover = driftBaseToCover({ ...terms, liquidationFee: BigInt(fee), insuranceFee });
  const part = driftMaxLiquidatedPart({
    marginShortage,
    marginFreed,
    lastActiveSlot: 0n,
    slot: BigInt(slot),
    initialPart: BigInt(params.initialPart),
    duration: BigInt(params.durationSlots),
  });
  const allowed = (cover * part) / BigInt(ratioUnit);
  const base = allowed < baseAmount ? allowed : baseAmount;
  const { lot } = account.costs(name);
  const exact = Number(base) / baseUnit / contractSize;
  const contracts = base === baseAmount ? Math.abs(quantity) : lot > 0 ? Math.ceil(exact / lot - 1e-9) * lot : exact;
  const trade = closing(builder.holdings, name, contracts);
  const price = mark * (1 + (Math.sign(trade.quantity) * fee) / feeUnit);
  const feeAmount = (account.notional(name, trade.quantity) * Number(insuranceFee)) / feeUnit;
  const rule = `${Number(part) / 100}% of the shortage may go, insurance fee ${insuranceFee} ppm`;
  return { kind: 'transfer', trades: [{ ...trade, price, fee: feeAmount }], rule, afterMs: slot * params.slotMs };
}
