import { exp } from '../../../assembly/portable/exp.ts';
import * as layout from '../../../assembly/portable/margin/derive-portfolio-layout.ts';
import { power } from '../../../assembly/portable/power.ts';
import { yearMs } from '../../domain/market.ts';
import type { ModelRows, ModelSizes, TickFactors, TickMarket } from '../model.ts';
import type { DeriveManager, DerivePortfolioParams, DeriveVolShock } from './terms.ts';

/** Tenor at which the volatility shock is the stated range, and where its power changes. */
const pivotSeconds = 30 * 86_400;
/** Options of the last half hour: the forward is replaced, second by second, by the average it settles to. */
const settlementSeconds = 1800;

const volatilityCodes: Readonly<Record<DeriveVolShock, number>> = {
  None: layout.VOLATILITY_SAME,
  Up: layout.VOLATILITY_UP,
  Down: layout.VOLATILITY_DOWN,
  Linear: layout.VOLATILITY_LINEAR,
  Abs: layout.VOLATILITY_ABSOLUTE,
};

/** Names in the order of their tables. */
interface TableNames {
  readonly managers: readonly string[];
  readonly collaterals: readonly string[];
  readonly scenarioMax: number;
}

function tableNames(params: DerivePortfolioParams): TableNames {
  const collaterals = new Set<string>();
  for (const manager of params.managers.values()) for (const name of manager.collateral.keys()) collaterals.add(name);
  return {
    managers: [...params.managers.keys()],
    collaterals: [...collaterals],
    scenarioMax: Math.max(...[...params.managers.values()].map((manager) => manager.scenarios.length)),
  };
}

/** Cells of a risk array row: the scenarios, then the two basis moves. */
export function portfolioCellCount(params: DerivePortfolioParams): number {
  return tableNames(params).scenarioMax + 2;
}

function managerStrides({ collaterals, scenarioMax }: TableNames): { floats: number; words: number } {
  const tables = scenarioMax * layout.SCENARIO_FLOATS + collaterals.length * layout.COLLATERAL_FLOATS;
  return { floats: layout.MANAGER_SCALARS + tables, words: layout.MANAGER_WORD_SCENARIOS + scenarioMax };
}

export function portfolioSizes(rows: ModelRows, params: DerivePortfolioParams): ModelSizes {
  const names = tableNames(params);
  const strides = managerStrides(names);
  return {
    instrumentDataWidth: layout.INSTRUMENT_DATA_WIDTH,
    modelFloats: names.managers.length * strides.floats,
    modelWords:
      layout.WORD_MANAGERS + names.managers.length * strides.words + rows.instruments.length * layout.ROW_WORDS,
    workFloats: layout.WORK_COUNT,
  };
}

/** The one value of a quote that many instruments carry: NaN if none has it, or if they disagree. */
function agreedValue(column: Float64Array, rows: readonly number[]): number {
  let agreed = NaN;
  for (const row of rows) {
    const value = column[row];
    if (Number.isNaN(value)) continue;
    if (!Number.isNaN(agreed) && value !== agreed) return NaN;
    agreed = value;
  }
  return agreed;
}

/** A confidence outside [0, 1] is bad data. */
function confidenceOf(value: number): number {
  return value >= 0 && value <= 1 ? value : NaN;
}

export function preparePortfolioTick(market: TickMarket, params: DerivePortfolioParams, factors: TickFactors): void {
  const names = tableNames(params);
  const everyRow = market.instruments.map((_, row) => row);
  const stable = agreedValue(market.field('stablePrice'), everyRow);
  fillWords(market, params, names, factors.modelWords);
  names.managers.forEach((name, index) => {
    const manager = params.managers.get(name)!;
    const rows = everyRow.filter((row) => market.instruments[row].baseCurrency.toLowerCase() === name);
    const strides = managerStrides(names);
    const floats = factors.modelFloats.subarray(index * strides.floats, (index + 1) * strides.floats);
    const settled = rows.find((row) => market.instruments[row].settlementCurrency === params.currency);
    floats[layout.MANAGER_SPOT] = settled === undefined ? NaN : market.indexPrice[market.groupOf[settled]];
    floats[layout.MANAGER_SPOT_CONFIDENCE] = confidenceOf(agreedValue(market.field('indexConfidence'), rows));
    fillManager(manager, names, stable, floats);
    for (const row of rows) fillOptionTerms(market, manager, row, factors.instrumentData);
  });
  for (const row of everyRow) {
    factors.instrumentData[row * layout.INSTRUMENT_DATA_WIDTH + layout.DATA_STABLE] = stable;
    factors.instrumentData[row * layout.INSTRUMENT_DATA_WIDTH + layout.DATA_CONFIDENCE] = ownConfidence(market, row);
  }
}

