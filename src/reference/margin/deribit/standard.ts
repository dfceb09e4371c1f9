import { riskGroupOf } from '../../../domain/instrument.ts';
import type { Market } from '../../../domain/market.ts';
import type { StandardParams } from '../../../margin/deribit/standard-params.ts';
import { type Decimal, exact, maxOf, sum, zero } from '../../decimal.ts';
import type { Breakdown, ReferenceMargin } from '../account.ts';
import { coinsOf, futureProfit, modelPrice, notionalOf, type Holding } from './holding.ts';

/** Standard margin of one position: docs/models/deribit-sm.md. Amounts are in the currency of the netting set. */
export interface StandardPosition {
  readonly currency: string;
  readonly futureInitial: Decimal;
  readonly futureMaintenance: Decimal;
  readonly optionInitial: Decimal;
  readonly optionMaintenance: Decimal;
  /** Worth of the options. */
  readonly optionValue: Decimal;
  /** What the position adds to the balance of its currency. */
  readonly balance: Decimal;
  readonly notional: Decimal;
  readonly breakdown: Breakdown;
}

/** `conversion`: units of the netting set's currency per unit of settlement currency. */
export function standardPosition(
  market: Market,
  params: StandardParams,
  holding: Holding,
  currency: string,
  conversion: Decimal,
): StandardPosition {
  const { instrument, quantity } = holding;
  const nothing = {
    currency,
    futureInitial: zero,
    futureMaintenance: zero,
    optionInitial: zero,
    optionMaintenance: zero,
    optionValue: zero,
    balance: zero,
    notional: notionalOf(holding).times(conversion),
  };
  const heading = { label: instrument.name, value: quantity.toString(), unit: 'contracts' };
  if (instrument.kind === 'spot') {
    const balance = quantity.times(holding.size).times(conversion);
    return { ...nothing, balance, breakdown: { ...heading, children: [line('balance', balance, currency)] } };
  }
  if (instrument.kind === 'option') {
    const { initial, maintenance, worth, steps } = optionMargin(market, params, holding);
    const short = quantity.isNegative() ? quantity.abs().times(conversion) : zero;
    return {
      ...nothing,
      optionInitial: short.times(initial),
      optionMaintenance: short.times(maintenance),
      optionValue: quantity.times(worth).times(conversion),
      breakdown: { ...heading, children: steps },
    };
  }
  const { initial, maintenance, steps } = futureMargin(params, holding);
  return {
    ...nothing,
    futureInitial: initial.times(conversion),
    futureMaintenance: maintenance.times(conversion),
    balance: futureProfit(holding).times(conversion),
    breakdown: { ...heading, children: steps },
  };
}

/** Rates rise with the coins of the position. In settlement currency. */
function futureMargin(params: StandardParams, holding: Holding) {
  const { instrument, forward, quantity } = holding;
  const rates = params.futures.get(riskGroupOf(instrument).name)!;
  const coins = coinsOf(holding).times(quantity.abs());
  const increase = exact(rates.ratePerCoin).times(coins);
  const initialRate = exact(rates.initialRate).plus(increase);
  const maintenanceRate = exact(rates.maintenanceRate).plus(increase);
  const amount = instrument.payoff === 'inverse' ? coins : coins.times(forward);
  const unit = instrument.settlementCurrency;
  const initial = initialRate.times(amount);
  const maintenance = maintenanceRate.times(amount);
  const steps = [
    line('size', coins, instrument.baseCurrency),
    line('initial rate', initialRate),
    line('maintenance rate', maintenanceRate),
    line('initial margin', initial, unit),
    line('maintenance margin', maintenance, unit),
    line('profit since entry', futureProfit(holding), unit),
  ];
  return { initial, maintenance, steps };
}

