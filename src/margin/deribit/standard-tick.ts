import {
  STANDARD_CONVERSION,
  STANDARD_CURRENCY_COUNT,
  STANDARD_CURRENCY_OF_ROW,
  STANDARD_DATA_WIDTH,
  STANDARD_INITIAL_MINIMUM,
  STANDARD_INITIAL_RATE,
  STANDARD_INVERSE,
  STANDARD_MAINTENANCE_RATE,
  STANDARD_MARK,
  STANDARD_RATE_PER_COIN,
  STANDARD_ROOT_TIME,
} from '../../../assembly/portable/margin/deribit-standard.ts';
import { riskGroupOf, type Instrument } from '../../domain/instrument.ts';
import type { ModelSizes, TickFactors, TickMarket } from '../model.ts';
import { unlisted } from './instrument-terms.ts';
import type { StandardParams } from './standard-params.ts';

/** Components of the requirement that both standard margin models have, in the order of the kernel. */
export const standardComponents = [
  'futuresInitialMargin',
  'futuresMaintenanceMargin',
  'optionsInitialMargin',
  'optionsMaintenanceMargin',
  'optionValue',
  'addOn',
] as const;

/** Why a future, perpetual or option cannot be margined with these parameters, or null. */
export function standardRefusal(instrument: Instrument, params: StandardParams): string | null {
  const problem = unlisted(instrument);
  if (problem !== null) return problem;
  const product = riskGroupOf(instrument).name;
  const isOption = instrument.kind === 'option';
  const known = isOption ? params.options.has(product) : params.futures.has(product);
  return known ? null : `the parameters have no section ${isOption ? 'options' : 'futures'}.${product}`;
}

/** Every model on the standard kernel keeps one haircut and one balance per currency. */
export function standardSizes(instrumentCount: number, currencyCount: number): ModelSizes {
  return {
    instrumentDataWidth: STANDARD_DATA_WIDTH,
    modelFloats: currencyCount,
    modelWords: STANDARD_CURRENCY_OF_ROW + instrumentCount,
    workFloats: currencyCount,
  };
}

/** What differs between the segregated and the cross-collateral model at a tick. */
export interface StandardAccounting {
  readonly currencyCount: number;
  /** Units of the netting set's currency per unit of settlement currency (of a spot holding: of its base currency). */
  conversion(row: number): number;
  /** Index of the currency whose balance the position is part of. */
  currencyOf(row: number): number;
}

export function prepareStandardTick(
  market: TickMarket,
  params: StandardParams,
  factors: TickFactors,
  accounting: StandardAccounting,
): void {
  const marks = market.field('markPrice');
  factors.modelWords[STANDARD_CURRENCY_COUNT] = accounting.currencyCount;
  market.instruments.forEach((instrument, row) => {
    const data = row * STANDARD_DATA_WIDTH;
    const write = (offset: number, value: number): void => {
      factors.instrumentData[data + offset] = value;
    };
    factors.modelWords[STANDARD_CURRENCY_OF_ROW + row] = accounting.currencyOf(row);
    write(STANDARD_CONVERSION, accounting.conversion(row));
    write(STANDARD_MARK, marks[row]);
    write(STANDARD_ROOT_TIME, Math.sqrt(market.timeYears[market.expiryOf[row]]));
    write(STANDARD_INVERSE, instrument.payoff === 'inverse' ? 1 : 0);
    writeRates(instrument, params, write);
  });
}

/** Rates of the instrument's product; none for spot and for what the parameters do not cover. */
function writeRates(
  instrument: Instrument,
  params: StandardParams,
  write: (offset: number, value: number) => void,
): void {
  const product = riskGroupOf(instrument).name;
  const option = instrument.kind === 'option' ? params.options.get(product) : undefined;
  const future = instrument.kind === 'option' ? undefined : params.futures.get(product);
  write(STANDARD_INITIAL_RATE, option?.initialRate ?? future?.initialRate ?? NaN);
  write(STANDARD_MAINTENANCE_RATE, option?.maintenanceRate ?? future?.maintenanceRate ?? NaN);
  write(STANDARD_RATE_PER_COIN, future?.ratePerCoin ?? 0);
  write(STANDARD_INITIAL_MINIMUM, option?.initialMinimum ?? 0);
}
