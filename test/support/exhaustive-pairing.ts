import type { ClassPosition, OptionLeg, Purpose } from '../../src/strategy/class-position.ts';

/**
 * Least requirement less loan value of a class, US dollars, by trying every partition of its contracts and round lots of
 * stock into strategies: the rules written out once more, contract by contract, and nothing of the solver. For a dozen
 * contracts and lots at most.
 */
export function exhaustiveRequirement(position: ClassPosition, purpose: Purpose): number {
  const units = unitsOf(position);
  const cost = new Float64Array(1 << units.length).fill(NaN);
  const least = new Float64Array(1 << units.length);
  for (let all = 1; all < least.length; all++) {
    const lowest = all & -all;
    let best = Infinity;
    for (let part = all; part > 0; part = (part - 1) & all) {
      if ((part & lowest) === 0) continue;
      if (Number.isNaN(cost[part])) cost[part] = requirementOf(units.filter((_, at) => (part >> at) & 1), position.price, purpose);
      best = Math.min(best, cost[part] + least[all ^ part]);
    }
    least[all] = best;
  }
  return least.at(-1)!;
}

/** One contract, or a round lot of stock. */
interface Unit {
  readonly kind: 'call' | 'put' | 'stock';
  readonly isLong: boolean;
  readonly strike: number;
  readonly expiry: number;
  readonly mark: number;
  readonly naked: number;
  readonly loan: number;
  readonly isIndex: boolean;
}

const lot = 100;

function unitsOf({ options, shares }: ClassPosition): Unit[] {
  const units = options.flatMap((leg) => new Array<Unit>(Math.abs(leg.count)).fill(unitOf(leg)));
  const stock: Unit = { kind: 'stock', isLong: shares > 0, strike: 0, expiry: 0, mark: 0, naked: 0, loan: 0, isIndex: false };
  return [...units, ...new Array<Unit>(Math.abs(shares) / lot).fill(stock)];
}

function unitOf({ isCall, strike, expiry, mark, naked, loanValue, count, isCashSettledEuropean }: OptionLeg): Unit {
  return {
    kind: isCall ? 'call' : 'put',
    isLong: count > 0,
    strike: strike / 1e4 / lot,
    expiry,
    mark: mark / 1e4,
    naked: naked / 1e4,
    loan: loanValue / 1e4,
    isIndex: isCashSettledEuropean,
  };
}

function requirementOf(units: readonly Unit[], price: number, purpose: Purpose): number {
  const stock = units.filter(({ kind }) => kind === 'stock');
  const options = units.filter(({ kind }) => kind !== 'stock');
  if (stock.length > 1) return Infinity;
  if (stock.length === 1) return lot * stockRequirement(stock[0].isLong, options, price, purpose);
  if (options.length === 1) return options[0].isLong ? -options[0].loan : options[0].naked;
  return Math.min(combination(options), spread(options), box(options));
}

/** Per share: stock alone or with one or two options. */
function stockRequirement(isLong: boolean, options: readonly Unit[], price: number, purpose: Purpose): number {
  const call = options.find(({ kind }) => kind === 'call');
  const put = options.find(({ kind }) => kind === 'put');
  const isMaintenance = purpose === 'maintenance';
  const long = (value: number): number => (isMaintenance ? 0.25 : 0.5) * value;
  const short = (value: number): number => Math.max(isMaintenance ? 0.3 * value : 0.5 * value, 5);
  if (options.length === 0) return isLong ? long(price) : short(price);
  if (options.length > 2 || (options.length === 2 && (!call || !put))) return Infinity;
  if (options.length === 1 && !options[0].isLong) {
    // Covered: the stock is what the short option delivers.
    if (isLong) return call ? long(Math.min(price, call.strike)) + Math.max(price - call.strike, 0) : Infinity;
    return put ? short(Math.max(price, put.strike)) + Math.max(put.strike - price, 0) : Infinity;
  }
  if (!isMaintenance) return Infinity;
  if (options.length === 1) {
    const [{ strike, kind }] = options;
    if ((kind === 'put') !== isLong) return Infinity;
    const away = Math.max(isLong ? price - strike : strike - price, 0);
    return Math.min(0.1 * strike + away, isLong ? long(price) : short(price));
  }
  return threeLegs(isLong, call!, put!, price);
}

function threeLegs(isLong: boolean, call: Unit, put: Unit, price: number): number {
  if (call.expiry !== put.expiry) return Infinity;
  if (isLong && put.isLong && !call.isLong) {
    const above = Math.max(price - call.strike, 0);
    if (put.strike === call.strike) return 0.1 * put.strike + above;
    if (put.strike > call.strike) return Infinity;
    return Math.min(0.1 * put.strike + Math.max(price - put.strike, 0), 0.25 * call.strike) + above;
  }
  if (!isLong && call.isLong && !put.isLong && put.strike === call.strike) {
    return 0.1 * put.strike + Math.max(put.strike - price, 0);
  }
  return Infinity;
}

function combination(options: readonly Unit[]): number {
  if (options.length !== 2 || options.some(({ isLong }) => isLong) || options[0].kind === options[1].kind) return Infinity;
  const [call, put] = options[0].kind === 'call' ? options : [options[1], options[0]];
  return call.naked >= put.naked ? call.naked + put.mark : put.naked + call.mark;
}

/** Equal numbers of long and short, call by call and put by put; no short option outlives a long one. */
function spread(options: readonly Unit[]): number {
  const signed = (kind: string): number =>
    options.filter((each) => each.kind === kind).reduce((sum, { isLong }) => sum + (isLong ? 1 : -1), 0);
  if (signed('call') !== 0 || signed('put') !== 0) return Infinity;
  const lastShort = Math.max(...options.filter(({ isLong }) => !isLong).map(({ expiry }) => expiry));
  if (options.some(({ isLong, expiry }) => isLong && expiry < lastShort)) return Infinity;
  const lossAt = (at: number): number =>
    options.reduce((sum, { kind, isLong, strike }) => {
      const value = Math.max(kind === 'call' ? at - strike : strike - at, 0);
      return sum + (isLong ? -value : value);
    }, 0);
  return lot * Math.max(0, ...options.map(({ strike }) => lossAt(strike)));
}

/** Long box of European index options: half of the width less what it counts in equity. */
function box(options: readonly Unit[]): number {
  if (options.length !== 4 || options.some(({ isIndex, expiry }) => !isIndex || expiry !== options[0].expiry)) return Infinity;
  const find = (kind: string, isLong: boolean): Unit | undefined =>
    options.find((each) => each.kind === kind && each.isLong === isLong);
  const [longCall, shortCall, longPut, shortPut] = [find('call', true), find('call', false), find('put', true), find('put', false)];
  if (!longCall || !shortCall || !longPut || !shortPut) return Infinity;
  if (longCall.strike !== shortPut.strike || shortCall.strike !== longPut.strike) return Infinity;
  const width = lot * (shortCall.strike - longCall.strike);
  if (width <= 0) return Infinity;
  const value = longCall.mark - shortCall.mark + longPut.mark - shortPut.mark;
  return 0.5 * width - Math.max(Math.min(value, width), 0);
}
