import { MargridError } from '../../errors.ts';
import type { Payoff } from '../../domain/instrument.ts';
import { modelByName } from '../../margin/registry.ts';
import type { Coverage } from '../../margin/model.ts';
import { calendarDays, pricesPerYear, requirePricePath, type PricePath } from './price-path.ts';
import { defaultListingTerms, type Listing, type ListingTerms, type SlotName } from './listing.ts';
import { marginDay, type PortfolioDay } from './margin-day.ts';
import {
  legsText, outrightSlot, outrightSlots, randomPortfolios, standardPortfolios, type TestPortfolio,
} from './test-portfolios.ts';
import { venueOf, type ArrayScaling, type Venue } from './venue.ts';
import { defaultVolatilityPolicy, volatilityPath, type VolatilityPolicy } from './volatility-policy.ts';

/** A model under test. */
export interface TestedModel {
  /** Name in results; unique. */
  readonly label: string;
  /** Name in the registry. */
  readonly model: string;
  /** As in the parameter file: applied to every day. Ignored if there is `paramsOn`. */
  readonly params: unknown;
  /** Parameters of each day, for models that are calibrated: from what is known on that day. */
  readonly paramsOn?: (day: number) => unknown;
}

export interface CoverageOptions {
  readonly models: readonly TestedModel[];
  readonly path: PricePath;
  /** Names of the underlying, tried in order; default BTC, then XYZ (a share). */
  readonly underlyings?: readonly string[];
  /** Margin period of risk: rows of the history; default 1. */
  readonly horizonDays?: number;
  /** Rows before the first measured day; default 60. */
  readonly warmUpDays?: number;
  /** First and last measured day (ISO); default: all after the warm-up. */
  readonly from?: string;
  readonly to?: string;
  readonly volatility?: VolatilityPolicy;
  readonly terms?: ListingTerms;
  /** Default: `standardPortfolios`. */
  readonly portfolios?: readonly TestPortfolio[];
  /** Random portfolios besides; default 4. */
  readonly randomCount?: number;
  readonly seed?: number;
  /** Quote currency per unit of a portfolio, > 0; default 100,000. */
  readonly notional?: number;
  /** Default `rescale`. */
  readonly arrayScaling?: ArrayScaling;
  /** Only contracts of this payoff; default: the form of which a model margins most. */
  readonly payoff?: Payoff;
  /** Told after each measured day of each model; may throw to stop. */
  readonly onDay?: (done: number, total: number) => void;
}

/** One portfolio under one model, day by day. */
export interface PortfolioRun {
  readonly portfolio: string;
  /** `+1 near-call -1 high-call`. */
  readonly legs: string;
  /** In the currency of the model; NaN on days without a margin. */
  readonly initialMargin: Float64Array;
  readonly cover: Float64Array;
  readonly loss: Float64Array;
  /** Reasons of days without a margin, with how many days each. */
  readonly refusals: ReadonlyMap<string, number>;
}

/** A portfolio that was not margined on any day, or a whole model (`portfolio` null). */
export interface Refused {
  readonly portfolio: string | null;
  readonly reason: string;
}

export interface ModelRun {
  readonly label: string;
  readonly model: string;
  /** What the parameters cover; null if the model was refused before they were read. */
  readonly parameters: Coverage | null;
  /** What was listed: `inverse, BTC_USD`; null if nothing. */
  readonly listing: string | null;
  readonly currency: string | null;
  /** Notional of a unit, in the currency of the model, by day. */
  readonly notional: Float64Array;
  readonly portfolios: readonly PortfolioRun[];
  readonly refused: readonly Refused[];
}

/** Margins and losses by day: what the statistics and the pictures are made of. */
export interface CoverageRun {
  readonly dates: readonly string[];
  /** End of the margin period of risk of each day. */
  readonly endDates: readonly string[];
  readonly horizonDays: number;
  readonly volatilities: Float64Array;
  readonly models: readonly ModelRun[];
}

const defaultUnderlyings: readonly string[] = ['BTC', 'XYZ'];
const defaultWarmUpDays = 60;
const defaultNotional = 100_000;