/** Least confidence of the feeds that price this instrument alone (spot and other instruments apart). */
function ownConfidence(market: TickMarket, row: number): number {
  const own = confidenceOf(market.field('confidence')[row]);
  if (market.instruments[row].kind !== 'option') return own;
  const volatility = confidenceOf(market.field('volatilityConfidence')[row]);
  return Math.min(own, volatility, confidenceOf(market.field('rateConfidence')[row]));
}

function fillWords(market: TickMarket, params: DerivePortfolioParams, names: TableNames, words: Int32Array): void {
  const strides = managerStrides(names);
  words[layout.WORD_MANAGER_COUNT] = names.managers.length;
  words[layout.WORD_COLLATERAL_COUNT] = names.collaterals.length;
  words[layout.WORD_SCENARIO_MAX] = names.scenarioMax;
  words[layout.WORD_DEFAULT_MANAGER] = names.managers.indexOf(params.collateralOnlyManager);
  names.managers.forEach((name, index) => {
    const first = layout.WORD_MANAGERS + index * strides.words;
    const { scenarios } = params.managers.get(name)!;
    words[first] = scenarios.length;
    scenarios.forEach((scenario, s) => {
      words[first + layout.MANAGER_WORD_SCENARIOS + s] = volatilityCodes[scenario.volShock];
    });
  });
  const firstRow = layout.WORD_MANAGERS + names.managers.length * strides.words;
  market.instruments.forEach((instrument, row) => {
    const first = firstRow + row * layout.ROW_WORDS;
    const base = instrument.baseCurrency.toLowerCase();
    const isSpot = instrument.kind === 'spot';
    words[first + layout.ROW_KIND] = isSpot
      ? layout.KIND_COLLATERAL
      : instrument.kind === 'option' ? layout.KIND_OPTION : layout.KIND_PERPETUAL;
    // Refused instruments have neither; accounts that hold them never reach the kernel.
    words[first + layout.ROW_MANAGER] = Math.max(names.managers.indexOf(base), 0);
    words[first + layout.ROW_COLLATERAL] = Math.max(names.collaterals.indexOf(base), 0);
  });
}

function fillManager(manager: DeriveManager, names: TableNames, stable: number, floats: Float64Array): void {
  const { margin, otherContingency: other, basisContingency: basis } = manager;
  const depeg = other.pegLossThreshold - stable;
  floats[layout.MANAGER_INITIAL_FACTOR] = margin.imFactor + (depeg <= 0 ? 0 : depeg * other.pegLossFactor);
  floats[layout.MANAGER_MAINTENANCE_FACTOR] = margin.mmFactor;
  floats[layout.MANAGER_PERPETUAL_MAINTENANCE] = other.MMPerpPercent;
  floats[layout.MANAGER_PERPETUAL_INITIAL] = other.IMPerpPercent;
  floats[layout.MANAGER_OPTION_MAINTENANCE] = other.MMOptionPercent;
  floats[layout.MANAGER_OPTION_INITIAL] = other.IMOptionPercent;
  floats[layout.MANAGER_CONFIDENCE_THRESHOLD] = other.confThreshold;
  floats[layout.MANAGER_CONFIDENCE_SCALE] = other.confMargin;
  floats[layout.MANAGER_VOLATILITY_FLOOR] = manager.volShock.minVolUpShock;
  floats[layout.MANAGER_BASIS_UP] = basis.scenarioSpotUp;
  floats[layout.MANAGER_BASIS_DOWN] = basis.scenarioSpotDown;
  floats[layout.MANAGER_FACTORED_CONTINGENCY] = manager.factorsContingency ? 1 : 0;
  floats[layout.MANAGER_COLLATERAL_SCALE] = manager.factorsContingency ? stable : 1;
  manager.scenarios.forEach((scenario, s) => {
    const first = layout.MANAGER_SCALARS + s * layout.SCENARIO_FLOATS;
    floats[first + layout.SCENARIO_MULTIPLIER] = scenario.spotShock;
    floats[first + layout.SCENARIO_DAMPENING] = scenario.dampeningFactor;
  });
  names.collaterals.forEach((name, index) => {
    const first =
      layout.MANAGER_SCALARS + names.scenarioMax * layout.SCENARIO_FLOATS + index * layout.COLLATERAL_FLOATS;
    const collateral = manager.collateral.get(name);
    floats[first + layout.COLLATERAL_ACCEPTED] = collateral === undefined ? 0 : 1;
    floats[first + layout.COLLATERAL_CANCELS_RISK] = collateral?.isRiskCancelling === true ? 1 : 0;
    floats[first + layout.COLLATERAL_MAINTENANCE] = collateral?.MMHaircut ?? 0;
    floats[first + layout.COLLATERAL_INITIAL] = collateral?.IMHaircut ?? 0;
  });
}

