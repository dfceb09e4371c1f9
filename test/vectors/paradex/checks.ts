import type { AccountMargin } from '../../../src/engine/account-margin.ts';
import { checkAbsolute, type Check } from '../check.ts';
import { expectedOf, fieldsOf, type Fields } from '../fields.ts';
import { amountOf, optionalAmount } from './inputs.ts';
import type { Portfolio, PortfolioMargins } from './portfolio.ts';

/** Of the stated value, and of the notional: amounts are differences of numbers of that size. */
const relativeTolerance = 1e-10;
const notionalTolerance = 1e-14;

/** A stated name and how our number is found. */
type Quantities = readonly (readonly [string, (margin: Amounts) => number])[];

/** Results of the engine; of an account that holds nothing, zeros. */
interface Amounts {
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
  readonly component: (name: string) => number;
}

function amountsOf(margin: AccountMargin | null | undefined): Amounts {
  if (margin === null || margin === undefined) return { initialMargin: 0, maintenanceMargin: 0, component: () => 0 };
  return { ...margin, component: (name) => margin.components[name] };
}

const of = (name: string) => ({ component }: Amounts): number => component(name);

const pmAmounts: Quantities = [
  ['IMR', ({ initialMargin }) => initialMargin],
  ['MMR', ({ maintenanceMargin }) => maintenanceMargin],
  ['spot_balance_margin', of('spotBalance')],
  ['worst_loss', of('scanRisk')],
  ['delta_min', of('deltaMinimum')],
  ['fund_p', of('fundingProvision')],
  ['fee_provision_imr', of('feeProvision')],
  ['fee_provision_mmr', of('positionFeeProvision')],
];

/** The engine has deltas in the account's currency; the file in coin. */
const pmDeltas: Quantities = [
  ['portfolio_delta', ({ component }) => component('positionDeltaValue') + component('orderDeltaValue')],
  ['position_delta', of('positionDeltaValue')],
  ['order_delta', of('orderDeltaValue')],
  ['maxL', of('longDeltaValue')],
  ['maxS', of('shortDeltaValue')],
  ['maxU', of('unhedgedDeltaValue')],
  ['hedged', of('hedgedDeltaValue')],
];

const xmAmounts: Quantities = [
  ['IMR', ({ initialMargin }) => initialMargin],
  ['MMR', ({ maintenanceMargin }) => maintenanceMargin],
  ['net_imr', of('netInitial')],
  ['net_mmr', of('netMaintenance')],
  ['fee_provision_imr', of('feeProvision')],
  ['fee_provision_mmr', of('positionFeeProvision')],
  ['open_loss', of('openLoss')],
  ['spot_balance_margin', of('spotBalance')],
];

const marketAmounts: Quantities = [
  ...xmAmounts,
  ['imr', ({ initialMargin }) => initialMargin],
  ['mmr', ({ maintenanceMargin }) => maintenanceMargin],
  ['open_notional', of('openNotional')],
];

/** In coin: the engine has open sizes at mark. */
const marketSizes: Quantities = [
  ['buy_open_size', of('buyOpenNotional')],
  ['sell_open_size', of('sellOpenNotional')],
  ['open_size', of('openNotional')],
];

export function checkPortfolio(portfolio: Portfolio, margins: PortfolioMargins): Check[] {
  const { fields, spot, notional } = portfolio;
  const expected = fieldsOf(fields['expected']);
  const ofPm = fieldsOf(expected['pm']);
  const ofXm = fieldsOf(expected['xm']);
  const pm = amountsOf(margins.pm);
  return [
    ...checkAll('PM', ofPm, pmAmounts, pm, 1, notional),
    ...checkAll('PM', ofPm, pmDeltas, pm, spot, notional),
    ...checkScenario(ofPm, margins.pm, notional),
    ...checkAll('XM', ofXm, xmAmounts, amountsOf(margins.xm), 1, notional),
    ...(margins.pm === null ? [] : checkAll('XM', ofXm, pmDeltas, pm, spot, notional)),
    ...Object.entries(fieldsOf(expected['xm_markets'])).flatMap(([name, stated]) => {
      const amounts = amountsOf(margins.markets.get(name));
      const mark = amountOf(fieldsOf(fieldsOf(fields['market_data'])[name]), 'mark_price');
      return [
        ...checkAll('XM market', fieldsOf(stated), marketAmounts, amounts, 1, notional),
        // A size times a mark of 0 says nothing about the size.
        ...(mark > 0 ? checkAll('XM market', fieldsOf(stated), marketSizes, amounts, mark, notional) : []),
      ];
    }),
  ];
}

/** Compares what is stated; `unit`: what one of the file's units is in the account's currency. */
function checkAll(
  label: string, stated: Fields, quantities: Quantities, amounts: Amounts, unit: number, notional: number,
): Check[] {
  return quantities.flatMap(([name, actual]) => {
    const expected = expectedOf(stated, name);
    if (expected === null) return [];
    const tolerance = relativeTolerance * expected.abs().toNumber() + (notionalTolerance * notional) / unit;
    const value = actual(amounts);
    return [checkAbsolute(`${label} ${name}`, value === 0 ? 0 : value / unit, expected, tolerance)];
  });
}

/**
 * The stated scenario must be one whose loss is the worst: two that lose the same are told apart by rounding errors
 * only. Where nothing is lost the file says scenario 0.
 */
function checkScenario(stated: Fields, margin: AccountMargin | null, notional: number): Check[] {
  const scenario = optionalAmount(stated, 'worst_idx');
  if (scenario === null || margin === null) return [];
  const loss = margin.components['scanRisk'];
  const tolerance = relativeTolerance * loss + notionalTolerance * notional;
  const ofStated = -(margin.scenarioPnl[scenario] ?? NaN);
  return [checkAbsolute('PM loss in worst_idx', ofStated > 0 ? ofStated : 0 * ofStated, loss, tolerance)];
}