/**
 * Initial margin against the loss that followed, over a history of prices. On each day the portfolios are struck afresh
 * on what the model then lists and margined by the engine; their loss is that of the same contracts at the prices and
 * volatilities of the end of the margin period of risk, with the time that passed. Nothing of a day's margin comes from
 * a later day. What a model refuses is in the result with its reason.
 *
 * Throws `OptionInvalid`, `ObservationsMissing`, `ValueOutOfRange`, `ModelUnknown`, `ParameterInvalid`.
 */
export async function coverageBacktest(options: CoverageOptions): Promise<CoverageRun> {
  const { path, models } = options;
  requirePricePath(path);
  requireLabels(models);
  const horizonDays = requireWhole('horizonDays', options.horizonDays ?? 1, 1);
  const days = measuredDays(options, horizonDays);
  const warmUp = Math.max(days[0], 1);
  const policy = options.volatility ?? defaultVolatilityPolicy;
  const volatilities = volatilityPath(path, policy, pricesPerYear(path, warmUp));
  const total = days.length * models.length;
  let done = 0;
  const runs: ModelRun[] = [];
  for (const tested of models) {
    const onDay = (): void => options.onDay?.(++done, total);
    runs.push(await runModel(tested, options, { horizonDays, days, volatilities, onDay }));
    done = runs.length * days.length;
  }
  return {
    dates: days.map((day) => path.dates[day]),
    endDates: days.map((day) => path.dates[day + horizonDays]),
    horizonDays,
    volatilities: Float64Array.from(days, (day) => volatilities[day]),
    models: runs,
  };
}

interface RunSetting {
  readonly horizonDays: number;
  /** Rows of the history that are measured. */
  readonly days: readonly number[];
  readonly volatilities: Float64Array;
  readonly onDay: () => void;
}

function requireLabels(models: readonly TestedModel[]): void {
  const labels = models.map(({ label }) => label);
  const twice = labels.find((label, place) => labels.indexOf(label) < place);
  if (twice === undefined && labels.length > 0) return;
  const message = twice === undefined ? 'there is no model to test' : `two models are called '${twice}'`;
  throw new MargridError('OptionInvalid', message, { column: 'models', value: twice ?? null });
}

function requireWhole(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new MargridError(
    'OptionInvalid', `${name} must be a whole number >= ${least}, got ${value}`, { column: name, value },
  );
}

function requirePositive(notional: number): number {
  if (notional > 0 && notional < Infinity) return notional;
  throw new MargridError(
    'OptionInvalid', `notional must be > 0 and finite, got ${notional}`, { column: 'notional', value: notional },
  );
}

function measuredDays(
  { path, warmUpDays = defaultWarmUpDays, from, to }: CoverageOptions, horizonDays: number,
): number[] {
  const warmUp = requireWhole('warmUpDays', warmUpDays, 1);
  const last = path.prices.length - 1 - horizonDays;
  const days: number[] = [];
  for (let day = warmUp; day <= last; day++) {
    const date = path.dates[day];
    if ((from === undefined || date >= from) && (to === undefined || date <= to)) days.push(day);
  }
  if (days.length > 0) return days;
  const message =
    `no day can be measured: the history has ${path.prices.length} days (${path.dates[0]} to ${path.dates.at(-1)}), ` +
    `${warmUp} warm up, ${horizonDays} follow`;
  throw new MargridError('ObservationsMissing', message, { column: 'days', value: path.prices.length });
}

async function runModel(tested: TestedModel, options: CoverageOptions, setting: RunSetting): Promise<ModelRun> {
  const { label } = tested;
  const model = modelByName(tested.model);
  const { days, volatilities } = setting;
  const paramsOn = (day: number): unknown => tested.paramsOn?.(day) ?? tested.params;
  const parsed = model.parseParams(paramsOn(days[0]));
  const base = { label, model: model.name, parameters: model.coverage(parsed) };
  let venue: Venue;
  try {
    venue = venueOf({
      model, params: parsed, path: options.path, volatilities, first: days[0],
      underlyings: options.underlyings ?? defaultUnderlyings,
      terms: options.terms ?? defaultListingTerms, arrayScaling: options.arrayScaling ?? 'rescale',
      notional: requirePositive(options.notional ?? defaultNotional), payoff: options.payoff ?? null,
    });
  } catch (error) {
    if (!(error instanceof MargridError) || error.code !== 'ComponentUnknown') throw error;
    const refused = [{ portfolio: null, reason: error.message }];
    return { ...base, listing: null, currency: null, notional: new Float64Array(0), portfolios: [], refused };
  }
  const chosen = chosenPortfolios(options, venue.listing(days[0]));
  const portfolios = chosen.filter(({ refusal }) => refusal === null).map(({ portfolio }) => portfolio);
  const refused = chosen.flatMap(({ portfolio, refusal }) =>
    refusal === null ? [] : [{ portfolio: portfolio.name, reason: refusal }],
  );
  const { runs, notional } = await runDays(tested, options, setting, venue, portfolios);
  const never = runs.filter(({ initialMargin }) => initialMargin.every(Number.isNaN));
  return {
    ...base,
    listing: venue.description,
    currency: venue.currency,
    notional,
    portfolios: runs.filter((run) => !never.includes(run)),
    refused: [
      ...refused, ...never.map(({ portfolio, refusals }) => ({ portfolio, reason: [...refusals.keys()].join('; ') })),
    ],
  };
}