/** Of one short contract, and what the contract is worth; in settlement currency. */
function optionMargin(market: Market, params: StandardParams, holding: Holding) {
  const { instrument, forward, size } = holding;
  const rates = params.options.get(riskGroupOf(instrument).name)!;
  const unit = instrument.payoff === 'inverse' ? size : size.times(forward);
  const mark = markOf(market, holding).div(forward);
  const strike = exact(instrument.strike!);
  const isCall = instrument.optionType === 'call';
  const outOfTheMoney = maxOf(isCall ? strike.minus(forward) : forward.minus(strike), zero).div(forward);
  const maintenanceRate = exact(rates.maintenanceRate);
  const share = maxOf(exact(rates.initialRate).minus(outOfTheMoney), exact(rates.initialMinimum));
  const maintenance = (isCall ? maintenanceRate : maxOf(maintenanceRate, maintenanceRate.times(mark))).plus(mark);
  const initial = isCall ? share.plus(mark) : maxOf(share.plus(mark), maintenance);
  const currency = instrument.settlementCurrency;
  const steps = [
    line('underlying', forward, instrument.quoteCurrency),
    line('mark, share of the underlying', mark),
    line('out of the money, share of the underlying', outOfTheMoney),
    line('initial margin of one short contract', initial.times(unit), currency),
    line('maintenance margin of one short contract', maintenance.times(unit), currency),
  ];
  return { initial: initial.times(unit), maintenance: maintenance.times(unit), worth: mark.times(unit), steps };
}

/** Quote currency per base unit: the market's mark, else Black-76. */
function markOf(market: Market, holding: Holding): Decimal {
  const quoted = market.fields?.get('markPrice')?.[holding.instrumentIndex] ?? NaN;
  return Number.isNaN(quoted) ? modelPrice(market, holding).price : exact(quoted);
}

/** One netting set. `haircuts`: by currency; null where the model has none. */
export function standardMargin(
  currency: string,
  positions: readonly StandardPosition[],
  cash: Decimal,
  haircuts: ReadonlyMap<string, Decimal> | null,
): ReferenceMargin {
  const total = (amountOf: (position: StandardPosition) => Decimal): Decimal => sum(positions.map(amountOf));
  const balances = new Map<string, Decimal>();
  for (const each of positions) {
    balances.set(each.currency, (balances.get(each.currency) ?? zero).plus(each.balance));
  }
  const cuts = [...balances].map(([name, balance]) => ({
    name,
    cut: (haircuts?.get(name) ?? zero).times(maxOf(balance, zero)),
  }));
  const haircut = sum(cuts.map(({ cut }) => cut));
  const components = new Map([
    ['futuresInitialMargin', total(({ futureInitial }) => futureInitial)],
    ['futuresMaintenanceMargin', total(({ futureMaintenance }) => futureMaintenance)],
    ['optionsInitialMargin', total(({ optionInitial }) => optionInitial)],
    ['optionsMaintenanceMargin', total(({ optionMaintenance }) => optionMaintenance)],
    ['optionValue', total(({ optionValue }) => optionValue)],
    ['addOn', zero],
  ]);
  if (haircuts !== null) components.set('haircut', haircut);
  const amount = (name: string): Decimal => components.get(name)!;
  const equity = cash.plus(sum(balances.values()));
  const initialMargin = amount('futuresInitialMargin').plus(amount('optionsInitialMargin')).plus(haircut);
  const maintenanceMargin = amount('futuresMaintenanceMargin').plus(amount('optionsMaintenanceMargin'));
  const scale = cash.abs().plus(total(({ notional }) => notional));
  return {
    equity,
    initialMargin,
    maintenanceMargin,
    components,
    worstScenario: null,
    scale,
    breakdown: [
      { label: 'positions', value: null, children: positions.map(({ breakdown }) => breakdown) },
      {
        label: 'equity (margin balance, without the worth of options)',
        value: equity.toString(),
        unit: currency,
        evidence: 'confirmed',
        children: [
          line('cash', cash, currency),
          ...[...balances].map(([name, balance]) => line(`balance of ${name}`, balance, currency)),
          line('worth of options, not part of it', amount('optionValue'), currency),
        ],
      },
      ...cuts.filter(({ cut }) => !cut.isZero()).map(({ name, cut }) => line(`haircut of ${name}`, cut, currency)),
      line('initial margin', initialMargin, currency),
      line('maintenance margin', maintenanceMargin, currency),
    ],
  };
}

function line(label: string, value: Decimal, unit?: string): Breakdown {
  return { label, value: value.toString(), ...(unit === undefined ? {} : { unit }) };
}

