import type { Instrument } from '../../domain/instrument.ts';
import { yearMs, type Market, type MarketField } from '../../domain/market.ts';
import type { DeriveSrmMarket, DeriveSrmParams } from '../../margin/derive-srm/params.ts';
import { exact, maxOf, minOf, one, sum, zero, type Decimal } from '../decimal.ts';
import type { Breakdown, ReferenceAccount, ReferenceMargin, ReferenceModel, ReferenceResult } from './account.ts';
import { intrinsicValue } from '../black76.ts';
import { optionValue } from './derive/option-value.ts';
import {
  BadQuote,
  byExpiry,
  confidenceOf,
  heldPositions,
  lackingConfidence,
  line,
  type Held,
} from './derive/quotes.ts';

/** Derive standard margin in decimals: docs/models/derive-srm.md. */
export const referenceDeriveSrm: ReferenceModel<DeriveSrmParams> = (market, params) => (account) =>
  new Map([[params.currency, resultOf(market, params, account)]]);

function resultOf(market: Market, params: DeriveSrmParams, account: ReferenceAccount): ReferenceResult {
  try {
    const held = heldPositions(market, account);
    const refusal = refusalOf(held, params, account);
    if (refusal !== null) return { refusal };
    return marginOf(market, params, held, exact(account.cash.get(params.currency) ?? 0));
  } catch (cause) {
    if (cause instanceof BadQuote) return { refusal: cause.message };
    throw cause;
  }
}

const sections = { spot: 'base', perpetual: 'perp', option: 'option' } as const;
const neededQuotes: Readonly<Record<keyof typeof sections, readonly MarketField[]>> = {
  spot: ['indexConfidence', 'stablePrice'],
  perpetual: ['confidence', 'indexConfidence', 'stablePrice'],
  option: ['confidence', 'volatilityConfidence', 'indexConfidence', 'stablePrice'],
};

function refusalOf(held: readonly Held[], params: DeriveSrmParams, account: ReferenceAccount): string | null {
  if (account.orders.length > 0) return 'the account has open orders, which the model has no margin for';
  for (const { instrument } of held) {
    const reason = instrumentRefusal(instrument, params);
    if (reason !== null) return `${instrument.name}: ${reason}`;
  }
  for (const each of held) {
    const { kind } = each.instrument;
    if (kind !== 'future') for (const name of neededQuotes[kind]) each.quote(name);
  }
  const isShortBase = held.some(({ instrument, units }) => instrument.kind === 'spot' && units.isNegative());
  return isShortBase ? 'the account is short of a base asset, for which standard margin has no published rule' : null;
}

function instrumentRefusal(instrument: Instrument, params: DeriveSrmParams): string | null {
  if (instrument.payoff !== 'linear' || instrument.settlementCurrency !== params.currency) {
    return `only linear instruments settled in ${params.currency} are margined`;
  }
  if (instrument.exercise === 'american') return 'american exercise has no place in the model';
  if (instrument.kind === 'future') return 'dated futures have no margin rule in the parameters';
  const base = instrument.baseCurrency.toLowerCase();
  const section = params.markets.get(base)?.[sections[instrument.kind]] ?? null;
  return section === null ? `the parameters have no section markets.${base}.${sections[instrument.kind]}` : null;
}

/** What a perpetual, a base asset or the options of an expiry add to equity and to each requirement. */
interface Part {
  readonly label: string;
  readonly kind: 'option' | 'perp' | 'base';
  readonly value: Decimal;
  readonly maintenance: Decimal;
  readonly initial: Decimal;
  readonly depeg: Decimal;
  readonly oracle: Decimal;
  readonly notional: Decimal;
  readonly details: readonly Breakdown[];
}

function marketOf(params: DeriveSrmParams, { instrument }: Held): DeriveSrmMarket {
  return params.markets.get(instrument.baseCurrency.toLowerCase())!;
}