/** Terms that the options of one expiry share, on every row of it. */
function fillOptionTerms(market: TickMarket, manager: DeriveManager, row: number, data: Float64Array): void {
  const { kind, expiryMs } = market.instruments[row];
  if (kind !== 'option' || expiryMs === null) return;
  const first = row * layout.INSTRUMENT_DATA_WIDTH;
  const untilMs = Math.max(expiryMs - market.asOfMs, 0);
  const seconds = untilMs / 1000;
  const years = untilMs / yearMs;
  const rootTime = Math.sqrt(years);
  const quoted = market.field('interestRate')[row];
  const rate = quoted < 0 ? 0 : quoted;
  const { volShock, margin, basisContingency: basis, skewShock: skew } = manager;
  const discount = manager.discountsMark ? exp(-rate * years) : 1;
  const long = rate * margin.longRateMultScale + margin.longRateAddScale;
  const short = rate * margin.shortRateMultScale + margin.shortRateAddScale;
  data[first + layout.DATA_DISCOUNT] = discount;
  data[first + layout.DATA_POSITIVE] = margin.longBaseStaticDiscount * exp(-years * long);
  data[first + layout.DATA_NEGATIVE] = Math.min(1 / discount, margin.shortBaseStaticDiscount * exp(years * short));
  const tenor = Math.max(seconds, volShock.dteFloor);
  const size = power(
    pivotSeconds / tenor,
    seconds <= pivotSeconds ? volShock.shortTermPower : volShock.longTermPower,
  );
  data[first + layout.DATA_UP] = 1 + volShock.volRangeUp * size;
  data[first + layout.DATA_DOWN] = Math.max(0, 1 - volShock.volRangeDown * size);
  data[first + layout.DATA_ROOT_TIME] = rootTime;
  data[first + layout.DATA_BASIS] = basis.basisContAddFactor + basis.basisContMultFactor * years;
  data[first + layout.DATA_LINEAR_CAP] = skew.linearCBase * rootTime + skew.linearBaseCap;
  data[first + layout.DATA_ABSOLUTE_CAP] = skew.absCBase * rootTime + skew.absBaseCap;
  const volatility = skew.volParamStatic + rootTime * skew.volParamScale;
  data[first + layout.DATA_SKEW_WIDTH] = Math.max(skew.minKStar, rootTime * skew.widthScale * volatility);
  const fixed = settledForward(market, row, seconds);
  data[first + layout.DATA_FIXED] = fixed;
  data[first + layout.DATA_VARIABLE] = market.forward[row] - fixed;
}

/** The market's own figure, or the share of the window that has passed, at the forward. */
function settledForward(market: TickMarket, row: number, seconds: number): number {
  const quoted = market.field('settledForward')[row];
  if (!Number.isNaN(quoted)) return quoted;
  if (seconds >= settlementSeconds) return 0;
  return (market.forward[row] * (settlementSeconds - seconds)) / settlementSeconds;
}
