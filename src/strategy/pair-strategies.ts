import { nakedRequirement } from '../../assembly/portable/margin/regt.ts';
import { longTermFrom, type OptionClass, type RegtParams } from '../margin/regt/params.ts';
import { classMargin, leftAlone, toDollars, type ClassMargin } from './class-margin.ts';
import { toUnits, type ClassPosition, type OptionLeg, type Purpose } from './class-position.ts';
import type { Pairing } from './optimal-pairing.ts';
import { leveraged, stockRate, type StockRules } from './rules.ts';
import { spreadName, spreadPieces } from './spread-pieces.ts';

/** Stock and options on one underlying. Prices in US dollars per share. */
export interface PairingRequest {
  readonly params: RegtParams;
  readonly purpose: Purpose;
  /** UTC milliseconds. */
  readonly asOfMs: number;
  readonly price: number;
  readonly underlying: { readonly class: OptionClass; readonly leverage?: number };
  /** Signed. */
  readonly shares?: number;
  readonly options: readonly PairingOption[];
}

export interface PairingOption {
  readonly type: 'call' | 'put';
  readonly strike: number;
  readonly expiryMs: number;
  readonly markPrice: number;
  /** Signed whole contracts. */
  readonly quantity: number;
  /** Shares per contract; 100 if absent. */
  readonly contractSize?: number;
  /** American if absent. */
  readonly exercise?: 'european' | 'american';
}

/** Strategies of one kind and the same legs. Amounts in US dollars, of all `times` together. */
export interface PairedStrategy {
  readonly name: string;
  readonly times: number;
  /** Contracts in one strategy, signed, by index of `options`. */
  readonly legs: readonly { readonly option: number; readonly contracts: number }[];
  /** Signed shares in one strategy. */
  readonly shares: number;
  readonly requirement: number;
  readonly rule: string;
}

export interface PairedStrategies {
  readonly strategies: readonly PairedStrategy[];
  /** Least total requirement over all pairings, US dollars, if `gap` is 0. */
  readonly requirement: number;
  /** Most by which another pairing could be below it, US dollars; 0 if it is proven that none is. */
  readonly gap: number;
}

/** The pairing of least requirement that `regt` finds for a class. */
export function pairStrategies(request: PairingRequest): PairedStrategies {
  const position = positionOf(request);
  const { params, purpose } = request;
  const rules = leveraged(params.stock, request.underlying.leverage ?? 1);
  const margin = classMargin(position, rules, purpose, params.search);
  return {
    strategies: strategiesOf(margin, rules, purpose),
    requirement: toDollars(margin.total),
    gap: toDollars(margin.gap),
  };
}

function positionOf({ params, underlying, price, shares = 0, options, asOfMs }: PairingRequest): ClassPosition {
  const pools = new Map<string, number>();
  const longTerm = longTermFrom(params, asOfMs);
  const rates = params.shortOptions[underlying.class];
  const leverage = underlying.leverage ?? 1;
  const legs = options.map((option): OptionLeg => {
    const { type, strike, markPrice, quantity, contractSize: size = 100, exercise = 'american' } = option;
    const isCall = type === 'call';
    const key = `${size} ${exercise}`;
    const pool = pools.get(key) ?? pools.size;
    pools.set(key, pool);
    const mark = toUnits(markPrice * size);
    const minimum = Math.min((isCall ? rates.callMinimum : rates.putMinimum) * leverage, 1);
    const rate = Math.min(rates.rate * leverage, 1);
    const naked = toUnits(nakedRequirement(isCall, price, strike, markPrice, size, rate, minimum));
    const longRate = option.expiryMs > longTerm ? params.longOptions.rate : 1;
    return {
      isCall,
      strike: toUnits(strike * size),
      expiry: option.expiryMs,
      pool,
      size,
      count: quantity,
      mark,
      naked: quantity < 0 ? naked : 0,
      loanValue: quantity > 0 ? mark - Math.floor(longRate * mark + 0.5) : 0,
      isCashSettledEuropean: exercise === 'european' && underlying.class !== 'equity',
    };
  });
  return { options: legs, shares, price };
}

const rules: Readonly<Record<string, string>> = {
  alone: 'Cboe Rule 10.3(c)(5)(A): market value, and a share of the underlying less what is out of the money',
  long: 'Cboe Rule 10.3: paid in full; 75% of the market value beyond nine months',
  stock: '12 CFR 220.12 and FINRA Rule 4210(c)',
  spread: 'FINRA Regulatory Notice 12-44: maximum potential loss at the exercise prices',
  'short combination': 'Cboe Rule 10.3(c)(5): the greater requirement and the market value of the other option',
  'long box': 'Cboe Margin Manual: half of the width',
  hedged: 'FINRA Rule 4210(f)(2): stock with options',
};

function strategiesOf(margin: ClassMargin, stockRules: StockRules, purpose: Purpose): PairedStrategy[] {
  const { pairing } = margin;
  const { position } = pairing.program;
  return [...ofColumns(pairing), ...ofSpreads(pairing), ...ofRest(pairing, position, stockRules, purpose)];
}

function* ofColumns({ program, values }: Pairing): Generator<PairedStrategy> {
  for (const [variable, column] of program.columns.entries()) {
    const times = values[variable];
    if (times === 0) continue;
    yield {
      name: column.kind,
      times,
      legs: column.legs.map((option) => ({ option, contracts: Math.sign(program.position.options[option].count) })),
      shares: column.shares,
      requirement: toDollars(times * column.requirement),
      rule: rules[column.kind] ?? rules['hedged'],
    };
  }
}

function* ofSpreads({ program, values }: Pairing): Generator<PairedStrategy> {
  const { options } = program.position;
  for (const [index, group] of program.groups.entries()) {
    const counts = group.legs.map((_, at) => values[program.groupStarts[index] + at]);
    for (const piece of spreadPieces(options, group.legs, counts)) {
      yield {
        name: spreadName(options, piece) ?? `spread of ${piece.legs.length} legs`,
        times: piece.times,
        legs: piece.legs.map(({ leg, contracts }) => ({ option: leg, contracts: Math.sign(options[leg].count) * contracts })),
        shares: 0,
        requirement: toDollars(piece.loss),
        rule: rules['spread'],
      };
    }
  }
}

function* ofRest(pairing: Pairing, position: ClassPosition, stockRules: StockRules, purpose: Purpose): Generator<PairedStrategy> {
  const left = leftAlone(pairing);
  for (const [option, leg] of position.options.entries()) {
    const times = left.options[option];
    if (times === 0) continue;
    const isLong = leg.count > 0;
    const each = isLong ? (leg.loanValue > 0 ? leg.mark - leg.loanValue : 0) : leg.naked;
    yield {
      name: `${isLong ? 'long' : 'short'} ${leg.isCall ? 'call' : 'put'}`,
      times,
      legs: [{ option, contracts: Math.sign(leg.count) }],
      shares: 0,
      requirement: toDollars(times * each),
      rule: isLong ? rules['long'] : rules['alone'],
    };
  }
  if (left.shares === 0) return;
  const isLong = position.shares > 0;
  yield {
    name: isLong ? 'long stock' : 'short stock',
    times: 1,
    legs: [],
    shares: isLong ? left.shares : -left.shares,
    requirement: toDollars(toUnits(left.shares * stockRate(stockRules, purpose, position.price, isLong))),
    rule: rules['stock'],
  };
}