/** Charge per unit of spot notional while the stablecoin is below the threshold. */
function depegRate(params: DeriveSrmParams, held: Held): Decimal {
  const depeg = maxOf(exact(params.depeg.threshold).minus(held.quote('stablePrice')), zero);
  return depeg.times(exact(params.depeg.depegFactor));
}

function perpPart(params: DeriveSrmParams, held: Held): Part {
  const { perp, oracle } = marketOf(params, held);
  const size = held.units.abs().times(held.price);
  const notional = held.units.abs().times(held.spotPrice);
  const confidence = minOf(confidenceOf(held, 'confidence'), confidenceOf(held, 'indexConfidence'));
  return {
    label: held.instrument.name,
    kind: 'perp',
    value: held.units.times(held.price.minus(held.entryPrice)),
    maintenance: size.times(exact(perp!.mmPerpReq)),
    initial: size.times(exact(perp!.imPerpReq)),
    depeg: notional.times(depegRate(params, held)),
    oracle: notional.times(lackingConfidence(confidence, exact(oracle.perpThreshold))).times(exact(oracle.OCFactor)),
    notional: held.units.abs().times(maxOf(held.price, held.entryPrice)),
    details: [line('confidence', confidence)],
  };
}

function basePart(params: DeriveSrmParams, held: Held): Part {
  const { base, oracle } = marketOf(params, held);
  const value = held.units.times(held.price);
  const confidence = confidenceOf(held, 'indexConfidence');
  const counted = value.times(exact(base!.marginFactor));
  return {
    label: held.instrument.name,
    kind: 'base',
    value,
    maintenance: value.minus(counted),
    initial: value.minus(counted.times(exact(base!.IMScale))),
    depeg: zero,
    oracle: value.times(lackingConfidence(confidence, exact(oracle.baseThreshold))).times(exact(oracle.OCFactor)),
    notional: value,
    details: [line('counted for maintenance', counted), line('confidence', confidence)],
  };
}

/** Balances of one short option alone: negative. */
function isolated(held: Held, mark: Decimal, { option }: DeriveSrmMarket): { initial: Decimal; maintenance: Decimal } {
  const terms = option!;
  const spot = held.spotPrice;
  const strike = exact(held.instrument.strike!);
  const isCall = held.instrument.optionType === 'call';
  const outOfTheMoney = maxOf(isCall ? strike.minus(spot) : spot.minus(strike), zero);
  const share = maxOf(exact(terms.maxSpotReq).minus(outOfTheMoney.div(spot)), exact(terms.minSpotReq));
  const initial = mark.plus(share.times(spot).times(held.units));
  if (isCall) return { initial, maintenance: mark.plus(exact(terms.mmCallSpotReq).times(spot).times(held.units)) };
  const ofSpot = exact(terms.mmPutSpotReq).times(spot).times(held.units);
  const maintenance = mark.plus(minOf(ofSpot, exact(terms.MMPutMtMReq).times(mark)));
  return { initial: minOf(initial, exact(terms.mmOffsetScale).times(maintenance)), maintenance };
}

/** Payoff of all options at a settlement price. */
function payoffAt(options: readonly Held[], price: Decimal): Decimal {
  return sum(options.map(({ units, instrument }) =>
    units.times(intrinsicValue(price, exact(instrument.strike!), instrument.optionType!))));
}

