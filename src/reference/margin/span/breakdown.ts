import type { SpanParams, SpanScenario } from '../../../margin/span/parameters.ts';
import type { Decimal } from '../../decimal.ts';
import type { Breakdown } from '../account.ts';
import type { FormedSpread, HeldCommodity } from './commodity.ts';

/** Steps 8 to 10 of one combined commodity. */
export interface CommodityRequirement {
  readonly commodity: HeldCommodity;
  /** Scan risk and charges less credits. */
  readonly risk: Decimal;
  readonly shortOptionMinimum: Decimal;
  readonly requirement: Decimal;
  readonly initial: Decimal;
  readonly longValue: Decimal;
  readonly shortValue: Decimal;
  /** Net option value that counts, against the maintenance and the initial requirement. */
  readonly value: Decimal;
  readonly initialValue: Decimal;
}

/** A combined commodity for `explain`, in the order of combination. */
export function commodityBreakdown(requirement: CommodityRequirement, params: SpanParams): Breakdown {
  const { commodity } = requirement;
  const { definition, overall } = commodity;
  const unit = definition.currency;
  const amount = (label: string, value: Decimal, evidence?: Breakdown['evidence'], children?: readonly Breakdown[]): Breakdown => ({
    label,
    value: value.toString(),
    unit,
    ...(evidence === undefined ? {} : { evidence }),
    ...(children === undefined || children.length === 0 ? {} : { children }),
  });
  const spreads = (list: readonly FormedSpread[]): Breakdown[] =>
    list.map(({ label, count, amount: value }) => amount(`${label}, ${count.toSignificantDigits(15).toString()} formed`, value));
  return {
    label: `combined commodity ${definition.code}`,
    value: null,
    children: [
      { label: 'positions', value: null, children: commodity.held.map((held) => positionOf(held, overall.active, unit)) },
      { label: 'losses by scenario', value: null, children: lossesOf(commodity, params.scenarios, unit) },
      amount('scan risk', commodity.scanRisk, 'confirmed', [
        { label: 'active scenario', value: String(overall.active + 1) },
        ...(commodity.isMerged ? [{ label: 'its losses are in the target of a scanning-based spread', value: null }] : []),
        ...(commodity.isTarget ? [{ label: 'joint losses of a scanning-based spread', value: null }] : []),
      ]),
      amount('intracommodity spread charge', commodity.intra, 'confirmed', spreads(commodity.formed)),
      amount('delivery charge', commodity.spot, 'stated'),
      amount('weighted futures price risk', overall.weighted, 'stated', [
        amount('volatility-adjusted scan risk', overall.volatilityAdjusted),
        amount('time risk', overall.timeRisk),
        amount('price risk', overall.priceRisk),
        { label: 'net delta', value: commodity.netDelta.toString() },
      ]),
      amount('intercommodity spread credit', commodity.inter, 'confirmed', spreads(commodity.credits)),
      { label: 'delta remaining', value: commodity.remaining.toString() },
      amount('risk', requirement.risk),
      amount('short option minimum', requirement.shortOptionMinimum, 'stated'),
      amount('risk requirement', requirement.requirement, 'confirmed'),
      amount('long option value', requirement.longValue, 'confirmed'),
      amount('short option value', requirement.shortValue, 'confirmed'),
      amount('net option value that counts', requirement.value, 'confirmed'),
      { label: 'contracts without a settlement price', value: commodity.contractsWithoutPrice().toString() },
      amount('maintenance requirement less net option value', requirement.requirement.minus(requirement.value)),
      amount('initial requirement less net option value', requirement.initial.minus(requirement.initialValue), 'stated'),
    ],
  };
}

function positionOf({ quantity, risk }: HeldCommodity['held'][number], active: number, unit: string): Breakdown {
  return {
    label: `${quantity.toString()} ${risk.contract.name}`,
    value: null,
    children: [
      { label: 'delta', value: quantity.times(risk.delta).toString() },
      { label: 'loss in the active scenario', value: quantity.times(risk.losses[active]).toString(), unit },
    ],
  };
}

function lossesOf(commodity: HeldCommodity, scenarios: readonly SpanScenario[], unit: string): Breakdown[] {
  return commodity.losses.map((loss, index) => {
    const { priceMove, volatilityMove, isExtreme } = scenarios[index];
    const volatility = volatilityMove > 0 ? 'volatility up' : volatilityMove < 0 ? 'volatility down' : 'volatility unchanged';
    const price = isExtreme ? `extreme ${priceMove < 0 ? 'down' : 'up'}` : `price ${priceMove.toFixed(4)} of the range`;
    return { label: `${index + 1}: ${price}, ${volatility}`, value: loss.toString(), unit };
  });
}
