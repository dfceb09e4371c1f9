import type { RegtParams } from '../../margin/regt/params.ts';
import { Decimal, exact, sum, zero } from '../decimal.ts';
import type { Breakdown, ReferenceAccount, ReferenceMargin, ReferenceModel } from './account.ts';
import { dollarsOf, holdingsOf, type ClassHolding, type OptionHolding } from './regt/holdings.ts';
import { pair, type Paired, type Purpose } from './regt/pairing.ts';
import { describePairing } from './regt/describe.ts';

/**
 * Reference of `regt`: requirements per contract in decimals, the pairing by exact integer programming (whole numbers of any
 * size, Gomory's cuts). It names the strategies it has chosen.
 */
export const referenceRegt: ReferenceModel<RegtParams> = (market, params) => (account) => {
  const held = holdingsOf(market, params, account);
  if ('refusal' in held) return new Map([['USD', held]]);
  return new Map([['USD', marginOf(held, account)]]);
};

function marginOf(classes: readonly ClassHolding[], account: ReferenceAccount): ReferenceMargin {
  const paired = classes.map((held) => ({ held, kept: pair(held, 'maintenance'), opened: pair(held, 'initial') }));
  const cash = exact(account.cash.get('USD') ?? 0);
  const equity = sum([cash, ...paired.map(({ held, kept }) => equityOf(held, kept))]);
  const components = new Map(partNames.map((name) => [name, sum(paired.map(({ held, kept }) => partsOf(held, kept)[name]))] as const));
  return {
    equity,
    initialMargin: sum(paired.map(({ held, opened }) => totalOf(held, opened))),
    maintenanceMargin: sum(paired.map(({ held, kept }) => totalOf(held, kept))),
    components: new Map<string, Decimal>([
      ...components,
      ['longOptionValue', sum(classes.map((held) => longValue(held, () => true)))],
      ['optimalityGap', zero],
    ]),
    worstScenario: null,
    scale: sum([cash.abs(), ...classes.map(scaleOf)]),
    breakdown: paired.map(({ held, kept, opened }) => describeClass(held, kept, opened)),
  };
}

type Parts = Readonly<Record<(typeof partNames)[number], Decimal>>;
const partNames = ['naked', 'spreads', 'boxes', 'hedgedStock', 'stock', 'longOptions'] as const;

function partsOf({ options }: ClassHolding, paired: Paired): Parts {
  const ofStrategies = (part: string): bigint =>
    paired.strategies.reduce((total, { strategy, times }) => total + (strategy.part === part ? times * strategy.requirement : 0n), 0n);
  let naked = ofStrategies('naked');
  let longOptions = 0n;
  options.forEach((option, index) => {
    const alone = paired.aloneContracts[index];
    if (!option.isLong) naked += alone * option.naked;
    else if (option.isLongTerm) longOptions += alone * option.aloneLong + (option.contracts - alone) * option.mark;
  });
  return {
    naked: dollarsOf(naked),
    spreads: dollarsOf(paired.spreads.reduce((total, { loss }) => total + loss, 0n)),
    boxes: dollarsOf(ofStrategies('boxes')),
    hedgedStock: dollarsOf(ofStrategies('hedgedStock')),
    stock: dollarsOf(paired.aloneStock),
    longOptions: dollarsOf(longOptions),
  };
}

function totalOf(held: ClassHolding, paired: Paired): Decimal {
  const parts = partsOf(held, paired);
  return sum(partNames.map((name) => parts[name]));
}

function equityOf(held: ClassHolding, { strategies }: Paired): Decimal {
  const boxes = strategies.reduce((total, { strategy, times }) => total + times * strategy.value, 0n);
  return sum([held.shares.times(held.price), longValue(held, ({ isLongTerm }) => isLongTerm), dollarsOf(boxes)]);
}

function longValue({ options }: ClassHolding, isCounted: (option: OptionHolding) => boolean): Decimal {
  return sum(options.filter((option) => option.isLong && isCounted(option)).map(({ contracts, mark }) => dollarsOf(contracts * mark)));
}

/** Underlying's value and premium of every contract, and the stock. */
function scaleOf({ options, shares, price }: ClassHolding): Decimal {
  const notionals = options.map(({ contracts, size, mark }) => size.times(price).plus(dollarsOf(mark)).times(contracts.toString()));
  return sum([shares.abs().times(price), ...notionals]);
}

function describeClass(held: ClassHolding, kept: Paired, opened: Paired): Breakdown {
  const side = (purpose: Purpose, paired: Paired): Breakdown => ({
    label: `${purpose} requirement, pairing of least total (proven)`,
    value: totalOf(held, paired).toString(),
    unit: 'USD',
    children: describePairing(held, paired, purpose),
  });
  return {
    label: `class ${held.name}, underlying at ${held.price.toSignificantDigits(15).toString()}`,
    value: null,
    children: held.shares.isZero()
      ? [side('maintenance', kept), { label: 'initial requirement: the same, there is no stock', value: null }]
      : [side('maintenance', kept), side('initial', opened)],
  };
}