function expiryPart(params: DeriveSrmParams, options: readonly Held[], asOfMs: number): Part {
  const market = marketOf(params, options[0]);
  const terms = market.option!;
  const years = maxOf(exact(options[0].instrument.expiryMs! - asOfMs), zero).div(yearMs);
  const marks = options.map((each) => each.units.times(
    optionValue(each.price, exact(each.instrument.strike!), each.volatility, years, each.instrument.optionType!),
  ));
  const shorts = options.flatMap((each, index) =>
    each.units.isNegative() ? [isolated(each, marks[index], market)] : [],
  );
  const prices = [zero, ...options.map(({ instrument }) => exact(instrument.strike!))];
  const worst = prices.map((price) => payoffAt(options, price)).reduce(minOf, zero);
  const calls = sum(options.filter(({ instrument }) => instrument.optionType === 'call').map(({ units }) => units));
  const unpaired = minOf(calls, zero).times(options[0].price);
  const balance = (alone: Decimal, scale: number): Decimal => maxOf(alone, worst.plus(exact(scale).times(unpaired)));
  const initial = balance(sum(shorts.map((each) => each.initial)), terms.unpairedIMScale);
  const maintenance = balance(sum(shorts.map((each) => each.maintenance)), terms.unpairedMMScale);
  const confidence = options.flatMap((each) => [
    confidenceOf(each, 'confidence'), confidenceOf(each, 'volatilityConfidence'), confidenceOf(each, 'indexConfidence'),
  ]).reduce(minOf, one);
  const short = sum(options.map(({ units }) => maxOf(units.negated(), zero)));
  const notional = short.times(options[0].spotPrice);
  const value = sum(marks);
  const lacking = lackingConfidence(confidence, exact(market.oracle.optionThreshold));
  return {
    label: `${options[0].instrument.baseCurrency} options ${new Date(options[0].instrument.expiryMs!).toISOString()}`,
    kind: 'option',
    value,
    maintenance: value.minus(maintenance),
    initial: value.minus(initial),
    depeg: notional.times(depegRate(params, options[0])),
    oracle: notional.times(lacking).times(exact(market.oracle.OCFactor)),
    notional: sum(
      options.map(({ units, price, instrument }) => units.abs().times(maxOf(price, exact(instrument.strike!)))),
    ),
    details: [
      line('isolated, initial', sum(shorts.map((each) => each.initial))),
      line('isolated, maintenance', sum(shorts.map((each) => each.maintenance))),
      line('worst payoff', worst),
      line('unpaired calls at the forward', unpaired),
      line('confidence', confidence),
    ],
  };
}

function marginOf(market: Market, params: DeriveSrmParams, held: readonly Held[], cash: Decimal): ReferenceMargin {
  const parts = [
    ...held.filter(({ instrument }) => instrument.kind === 'perpetual').map((each) => perpPart(params, each)),
    ...held.filter(({ instrument }) => instrument.kind === 'spot').map((each) => basePart(params, each)),
    ...byExpiry(held.filter(({ instrument }) => instrument.kind === 'option'))
      .map((options) => expiryPart(params, options, market.asOfMs)),
  ];
  const total = (kind: Part['kind'], name: 'initial' | 'maintenance'): Decimal =>
    sum(parts.filter((part) => part.kind === kind).map((part) => part[name]));
  const depegContingency = sum(parts.map(({ depeg }) => depeg));
  const oracleContingency = sum(parts.map(({ oracle }) => oracle));
  return {
    equity: sum([cash, ...parts.map(({ value }) => value)]),
    initialMargin: sum([...parts.map(({ initial }) => initial), depegContingency, oracleContingency]),
    maintenanceMargin: sum(parts.map(({ maintenance }) => maintenance)),
    components: new Map(Object.entries({
      optionMaintenance: total('option', 'maintenance'),
      optionInitial: total('option', 'initial'),
      perpMaintenance: total('perp', 'maintenance'),
      perpInitial: total('perp', 'initial'),
      baseMaintenance: total('base', 'maintenance'),
      baseInitial: total('base', 'initial'),
      depegContingency,
      oracleContingency,
    })),
    worstScenario: null,
    scale: sum([cash.abs(), ...parts.map(({ notional }) => notional)]),
    breakdown: [
      line('cash', cash),
      ...parts.map((part) => line(part.label, null, [
        line('value', part.value), line('maintenance margin', part.maintenance), line('initial margin', part.initial),
        line('depeg contingency', part.depeg), line('oracle contingency', part.oracle), ...part.details,
      ])),
    ],
  };
}
