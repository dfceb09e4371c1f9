import { toUnits, type ClassPosition, type OptionLeg } from '../../src/strategy/class-position.ts';
import type { StockRules } from '../../src/strategy/rules.ts';

/** Regulation T and FINRA Rule 4210, written out here: not read from the parameter file. */
export const statutoryRules: StockRules = {
  longInitial: 0.5,
  longMaintenance: 0.25,
  shortInitial: 0.5,
  shortMaintenance: 0.3,
  shortMinimum: 5,
  lowPrice: 5,
  lowPriceRate: 1,
  lowPriceMinimum: 2.5,
  protectedRate: 0.1,
  collarCallRate: 0.25,
  boxRate: 0.5,
};

export const ample = { cellsMax: 1_000_000, nodesMax: 20_000, nodeCellsMax: 1e12 };

export interface ClassShape {
  readonly legs: number;
  readonly expiries: number;
  readonly contractsMax: number;
  /** Shares are multiples of this between -`lots` and `lots` times. */
  readonly lots?: number;
  readonly isIndex?: boolean;
}

/** A random class: exercise prices around the underlying's price of 100, distinct series, prices above intrinsic value. */
export function randomClass(random: () => number, shape: ClassShape): ClassPosition {
  const price = 100;
  const options: OptionLeg[] = [];
  const seen = new Set<string>();
  while (options.length < shape.legs) {
    const isCall = random() < 0.5;
    const strike = 80 + 5 * Math.floor(random() * 9);
    const expiry = Math.floor(random() * shape.expiries);
    const series = `${isCall} ${strike} ${expiry}`;
    if (seen.has(series)) continue;
    seen.add(series);
    const contracts = 1 + Math.floor(random() * shape.contractsMax);
    options.push(legOf(price, isCall, strike, expiry, random() < 0.5 ? contracts : -contracts, random(), shape.isIndex === true));
  }
  const lots = shape.lots ?? 0;
  return { options, shares: 100 * (Math.floor(random() * (2 * lots + 1)) - lots), price };
}

function legOf(
  price: number, isCall: boolean, strike: number, expiry: number, count: number, time: number, isIndex: boolean,
): OptionLeg {
  const size = 100;
  const inTheMoney = Math.max(isCall ? price - strike : strike - price, 0);
  const outOfTheMoney = Math.max(isCall ? strike - price : price - strike, 0);
  const premium = Math.round((inTheMoney + 3 * time * (expiry + 1)) * 100) / 100;
  const charge = Math.max(0.2 * price - outOfTheMoney, 0.1 * (isCall ? price : strike));
  const mark = toUnits(premium * size);
  return {
    isCall,
    strike: toUnits(strike * size),
    expiry,
    pool: 0,
    size,
    count,
    mark,
    naked: count < 0 ? toUnits((premium + charge) * size) : 0,
    loanValue: count > 0 && expiry >= 2 ? mark - Math.floor(0.75 * mark + 0.5) : 0,
    isCashSettledEuropean: isIndex,
  };
}
