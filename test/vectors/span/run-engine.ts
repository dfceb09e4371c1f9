import { marginAccount, type AccountMargin } from '../../../src/engine/account-margin.ts';
import { span } from '../../../src/margin/span/model.ts';
import type { SpanContract, SpanParams } from '../../../src/margin/span/parameters.ts';
import { spanMarket } from '../../../src/span/span-market.ts';
import { CaseInputError } from '../fields.ts';

export interface Holding {
  readonly contract: SpanContract;
  readonly quantity: number;
}

/** Ticks the real engine (WASM) on one account; futures are entered at their price. */
export async function marginHoldings(params: SpanParams, holdings: readonly Holding[]): Promise<AccountMargin> {
  const netted = new Map<string, number>();
  for (const { contract, quantity } of holdings) {
    netted.set(contract.name, (netted.get(contract.name) ?? 0) + quantity);
  }
  const codes = new Set(holdings.map(({ contract }) => contract.combinedCommodity));
  // Only what the account can depend on: files have hundreds of thousands of contracts.
  const linked = params.interSpreads.filter(({ legs }) => legs.some((leg) => codes.has(leg.combinedCommodity)));
  const related = new Set([...codes, ...linked.flatMap(({ legs }) => legs.map((leg) => leg.combinedCommodity))]);
  const market = spanMarket({
    ...params,
    contracts: params.contracts.filter(({ combinedCommodity }) => related.has(combinedCommodity)),
  }).market;
  const priceOf = new Map(market.instruments.map(({ name }, index) => [name, market.forward[index]]));
  const results = await marginAccount({
    market,
    model: 'span',
    params,
    positions: [...netted]
      .filter(([, quantity]) => quantity !== 0)
      .map(([instrument, quantity]) => ({ instrument, quantity, entryPrice: entryPriceOf(priceOf.get(instrument)!) })),
    cash: { [currencyOf(params, holdings)]: 0 },
    kernels: 'wasm',
  });
  if (results.length === 0) return emptyResult(params);
  const result = results[0];
  if (results.length !== 1) throw new CaseInputError('input positions are in more than one currency');
  if (result.fault !== null) throw new CaseInputError(`the account is refused: ${result.fault}`);
  return result;
}

/** Everything has been closed out. */
function emptyResult({ scenarios }: SpanParams): AccountMargin {
  return {
    currency: '',
    equity: 0,
    initialMargin: 0,
    maintenanceMargin: 0,
    components: Object.fromEntries(span.resultComponents.map((name) => [name, 0])),
    worstScenario: -1,
    scenarioPnl: new Float64Array(scenarios.length),
    status: 'healthy',
    fault: null,
  };
}

/** Entry prices must be positive and play no part in a requirement. */
function entryPriceOf(price: number): number {
  return price > 0 ? price : 1;
}

function currencyOf({ combinedCommodities }: SpanParams, holdings: readonly Holding[]): string {
  const code = holdings[0]?.contract.combinedCommodity;
  return combinedCommodities.find((each) => each.code === code)?.currency ?? 'USD';
}

/** Losses by scenario: the opposite of the engine's P&L. */
export function lossesOf({ scenarioPnl }: AccountMargin): number[] {
  return Array.from(scenarioPnl, (pnl) => 0 - pnl);
}
