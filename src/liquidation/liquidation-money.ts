import type { Storable } from '../account/events.ts';
import type { MinorUnits } from '../money/minor-units.ts';
import type { Postings } from './fill.ts';
import { startingAmount } from './liquidation-options.ts';

const names = ['clearing', 'fund', 'securityModule', 'uncovered'] as const;
type TallyName = (typeof names)[number];

/** Minor units by currency. */
type Tally = Map<string, MinorUnits>;

/** What liquidations move outside the accounts: clearing, insurance fund, security module of auctions, what nobody has covered. */
export class LiquidationMoney {
  readonly #tallies: Readonly<Record<TallyName, Tally>> = {
    clearing: new Map(), fund: new Map(), securityModule: new Map(), uncovered: new Map(),
  };

  /** Amounts at the start, by currency. Throws `ParameterInvalid`. */
  constructor(securityModule: Readonly<Record<string, unknown>>, fund: Readonly<Record<string, unknown>>) {
    for (const [name, held] of Object.entries({ securityModule, fund })) {
      const tally = this.#tallies[name as 'securityModule' | 'fund'];
      for (const [currency, amount] of Object.entries(held)) tally.set(currency, startingAmount(`${name}.${currency}`, amount));
    }
  }

  get tallies(): Readonly<Record<TallyName, ReadonlyMap<string, MinorUnits>>> {
    return this.#tallies;
  }

  add(name: TallyName, currency: string, amount: MinorUnits): void {
    addTo(this.#tallies[name], currency, amount);
  }

  post({ clearing, fund }: Pick<Postings, 'clearing' | 'fund'>): void {
    for (const [currency, amount] of Object.entries(clearing)) this.add('clearing', currency, amount);
    for (const [currency, amount] of Object.entries(fund)) this.add('fund', currency, amount);
  }

  /** Out of the security module as far as it goes; the rest is owed by all (socialised). */
  payOut(currency: string, amount: MinorUnits): void {
    const { securityModule, uncovered } = this.#tallies;
    const there = securityModule.get(currency) ?? 0n;
    const covered = amount < there ? amount : there > 0n ? there : 0n;
    addTo(securityModule, currency, -covered);
    addTo(uncovered, currency, covered - amount);
  }

  state(): Record<TallyName, Storable> {
    return Object.fromEntries(names.map((name) => [name, Object.fromEntries(this.#tallies[name])] as const)) as Record<TallyName, Storable>;
  }

  restore(state: Record<string, Record<string, MinorUnits>>): void {
    for (const name of names) {
      this.#tallies[name].clear();
      for (const [currency, amount] of Object.entries(state[name])) this.#tallies[name].set(currency, amount);
    }
  }
}

function addTo(tally: Tally, currency: string, amount: MinorUnits): void {
  tally.set(currency, (tally.get(currency) ?? 0n) + amount);
}
