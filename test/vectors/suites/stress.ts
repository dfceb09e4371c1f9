import type { Instrument } from '../../../src/domain/instrument.ts';
import type { Market } from '../../../src/domain/market.ts';
import { MargridError } from '../../../src/errors.ts';
import { black76Input, black76Price } from '../../../src/reference/black76.ts';
import { Revaluation } from '../../../src/revaluation/revaluation.ts';
import type { FactorChange, FactorKind, ScenarioSet } from '../../../src/scenario/scenario-set.ts';
import { checkAbsolute, type Check } from '../check.ts';
import { Decimal } from '../decimal.ts';
import { CaseInputError, fieldsOf, isFields, listOf, textOf, type Fields } from '../fields.ts';
import { caseOf, type Suite } from '../suite.ts';
import { rootOf } from '../table.ts';

/** Of the values held: a product, two sums and a difference in doubles. */
const linearTolerance = 2 ** -50;
/** Of the forward: Black-76 twice, each within some roundings of it. */
const optionTolerance = 1e-14;

const price = 100;
const asOfMs = Date.UTC(2026, 0, 1);
const expiryMs = asOfMs + 365 * 86_400_000;
/** What a book holds of each underlying: kind of instrument, quantity, contract size. */
const holdings = [
  { kind: 'spot', quantity: 7, contractSize: 1 },
  { kind: 'future', quantity: -3, contractSize: 10 },
  { kind: 'perpetual', quantity: 0.5, contractSize: 0.1 },
] as const;

const isScenario = (value: unknown): boolean => isFields(value) && 'date' in value && isFields(value['shocks']) && 'volatility' in value;

export const stress: Suite = {
  name: 'stress',
  description: 'dated shocks of prices and levels of volatilities: revaluation against shock times value and Black-76',
  detect: (content) => listOf(rootOf(content)['scenarios']).some(isScenario),
  run: (content) => {
    const scenarios = listOf(rootOf(content)['scenarios']).map(fieldsOf);
    const nameOf = (fields: Fields, index: number): string => textOf(fields['id']) || `scenario ${index + 1}`;
    return {
      cases: scenarios.map((fields, index) => caseOf(nameOf(fields, index), () => checksOf(fields))),
      notCovered: scenarios.flatMap((fields, index) => {
        const left = leftOut(fields);
        return left.length === 0 ? [] : [`${nameOf(fields, index)}: ${left.join(', ')}`];
      }),
    };
  },
};

function checksOf(fields: Fields): Check[] {
  const shocks = shocksOf(fields);
  const names = [...shocks.keys()];
  const volatilities = volatilityMoves(fields);
  try {
    return [
      ...names.flatMap((name) => linearChecks(`${name}`, new Map([[name, shocks.get(name)!]]))),
      ...(names.length > 1 ? linearChecks('all', shocks) : []),
      ...volatilities.map(optionCheck),
    ];
  } catch (cause) {
    throw cause instanceof MargridError ? new CaseInputError(cause.message) : cause;
  }
}

/** Shocks with a figure. */
function shocksOf(fields: Fields): Map<string, number> {
  const shocks = Object.entries(fieldsOf(fields['shocks'])).filter(([, shock]) => shock !== null);
  return new Map(shocks.map(([name, shock]) => {
    if (typeof shock === 'number' && Number.isFinite(shock)) return [name, shock] as const;
    throw new CaseInputError(`shock ${name} must be a finite number or null, got ${JSON.stringify(shock)}`);
  }));
}

interface VolatilityMove {
  readonly name: string;
  readonly change: FactorChange;
  readonly before: number;
  readonly move: number;
}

const anyVolatility = 0.5;

/**
 * Levels in points, before and after, are a relative move; so is what `_relChange` names; `_abs` names points. Anything
 * else is no move of a volatility.
 */
function volatilityMoves(fields: Fields): VolatilityMove[] {
  return Object.entries(fieldsOf(fields['volatility'])).flatMap(([name, value]): VolatilityMove[] => {
    if (isPair(value)) return [{ name, change: 'relative', before: value[0] / 100, move: (value[1] - value[0]) / value[0] }];
    if (typeof value !== 'number') return [];
    if (name.endsWith('_relChange')) return [{ name, change: 'relative', before: anyVolatility, move: value }];
    return name.endsWith('_abs') ? [{ name, change: 'absolute', before: anyVolatility, move: value / 100 }] : [];
  });
}

