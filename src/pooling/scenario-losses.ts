import { GRID_CLASS, GRID_COLUMN_COUNT, SHAPE_CALL, TERM_AMOUNT, TERM_COUNT } from '../../assembly/portable/layout.ts';
import { cellCountOf } from '../columns/schema.ts';
import type { AccountMargin } from '../engine/account-margin.ts';
import type { Engine } from '../engine/engine.ts';
import { modelByName } from '../margin/registry.ts';
import { instrumentIndexOf } from '../whatif/legs.ts';
import type { AccountHoldings } from './account-holdings.ts';

/** Positions of one underlying, by instrument. */
export type UnderlyingPositions = AccountHoldings['positions'];

/** What one underlying of an account requires by itself, and what its worst scenario charges. */
export interface UnderlyingMargin {
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
  /** -1 if nothing loses. */
  readonly scenario: number;
  /** Loss that the model charges in that scenario, after its dampeners and caps; 0 if none. */
  readonly charged: number;
}

const noUnderlyingMargin: UnderlyingMargin = { initialMargin: 0, maintenanceMargin: 0, scenario: -1, charged: 0 };

/** Positions that are margined in one currency, by base currency: what scenario models net. */
export function byUnderlying(
  engine: Engine,
  { positions }: AccountHoldings,
  currency: string,
): Map<string, UnderlyingPositions> {
  const { instruments } = engine.market;
  const underlyings = new Map<string, Map<string, { quantity: number; entryPrice: number }>>();
  for (const [name, position] of positions) {
    const index = instrumentIndexOf(engine.market, name);
    const group = engine.rows.group[engine.rows.rowOf[index]];
    if (engine.currencies[engine.rows.groupCurrency[group]] !== currency) continue;
    const { baseCurrency } = instruments[index];
    const held = underlyings.get(baseCurrency) ?? new Map<string, { quantity: number; entryPrice: number }>();
    underlyings.set(baseCurrency, held.set(name, position));
  }
  return underlyings;
}

/** An account that no book has: what is previewed for it starts from nothing. */
const nobody = '\u0000underlying';

/** Margin of the positions of one underlying by themselves, at the quotes of the last tick. */
export function underlyingMargin(engine: Engine, positions: UnderlyingPositions): UnderlyingMargin {
  const margin = marginOf(engine, positions);
  if (margin === null || margin.fault !== null) return noUnderlyingMargin;
  const { initialMargin, maintenanceMargin } = margin;
  const scenario = bindingScenario(margin);
  const isGrid = modelByName(engine.modelName).kind === 'grid';
  const loss = scenario < 0 ? 0 : isGrid ? margin.components['worstCase'] : -(margin.scenarioPnl[scenario] ?? 0);
  return { initialMargin, maintenanceMargin, scenario, charged: Math.min(Math.max(loss, 0), initialMargin) };
}

/**
 * Loss of the positions of one underlying in a scenario: `deribit-pm` before offset and dampener, where cells add up;
 * other models as they report it for these positions alone.
 */
export function lossIn(engine: Engine, positions: UnderlyingPositions, scenario: number): number {
  if (positions.size === 0) return 0;
  if (modelByName(engine.modelName).kind === 'grid') return -gridPnl(engine, positions, scenario);
  return 0 - (marginOf(engine, positions)?.scenarioPnl[scenario] ?? 0);
}

function marginOf(engine: Engine, positions: UnderlyingPositions): AccountMargin | null {
  if (positions.size === 0) return null;
  const changes = [...positions].map(([instrument, position]) => ({ account: nobody, instrument, ...position }));
  return engine.preview(nobody, { positions: changes })[0] ?? null;
}

/**
 * The model's worst scenario; of a model that names none (SPAN: each commodity has its own), the worst of the vector.
 */
function bindingScenario({ worstScenario, scenarioPnl }: AccountMargin): number {
  if (worstScenario >= 0) return worstScenario;
  let worst = -1;
  scenarioPnl.forEach((pnl, scenario) => {
    if (pnl < (worst < 0 ? 0 : scenarioPnl[worst])) worst = scenario;
  });
  return worst;
}

/** P&L from the risk array: options by cell, the others by amount and shock. */
function gridPnl(engine: Engine, positions: UnderlyingPositions, scenario: number): number {
  const { views, plan } = engine.arena;
  const cells = cellCountOf(plan.counts.scenarioCount);
  let pnl = 0;
  for (const [name, { quantity }] of positions) {
    const row = engine.rows.rowOf[instrumentIndexOf(engine.market, name)];
    const shocks = engine.rows.group[row] * GRID_COLUMN_COUNT * cells + GRID_CLASS * cells;
    const cell =
      engine.rows.shape[row] >= SHAPE_CALL
        ? views.riskArray.row[row * cells + scenario]
        : views.riskArray.terms[row * TERM_COUNT + TERM_AMOUNT] * views.group.grid[shocks + scenario];
    pnl += quantity * cell;
  }
  return pnl;
}
