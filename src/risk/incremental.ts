import { MargridError } from '../errors.ts';
import { shortfallComponents, valueAtRiskComponents, type Components, type ComponentOptions, type PartsPnl } from './components.ts';
import { riskMeasures, type MeasureOptions } from './measures.ts';

export interface PartRiskOptions extends MeasureOptions {
  readonly level: number;
  readonly width?: number;
  /** Size of each part (value, contracts): marginal risk is per unit of it. */
  readonly exposures?: ArrayLike<number>;
}

/** One measure of a portfolio and its parts; columns by part, losses positive. */
export interface PartRisk extends Components {
  /** Of the part alone. */
  readonly standalone: Float64Array;
  /** Of the whole less that of the whole without the part. */
  readonly incremental: Float64Array;
  /** Component per unit of exposure; without exposures null. NaN where the exposure is 0. */
  readonly marginal: Float64Array | null;
}

export interface PortfolioRisk {
  readonly valueAtRisk: PartRisk;
  readonly expectedShortfall: PartRisk;
}

/**
 * Components, stand-alone, incremental and marginal VaR and ES of every part: two measures per part, so parts times
 * scenarios work; memory is one column of scenarios more. Throws as `riskMeasures` and the components do.
 */
export function portfolioRisk(pnl: PartsPnl, options: PartRiskOptions): PortfolioRisk {
  const { parts, scenarios } = pnl;
  requireExposures(options.exposures, parts);
  const total = new Float64Array(scenarios);
  for (let part = 0; part < parts; part++) addRow(total, pnl.pnlOf(part), 1);
  const componentOptions: ComponentOptions = { ...options, total };
  const valueAtRisk = startOf(valueAtRiskComponents(pnl, componentOptions), options.exposures);
  const expectedShortfall = startOf(shortfallComponents(pnl, componentOptions), options.exposures);
  const [whole] = riskMeasures(total, [options.level], options);
  const without = new Float64Array(scenarios);
  for (let part = 0; part < parts; part++) {
    const row = pnl.pnlOf(part);
    const [alone] = riskMeasures(row, [options.level], options);
    without.set(total);
    addRow(without, row, -1);
    const [rest] = riskMeasures(without, [options.level], options);
    valueAtRisk.standalone[part] = alone.valueAtRisk;
    expectedShortfall.standalone[part] = alone.expectedShortfall;
    valueAtRisk.incremental[part] = whole.valueAtRisk - rest.valueAtRisk;
    expectedShortfall.incremental[part] = whole.expectedShortfall - rest.expectedShortfall;
  }
  return { valueAtRisk, expectedShortfall };
}

function startOf(components: Components, exposures: ArrayLike<number> | undefined): PartRisk {
  const parts = components.components.length;
  return {
    ...components,
    standalone: new Float64Array(parts),
    incremental: new Float64Array(parts),
    marginal: exposures === undefined ? null : components.components.map((each, part) =>
      exposures[part] === 0 ? NaN : each / exposures[part]),
  };
}

function addRow(total: Float64Array, row: ArrayLike<number>, sign: 1 | -1): void {
  for (let scenario = 0; scenario < total.length; scenario++) total[scenario] += sign * row[scenario];
}

function requireExposures(exposures: ArrayLike<number> | undefined, parts: number): void {
  if (exposures === undefined || exposures.length === parts) return;
  throw new MargridError('OptionInvalid', `there are ${exposures.length} exposures for ${parts} parts`, {
    column: 'exposures', value: exposures.length,
  });
}
