import type { Suite } from '../suite.ts';
import { backtestFormat } from './backtest.ts';
import { esConventionsFormat } from './es-conventions.ts';
import { hullFormat } from './hull.ts';
import { oreHistoricalFormat } from './ore-historical.ts';
import { performanceAnalyticsFormat } from './performance-analytics.ts';
import { quantileTypesFormat } from './quantile-types.ts';
import { stoplightFormat } from './stoplight.ts';

/** A file format of the suite `var`. */
export type VarFormat = Pick<Suite, 'detect' | 'run'>;

/** Every format; a new one is one file in this folder and one line here. */
export const varFormats: readonly VarFormat[] = [
  backtestFormat,
  esConventionsFormat,
  hullFormat,
  oreHistoricalFormat,
  performanceAnalyticsFormat,
  quantileTypesFormat,
  stoplightFormat,
];