interface ChosenPortfolio {
  readonly portfolio: TestPortfolio;
  readonly refusal: string | null;
}

function chosenPortfolios(options: CoverageOptions, { rows, refusals }: Listing): ChosenPortfolio[] {
  const { portfolios = standardPortfolios, randomCount = 4, seed = 1 } = options;
  const outright = outrightSlot(rows);
  const reasonOf = (slot: SlotName | 'outright'): string | null => {
    if (slot !== 'outright') return rows.has(slot) ? null : `${slot}: ${refusals.get(slot) ?? 'not listed'}`;
    if (outright !== null) return null;
    const reasons = new Set(outrightSlots.map((each) => refusals.get(each) ?? 'not listed'));
    return `outright: ${[...reasons].join('; ')}`;
  };
  const given = portfolios.map((portfolio) => {
    const slots = [
      ...portfolio.legs.map(({ slot }) => slot), ...(portfolio.deltaHedged === true ? ['outright' as const] : []),
    ];
    return { portfolio, refusal: slots.map(reasonOf).find((reason) => reason !== null) ?? null };
  });
  const drawn = randomPortfolios(randomCount, seed, new Set(rows.keys())).map((portfolio) => ({
    portfolio,
    refusal: portfolio.legs.length < 2 ? `only ${rows.size} kind of contract is listed: nothing to combine` : null,
  }));
  return [...given, ...drawn];
}

interface DaysRun {
  readonly runs: PortfolioRun[];
  readonly notional: Float64Array;
}

async function runDays(
  tested: TestedModel,
  options: CoverageOptions,
  { days, horizonDays, volatilities, onDay }: RunSetting,
  venue: Venue,
  portfolios: readonly TestPortfolio[],
): Promise<DaysRun> {
  const { path } = options;
  const column = (): Float64Array => new Float64Array(days.length).fill(NaN);
  const runs = portfolios.map((portfolio) => ({
    portfolio: portfolio.name, legs: legsText(portfolio),
    initialMargin: column(), cover: column(), loss: column(), refusals: new Map<string, number>(),
  }));
  const setting = { model: tested.model, underlying: venue.underlying, currency: venue.currency, portfolios };
  const notionals = column();
  for (const [place, day] of days.entries()) {
    const end = day + horizonDays;
    const move = {
      price: path.prices[end] / path.prices[day] - 1,
      volatility: volatilities[end] / volatilities[day] - 1,
      days: calendarDays(path, day, end),
    };
    const listing = venue.listing(day);
    const unitSize = venue.unitSize(day);
    const params = tested.paramsOn?.(day) ?? tested.params;
    const margins: readonly PortfolioDay[] =
      portfolios.length === 0 ? [] : await marginDay({ ...setting, params, unitSize }, listing, move);
    const scale = venue.marginScale(day);
    notionals[place] = venue.currency === venue.underlying ? unitSize : unitSize * listing.market.forward[0];
    margins.forEach((each, index) => {
      const run = runs[index];
      run.initialMargin[place] = each.initialMargin * scale;
      run.cover[place] = each.cover * scale;
      run.loss[place] = each.refusal === null ? each.loss : NaN;
      if (each.refusal !== null) run.refusals.set(each.refusal, (run.refusals.get(each.refusal) ?? 0) + 1);
    });
    onDay();
  }
  return { runs, notional: notionals };
}
