import { blackDelta, blackPrice } from '../../assembly/portable/black76.ts';
import * as layout from '../../assembly/portable/layout.ts';
import { logRatio } from '../../assembly/portable/log.ts';
import { normalPdf } from '../../assembly/portable/normal.ts';
import type { MovingMarket } from './moving-market.ts';

/** What an option's price in settlement currency and its delta move by, per contract. */
export interface Derivatives {
  /** By ln(forward), once and twice. */
  readonly price: number;
  readonly curvature: number;
  /** By ln(deviation). */
  readonly volatility: number;
  readonly deltaPrice: number;
  readonly deltaVolatility: number;
}

export interface Scenario {
  readonly multiplier: number;
  readonly weight: number;
  readonly shock: 'up' | 'same' | 'down';
}

/** An option of a market: derivatives in closed form, from the price and N(d1), in 64 bits. */
export class OptionCells {
  readonly scenarios: readonly Scenario[];
  readonly row: number;
  readonly forward: number;
  readonly #sign: number;
  readonly #strike: number;
  readonly #size: number;
  readonly #inverse: boolean;
  readonly #volatility: number;
  readonly #floor: number;
  readonly #market: MovingMarket;

  constructor(market: MovingMarket, row: number) {
    const { instrument, group } = market.engine.arena.views;
    const own = instrument.group[row];
    const { cellCount } = market.arena;
    const column = (which: number): number => (own * layout.GRID_COLUMN_COUNT + which) * cellCount;
    this.#market = market;
    this.row = row;
    this.forward = instrument.forward[row];
    this.#sign = instrument.shape[row] === layout.SHAPE_CALL ? 1 : -1;
    this.#strike = instrument.strike[row];
    this.#size = instrument.contractSize[row];
    this.#inverse = group.inverse[own] === 1;
    this.#volatility = instrument.volatility[row];
    this.#floor = group.volatilityFloor[own];
    // Masks are all ones, that is NaN, or 0.
    this.scenarios = Array.from({ length: cellCount }, (_, s) => ({
      multiplier: group.grid[column(layout.GRID_MULTIPLIER) + s],
      weight: group.grid[column(layout.GRID_WEIGHT) + s],
      shock: Number.isNaN(group.grid[column(layout.GRID_UP_MASK) + s])
        ? 'up'
        : Number.isNaN(group.grid[column(layout.GRID_DOWN_MASK) + s]) ? 'down' : 'same',
    }));
  }

  /** The deviation at a movement of ln(volatility) and of ln(time). */
  deviation(shock: Scenario['shock'], volatility: number, time: number): number {
    const expiry = this.#market.expiryOf[this.row];
    const years = this.#market.yearsOf(expiry) * Math.exp(time);
    const quoted = this.#volatility * Math.exp(volatility);
    if (shock === 'same') return quoted * Math.sqrt(years);
    const factors = this.#market.factorsOf(expiry, years);
    return (shock === 'up' ? Math.max(quoted * factors.up, this.#floor) : quoted * factors.down) * Math.sqrt(years);
  }

  /** d ln(deviation) / d ln(volatility): 0 where the floor binds. */
  floorSlope(shock: Scenario['shock'], volatility: number, time: number): number {
    if (shock !== 'up') return 1;
    return this.deviation('up', volatility + 1e-9, time) > this.deviation('up', volatility, time) ? 1 : 0;
  }

  /** d ln(deviation) / d(time) in years, as a difference quotient between times of the window, -boxTime to 0. */
  rate(shock: Scenario['shock'], volatility: number, time: number, boxTime: number): number {
    const step = 1e-2 * boxTime;
    const [from, to] = time > -boxTime / 2 ? [time - step, time] : [time, time + step];
    const change = Math.log(this.deviation(shock, volatility, to) / this.deviation(shock, volatility, from));
    return change / (to - from) / (this.#market.yearsOf(this.#market.expiryOf[this.row]) * Math.exp(time));
  }

  /** Of the option itself at a forward and a deviation. */
  at(forward: number, deviation: number): Derivatives {
    const price = blackPrice(this.#sign, forward, this.#strike, deviation);
    const delta = blackDelta(this.#sign, forward, this.#strike, deviation);
    const d1 = logRatio(forward, this.#strike) / deviation + deviation / 2;
    const density = normalPdf(d1);
    const net = delta - price / forward;
    if (this.#inverse) {
      const curvature = this.#size * (density / deviation - net);
      return {
        price: this.#size * net,
        curvature,
        volatility: this.#size * density * deviation,
        deltaPrice: curvature,
        deltaVolatility: -this.#size * density * d1,
      };
    }
    const unit = this.#size * forward;
    return {
      price: unit * delta,
      curvature: unit * (delta + density / deviation),
      volatility: unit * density * deviation,
      deltaPrice: (this.#size * density) / deviation,
      deltaVolatility: -this.#size * density * (d1 - deviation),
    };
  }
}
