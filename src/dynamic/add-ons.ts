import type { Storable } from '../account/events.ts';
import type { AccountContext, AccountModule, Adjustment } from '../account/module.ts';
import type { Engine } from '../engine/engine.ts';
import { invalid } from '../margin/fields.ts';
import { AddOnCharges, emptyCharges, type ChargeColumns } from './add-on-charges.ts';
import { addOnNames, parseAddOnParameters, type AddOnName, type AddOnParameters } from './add-on-parameters.ts';
import { contractTerms } from './contract-terms.ts';
import { MissingInputs } from './missing-inputs.ts';
import { positionSlots, underlyingOf, underlyingRows, type UnderlyingRows } from './underlyings.ts';

export interface AddOnOptions {
  /** Parameters as in their file. */
  readonly parameters: unknown;
  /** Daily volatility by underlying where the parameters give none: `DynamicMargin.dailyVolatility`. */
  readonly dailyVolatility?: (underlying: string) => number;
}

/** What became of the add-ons at the last tick: nothing that is configured is missing from it. */
export interface AddOnManifest {
  readonly required: readonly AddOnName[];
  /** Components that were computed, as their adjustments are called. */
  readonly components: readonly string[];
  readonly accountsFailed: number;
  /** What counts as collateral: not what a collateral module holds outside the margin engine. */
  readonly collateral: 'cash and spot of the margin engine';
  /** `liquidationCost: averageDailyVolume of btc`. */
  readonly missing: readonly string[];
}

/** Components by add-on: column of the charges and name of the adjustment. */
const components: Readonly<Record<AddOnName, readonly (readonly [keyof ChargeColumns, string])[]>> = {
  concentration: [
    ['concentration', 'concentration'],
    ['instrumentConcentration', 'instrument-concentration'],
  ],
  liquidationCost: [
    ['halfSpread', 'half-spread'],
    ['impact', 'market-impact'],
    ['priceRisk', 'liquidation-price-risk'],
  ],
  wrongWayCollateral: [['wrongWay', 'wrong-way-collateral']],
};

/** Missing inputs that an event names; the others it counts. */
const namedMax = 100;

/**
 * Add-ons to the requirement: concentration, liquidation cost, wrong-way collateral, each component an adjustment of
 * its own. One pass over the book per tick computes all of them.
 *
 * An add-on that is configured and cannot be computed for an account (no volume, no spread) is NaN there, which
 * quarantines it, with the reason in `missingInputs` and an event; it is never zero (the wrong-way add-on that a
 * clearing house documented and did not run from 2019 to 2021 was).
 */
export class AddOns implements AccountModule {
  readonly name = 'add-ons';
  readonly adjustments: readonly Adjustment[];
  readonly parameters: AddOnParameters;
  readonly #dailyVolatility: (underlying: string) => number;
  #rows: UnderlyingRows | null = null;
  #columns: ChargeColumns = emptyCharges(0);
  /** Whether the columns are those of a tick before. */
  #isStale = true;
  #accountsFailed = 0;
  #missing: readonly string[] = [];
  /** As the last event said. */
  #reported: readonly string[] = [];