function isPair(value: unknown): value is [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((level) => typeof level === 'number' && level > 0);
}

/** What has no figure, or is neither a price nor a volatility. */
function leftOut(fields: Fields): string[] {
  const moved = new Set(volatilityMoves(fields).map(({ name }) => name));
  return [
    ...Object.entries(fieldsOf(fields['shocks'])).flatMap(([name, shock]) => (shock === null ? [`${name} has no figure`] : [])),
    ...Object.keys(fieldsOf(fields['volatility'])).flatMap((name) => (moved.has(name) ? [] : [`${name} is no move`])),
  ];
}

/** One linear position of each kind alone, and the book of all of them. */
function linearChecks(name: string, shocks: ReadonlyMap<string, number>): Check[] {
  const underlyings = [...shocks.keys()];
  const instruments = underlyings.flatMap((underlying) => holdings.map(({ kind, contractSize }) =>
    instrumentOf(underlying, { kind, contractSize, expiryMs: kind === 'future' ? expiryMs : null })));
  const set = setOf('price', 'relative', underlyings.map((underlying) => [underlying, shocks.get(underlying)!]));
  const revaluation = new Revaluation(marketOf(instruments, anyVolatility), set);
  const held = instruments.map((_, instrument) => ({ instrument, quantity: holdings[instrument % holdings.length].quantity }));
  const expected = held.map(({ instrument, quantity }) =>
    new Decimal(quantity).times(instruments[instrument].contractSize).times(price).times(shocks.get(instruments[instrument].baseCurrency)!));
  const gross = held.reduce((sum, { instrument, quantity }) => sum + Math.abs(quantity) * instruments[instrument].contractSize * price, 0);
  // A move of more than itself makes larger values than those held.
  const tolerance = linearTolerance * gross * (1 + Math.max(...[...shocks.values()].map(Math.abs)));
  const single = underlyings.length > 1 ? [] : held.map((each, index) =>
    checkAbsolute(`${name} ${instruments[each.instrument].kind}`, revaluation.portfolioPnl([each])[0], expected[index], tolerance));
  const sum = expected.reduce((total, each) => total.plus(each), new Decimal(0));
  return [...single, checkAbsolute(`${name} book`, revaluation.portfolioPnl(held)[0], sum, tolerance)];
}

/** A call at the money and one out of it, at the volatility before and after. */
function optionCheck({ name, change, before, move }: VolatilityMove): Check {
  const options = [100, 120].map((strike) => instrumentOf(name, { kind: 'option', optionType: 'call', strike, expiryMs, contractSize: 1 }));
  const set = setOf('volatility', change, [[name, move]]);
  const revaluation = new Revaluation(marketOf(options, before), set, { unmatched: 'hold' });
  const after = change === 'relative' ? new Decimal(before).times(new Decimal(1).plus(move)) : new Decimal(before).plus(move);
  const value = (strike: number, volatility: Decimal): Decimal =>
    black76Price(black76Input(new Decimal(price), new Decimal(strike), volatility, new Decimal(1), 'call'));
  const expected = options.reduce(
    (sum, { strike }) => sum.plus(value(strike!, after)).minus(value(strike!, new Decimal(before))), new Decimal(0));
  const pnl = revaluation.portfolioPnl(options.map((_, instrument) => ({ instrument, quantity: 1 })))[0];
  return checkAbsolute(`${name} options`, pnl, expected, optionTolerance * price);
}

function setOf(kind: FactorKind, change: FactorChange, moves: readonly (readonly [string, number])[]): ScenarioSet {
  const factors = moves.map(([underlying]) => ({ kind, underlying, expiry: null, change }));
  return { factors, count: 1, moves: Float64Array.from(moves, ([, move]) => move) };
}

function instrumentOf(underlying: string, part: Pick<Instrument, 'kind' | 'contractSize' | 'expiryMs'> & Partial<Instrument>): Instrument {
  return {
    name: `${underlying} ${part.kind}`, payoff: 'linear', baseCurrency: underlying, quoteCurrency: 'USD', settlementCurrency: 'USD',
    strike: null, optionType: null, ...part,
  };
}

function marketOf(instruments: readonly Instrument[], volatility: number): Market {
  return {
    asOfMs, instruments, indexPrice: new Map(),
    forward: Float64Array.from(instruments, () => price),
    impliedVolatility: Float64Array.from(instruments, ({ kind }) => (kind === 'option' ? volatility : NaN)),
    openInterest: new Float64Array(instruments.length),
  };
}
