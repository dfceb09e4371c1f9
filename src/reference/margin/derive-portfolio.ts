import type { Instrument } from '../../domain/instrument.ts';
import type { Market, MarketField } from '../../domain/market.ts';
import type { DeriveManager, DerivePortfolioParams } from '../../margin/derive-portfolio/terms.ts';
import { exact, maxOf, minOf, one, sum, zero, type Decimal } from '../decimal.ts';
import type { Breakdown, ReferenceAccount, ReferenceMargin, ReferenceModel, ReferenceResult } from './account.ts';
import {
  BadQuote,
  byExpiry,
  confidenceOf,
  heldPositions,
  lackingConfidence,
  line,
  type Held,
} from './derive/quotes.ts';
import { expiryTerms, expiryValue, type ExpiryTerms } from './derive/scenario-terms.ts';

/**
 * Derive portfolio margin in decimals, both versions: docs/models/derive-pmrm.md and docs/models/derive-pmrm1.md. The
 * margin function in the order of those pages, one list per step.
 */
export const referenceDerivePortfolio: ReferenceModel<DerivePortfolioParams> = (market, params) => (account) =>
  new Map([[params.currency, resultOf(market, params, account)]]);

function resultOf(market: Market, params: DerivePortfolioParams, account: ReferenceAccount): ReferenceResult {
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

const isCollateral = ({ instrument }: Held): boolean => instrument.kind === 'spot';
const baseOf = (instrument: Instrument): string => instrument.baseCurrency.toLowerCase();

/** Instruments first, then the account as a whole: the order in which the engine refuses. */
function refusalOf(held: readonly Held[], params: DerivePortfolioParams, account: ReferenceAccount): string | null {
  if (account.orders.length > 0) return 'the account has open orders, which the model has no margin for';
  for (const { instrument } of held) {
    const reason = instrumentRefusal(instrument, params);
    if (reason !== null) return `${instrument.name}: ${reason}`;
  }
  for (const each of held) for (const name of neededQuotes(each.instrument)) each.quote(name);
  const underlyings = new Set(held.filter((each) => !isCollateral(each)).map(({ instrument }) => baseOf(instrument)));
  if (underlyings.size > 1) {
    return (
      'the account holds options or perpetuals of two underlyings, ' +
      'which one risk manager does not margin together'
    );
  }
  const manager = managerOf(held, params);
  for (const each of held.filter(isCollateral)) {
    if (!manager.collateral.has(baseOf(each.instrument))) {
      return 'the account holds a collateral that the risk manager of its underlying does not take';
    }
    if (each.quantity.isNegative()) {
      return 'the account is short of a collateral, which the risk manager does not allow';
    }
  }
  return null;
}

function instrumentRefusal(instrument: Instrument, params: DerivePortfolioParams): string | null {
  if (instrument.payoff !== 'linear' || instrument.settlementCurrency !== params.currency) {
    return `only linear instruments settled in ${params.currency} are margined`;
  }
  if (instrument.exercise === 'american') return 'american exercise has no place in the model';
  if (instrument.kind === 'future') return 'dated futures have no margin rule in the parameters';
  if (instrument.kind === 'spot') {
    const taken = [...params.managers.values()].some(({ collateral }) => collateral.has(baseOf(instrument)));
    return taken ? null : `no risk manager takes ${instrument.baseCurrency} as collateral`;
  }
  const base = baseOf(instrument);
  return params.managers.has(base) ? null : `the parameters have no section managers.${base}`;
}

function neededQuotes({ kind }: Instrument): readonly MarketField[] {
  if (kind === 'spot') return ['confidence', 'stablePrice'];
  if (kind === 'perpetual') return ['confidence', 'indexConfidence', 'stablePrice'];
  return ['confidence', 'indexConfidence', 'stablePrice', 'volatilityConfidence', 'rateConfidence', 'interestRate'];
}

/**
 * Of the options and perpetuals. An account without any belongs to `collateralOnlyManager` or, if that does not take
 * all its collateral, to the first manager that does.
 */
function underlyingOf(held: readonly Held[], params: DerivePortfolioParams): string {
  const derivative = held.find((each) => !isCollateral(each));
  if (derivative !== undefined) return baseOf(derivative.instrument);
  const candidates = [params.collateralOnlyManager, ...params.managers.keys()];
  const takesAll = (name: string): boolean =>
    held.every(({ instrument }) => params.managers.get(name)!.collateral.has(baseOf(instrument)));
  return candidates.find(takesAll) ?? params.collateralOnlyManager;
}

function managerOf(held: readonly Held[], params: DerivePortfolioParams): DeriveManager {
  return params.managers.get(underlyingOf(held, params))!;
}

/** Quotes of the manager's underlying, wherever in the market they stand. */
interface Underlying {
  readonly stablePrice: Decimal;
  readonly confidence: Decimal;
}

/** The one value of a quote on several instruments. Throws `BadQuote` if there is none or more than one. */
function agreedQuote(market: Market, name: MarketField, applies: (instrument: Instrument) => boolean): Decimal {
  const column = market.fields?.get(name);
  const values = new Set(market.instruments.flatMap((instrument, index) => {
    const value = column?.[index] ?? NaN;
    return applies(instrument) && !Number.isNaN(value) ? [value] : [];
  }));
  const [value] = values;
  if (values.size !== 1 || !Number.isFinite(value)) {
    throw new BadQuote(`the market has ${values.size} values of ${name}`);
  }
  return exact(value);
}

function underlyingQuotes(market: Market, base: string): Underlying {
  const confidence = agreedQuote(market, 'indexConfidence', (instrument) => baseOf(instrument) === base);
  if (confidence.lessThan(0) || confidence.greaterThan(1)) throw new BadQuote('indexConfidence is outside [0, 1]');
  return { stablePrice: agreedQuote(market, 'stablePrice', () => true), confidence };
}

/** One expiry: its mark, its P&L in every scenario, and its charges. */
interface ExpiryMargin {
  readonly label: string;
  readonly terms: ExpiryTerms;
  readonly mark: Decimal;
  readonly pnl: readonly Decimal[];
  readonly basis: Decimal;
  readonly nakedShorts: Decimal;
  /** Notional times lacking confidence. */
  readonly oracle: Decimal;
  readonly notional: Decimal;
}

function expiryMargin(
  options: readonly Held[],
  asOfMs: number,
  manager: DeriveManager,
  confidence: Decimal,
): ExpiryMargin {
  const terms = expiryTerms(options[0], asOfMs, manager);
  const value = (spotShock: number, volShock: 'Up' | 'None' | 'Down' | 'Linear' | 'Abs'): Decimal =>
    expiryValue(options, terms, manager, { spotShock, volShock }).times(terms.discount);
  const mark = value(1, 'None');
  const pnl = manager.scenarios.map(({ spotShock, volShock }) => {
    const shocked = value(spotShock, volShock);
    const change = shocked.times(shocked.isNegative() ? terms.negative : terms.positive).minus(mark);
    return volShock === 'Linear' || volShock === 'Abs' ? change.abs().negated() : change;
  });
  const { scenarioSpotUp, scenarioSpotDown } = manager.basisContingency;
  const worse = minOf(value(scenarioSpotUp, 'None').minus(mark), value(scenarioSpotDown, 'None').minus(mark));
  const least = options.reduce((lowest, option) => [
    confidenceOf(option, 'confidence'),
    confidenceOf(option, 'volatilityConfidence'),
    confidenceOf(option, 'rateConfidence'),
  ].reduce(minOf, lowest), confidence);
  const notional = sum(options.map(({ units, spotPrice }) => units.abs().times(spotPrice)));
  return {
    label: new Date(options[0].instrument.expiryMs!).toISOString(),
    terms,
    mark,
    pnl,
    basis: minOf(worse, zero).times(terms.basisFactor),
    nakedShorts: nakedShorts(options),
    oracle: notional.times(lackingConfidence(least, exact(manager.otherContingency.confThreshold))),
    notional,
  };
}

/** Per strike, calls and puts net: what is short beyond that is naked. */
function nakedShorts(options: readonly Held[]): Decimal {
  const net = new Map<number, Decimal>();
  for (const { instrument, units } of options) {
    net.set(instrument.strike!, (net.get(instrument.strike!) ?? zero).plus(units));
  }
  return sum([...net.values()].map((units) => maxOf(units.negated(), zero)));
}

/** Everything about perpetuals and collateral. */
interface LinearMargin {
  readonly value: Decimal;
  /** What a spot move multiplies. */
  readonly exposure: Decimal;
  readonly perpetuals: Decimal;
  readonly haircut: Decimal;
  readonly haircutInitial: Decimal;
  readonly oracle: Decimal;
  readonly confidence: Decimal;
  readonly notional: Decimal;
}

function linearMargin(held: readonly Held[], manager: DeriveManager, quotes: Underlying): LinearMargin {
  const threshold = exact(manager.otherContingency.confThreshold);
  const perpetuals = held.filter(({ instrument }) => instrument.kind === 'perpetual');
  const confidence = perpetuals.map((each) => confidenceOf(each, 'confidence')).reduce(minOf, quotes.confidence);
  const collateral = held.filter(isCollateral).map((each) => {
    const terms = manager.collateral.get(baseOf(each.instrument))!;
    const value = each.units.times(each.price).div(quotes.stablePrice);
    // The first version charges on the spot value, before the stable price.
    const charged = manager.factorsContingency ? each.units.times(each.price) : value;
    const own = minOf(confidenceOf(each, 'confidence'), quotes.confidence);
    return { value, charged, terms, oracle: charged.times(lackingConfidence(own, threshold)) };
  });
  const spotValue = sum(perpetuals.map(({ units, spotPrice }) => units.abs().times(spotPrice)));
  return {
    value: sum([
      ...perpetuals.map(({ units, price, entryPrice }) => units.times(price.minus(entryPrice))),
      ...collateral.map(({ value }) => value),
    ]),
    exposure: sum([
      ...perpetuals.map(({ units, price }) => units.times(price)),
      ...collateral.filter(({ terms }) => terms.isRiskCancelling).map(({ value }) => value),
    ]),
    perpetuals: spotValue,
    haircut: sum(collateral.map(({ charged, terms }) => charged.times(exact(terms.MMHaircut)))),
    haircutInitial: sum(collateral.map(({ charged, terms }) => charged.times(exact(terms.IMHaircut)))),
    oracle: sum([
      spotValue.times(lackingConfidence(confidence, threshold)),
      ...collateral.map(({ oracle }) => oracle),
    ]),
    confidence,
    notional: sum([
      ...perpetuals.map(({ units, price, entryPrice }) => units.abs().times(maxOf(price, entryPrice))),
      ...collateral.map(({ value }) => value),
    ]),
  };
}

function marginOf(
  market: Market,
  params: DerivePortfolioParams,
  held: readonly Held[],
  cash: Decimal,
): ReferenceMargin {
  if (held.length === 0) return emptyMargin(cash);
  const base = underlyingOf(held, params);
  const manager = params.managers.get(base)!;
  const { margin, otherContingency: other } = manager;
  const quotes = underlyingQuotes(market, base);
  const linear = linearMargin(held, manager, quotes);
  const options = byExpiry(held.filter(({ instrument }) => instrument.kind === 'option'));
  const expiries = options.map((each) => expiryMargin(each, market.asOfMs, manager, linear.confidence));
  const pnl = manager.scenarios.map(({ spotShock, dampeningFactor }, index) =>
    sum(expiries.map((each) => each.pnl[index]))
      .plus(linear.exposure.times(exact(spotShock).minus(one)))
      .times(exact(dampeningFactor)));
  const basis = sum(expiries.map((each) => each.basis));
  const least = [basis, ...pnl].reduce(minOf, zero);
  const spot = held.find((each) => !isCollateral(each))?.spotPrice ?? zero;
  const naked = sum(expiries.map((each) => each.nakedShorts)).times(spot);
  const charges = {
    perpContingency: linear.perpetuals.times(exact(other.MMPerpPercent)),
    perpContingencyInitial: linear.perpetuals.times(exact(other.IMPerpPercent)),
    optionContingency: naked.times(exact(other.MMOptionPercent)),
    optionContingencyInitial: naked.times(exact(other.IMOptionPercent)),
    collateralHaircut: linear.haircut,
    collateralHaircutInitial: linear.haircutInitial,
    oracleContingency: sum([linear.oracle, ...expiries.map((each) => each.oracle)]).times(exact(other.confMargin)),
  };
  const depeg = maxOf(exact(other.pegLossThreshold).minus(quotes.stablePrice), zero);
  const factor = exact(margin.imFactor).plus(depeg.times(exact(other.pegLossFactor)));
  const maintained = sum([charges.perpContingency, charges.optionContingency, charges.collateralHaircut]);
  const added = sum([
    charges.perpContingencyInitial, charges.optionContingencyInitial, charges.collateralHaircutInitial,
    charges.oracleContingency,
  ]);
  const equity = sum([linear.value, ...expiries.map(({ mark }) => mark), cash]);
  const worst = least.isZero() ? null : pnl.findIndex((each) => each.equals(least));
  return {
    equity,
    initialMargin: manager.factorsContingency
      ? maintained.minus(least).times(factor).plus(added)
      : least.negated().times(factor).plus(maintained).plus(added),
    maintenanceMargin: maintained.minus(least.times(exact(margin.mmFactor))),
    components: new Map(Object.entries({
      scenarioLoss: least.negated(), basisContingency: basis.negated(), ...charges, initialFactor: factor,
    })),
    worstScenario: worst === -1 ? basisIndex(params) : worst,
    scale: scaleOf(held, linear, cash),
    breakdown: breakdownOf({ base, quotes, manager, linear, expiries, pnl, basis, least, charges, factor, equity }),
  };
}

/** The basis contingency counts as the scenario after the manager's last: the venue numbers it so. */
function basisIndex({ managers }: DerivePortfolioParams): number {
  return Math.max(...[...managers.values()].map(({ scenarios }) => scenarios.length));
}

/** Perpetuals and collateral, options at the larger of their forward and strike, and cash. */
function scaleOf(held: readonly Held[], linear: LinearMargin, cash: Decimal): Decimal {
  const options = held
    .filter(({ instrument }) => instrument.kind === 'option')
    .map(({ units, price, instrument }) => units.abs().times(maxOf(price, exact(instrument.strike!))));
  return sum([linear.notional, ...options, cash.abs()]);
}

/** Cash alone: nothing to shock, and no quote is needed. */
function emptyMargin(cash: Decimal): ReferenceMargin {
  const names = [
    'scenarioLoss', 'basisContingency', 'perpContingency', 'perpContingencyInitial', 'optionContingency',
    'optionContingencyInitial', 'collateralHaircut', 'collateralHaircutInitial', 'oracleContingency', 'initialFactor',
  ];
  return {
    equity: cash,
    initialMargin: zero,
    maintenanceMargin: zero,
    components: new Map(names.map((name) => [name, zero])),
    worstScenario: null,
    scale: cash.abs(),
    breakdown: [line('equity', cash)],
  };
}

interface BreakdownTerms {
  readonly base: string;
  readonly quotes: Underlying;
  readonly manager: DeriveManager;
  readonly linear: LinearMargin;
  readonly expiries: readonly ExpiryMargin[];
  readonly pnl: readonly Decimal[];
  readonly basis: Decimal;
  readonly least: Decimal;
  readonly charges: Readonly<Record<string, Decimal>>;
  readonly factor: Decimal;
  readonly equity: Decimal;
}

function breakdownOf(terms: BreakdownTerms): readonly Breakdown[] {
  const { base, quotes, manager, linear, expiries, pnl, basis, least, charges, factor, equity } = terms;
  return [
    line('risk manager', base, [
      line('stable price', quotes.stablePrice),
      line('confidence in spot', quotes.confidence),
      line('initial factor, depeg included', factor),
      line('maintenance factor', exact(manager.margin.mmFactor)),
    ]),
    line('equity', equity, [
      line('perpetuals since entry, and collateral', linear.value),
      ...expiries.map(({ label, mark }) => line(`options ${label}`, mark)),
    ]),
    line('perpetuals and risk-cancelling collateral, value that a spot move multiplies', linear.exposure),
    ...expiries.map(expiryBreakdown),
    line('scenarios', null, manager.scenarios.map(({ spotShock, volShock, dampeningFactor }, index) =>
      line(`${index}: spot x ${spotShock}, volatility ${volShock}, dampening ${dampeningFactor}`, pnl[index]))),
    line('basis contingency', basis),
    line('least of basis contingency and scenarios', least),
    line('contingencies', null, Object.entries(charges).map(([name, value]) => line(name, value))),
  ];
}

function expiryBreakdown({ label, terms, mark, basis, nakedShorts: naked, oracle }: ExpiryMargin): Breakdown {
  return line(`expiry ${label}`, null, [
    line('years', terms.years),
    line('rate, floored at 0', terms.rate),
    line('mark discount', terms.discount),
    line('multiplier of a positive value', terms.positive),
    line('multiplier of a negative value', terms.negative),
    line('volatility multiplier up', terms.up),
    line('volatility multiplier down', terms.down),
    line('mark', mark),
    line('share of the basis move', terms.basisFactor),
    line('basis contingency', basis),
    line('naked shorts, base units', naked),
    line('notional times lacking confidence', oracle),
  ]);
}