  /** Throws `ParameterInvalid`, also for an add-on that is required and not there. */
  constructor({ parameters, dailyVolatility = () => NaN }: AddOnOptions) {
    this.parameters = parseAddOnParameters(parameters);
    this.#dailyVolatility = dailyVolatility;
    this.adjustments = addOnNames.flatMap((name) => {
      const section = this.parameters[name];
      return section === undefined
        ? []
        : components[name].map(([column, label]) => this.#adjustment(column, label, section.maintenanceShare));
    });
  }

  get manifest(): AddOnManifest {
    return {
      required: this.parameters.required,
      components: this.adjustments.map(({ name }) => name),
      accountsFailed: this.#accountsFailed,
      collateral: 'cash and spot of the margin engine',
      missing: this.#missing,
    };
  }

  /** Throws `ParameterInvalid` for an underlying or a collateral that there is not: a misspelt name is no parameter. */
  attach({ engine }: AccountContext): void {
    this.#rows = underlyingRows(engine);
    const known = new Set(engine.market.instruments.map(underlyingOf));
    const requireKnown = (names: object, path: string): void => {
      for (const [name, value] of Object.entries(names)) {
        if (!known.has(name))
          throw invalid(
            `${path}.${name}`,
            value,
            `must be an underlying of the market (${[...known].sort().join(', ')})`,
          );
      }
    };
    requireKnown(this.parameters.underlyings, 'add-ons.underlyings');
    const collateral = collateralNames(engine);
    for (const [name, { correlations }] of Object.entries(this.parameters.wrongWayCollateral?.assets ?? {})) {
      if (!collateral.has(name)) {
        const rule = `must be a currency of the accounts or a base currency of spot (${[...collateral].sort().join(', ')})`;
        throw invalid(`add-ons.wrongWayCollateral.assets.${name}`, name, rule);
      }
      requireKnown(correlations, `add-ons.wrongWayCollateral.assets.${name}.correlations`);
    }
    this.#isStale = true;
  }

  beforeTick(plan: { readonly quotes: AccountContext['quotes'] }): AccountContext['quotes'] {
    this.#isStale = true;
    return plan.quotes;
  }

  /** Says once what is missing, and once that nothing is any more. */
  afterTick({ emit }: AccountContext): void {
    if (this.#missing.join('\n') === this.#reported.join('\n')) return;
    this.#reported = this.#missing;
    if (this.#missing.length === 0) emit('inputs-complete', { components: this.manifest.components });
    else
      emit('input-missing', {
        inputs: this.#missing.slice(0, namedMax),
        count: this.#missing.length,
        accounts: this.#accountsFailed,
      });
  }

  /** Why the add-ons of an account cannot be computed; empty if they can. */
  missingInputs(context: AccountContext, account: string): string[] {
    const { first, end } = context.engine.resultRange(account);
    const { missing } = this.#sources(context);
    missing.add(first, end);
    return missing.texts();
  }

  state(): Storable {
    return { reported: this.#reported };
  }

  restore(state: Storable): void {
    this.#reported = (state as { readonly reported: readonly string[] }).reported;
    this.#isStale = true;
  }

  #adjustment(column: keyof ChargeColumns, name: string, maintenanceShare: number): Adjustment {
    return {
      name,
      counts: 'requirement',
      compute: (context, amounts, maintenance) => {
        if (this.#isStale) this.#run(context);
        const charges = this.#columns[column];
        for (let set = 0; set < amounts.length; set++) {
          amounts[set] = charges[set];
          maintenance[set] = charges[set] * maintenanceShare;
        }
      },
    };
  }

  #sources({ engine, quotes }: AccountContext) {
    const rows = this.#rows!;
    const { parameters } = this;
    const terms = contractTerms({ engine, quotes, rows, parameters, dailyVolatility: this.#dailyVolatility });
    const slots = positionSlots(engine);
    const { instruments } = engine.market;
    return {
      rows,
      terms,
      slots,
      missing: new MissingInputs({
        slots,
        rows,
        terms,
        parameters,
        instruments,
        instrumentOf: engine.rows.instrumentOf,
      }),
    };
  }

  #run(context: AccountContext): void {
    const { rows, terms, slots, missing } = this.#sources(context);
    if (this.#columns.concentration.length !== slots.setCount) this.#columns = emptyCharges(slots.setCount);
    const charges = new AddOnCharges(slots, rows, terms, this.parameters, context.engine.currencies, this.#columns);
    this.#accountsFailed = charges.run((first, end) => missing.add(first, end));
    this.#missing = missing.texts();
    this.#isStale = false;
  }
}

/** What accounts can hold as cash or spot, in lower case. */
function collateralNames({ currencies, market }: Engine): ReadonlySet<string> {
  const bases = market.instruments.filter(({ kind }) => kind === 'spot').map(({ baseCurrency }) => baseCurrency);
  return new Set([...currencies, ...bases].map((name) => name.toLowerCase()));
}
