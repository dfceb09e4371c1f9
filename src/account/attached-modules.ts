import { MargridError } from '../errors.ts';
import type { Command } from './command.ts';
import type { TransitionColumns } from './events.ts';
import type { AccountContext, AccountModule, ProposedTransitions, TickPlan } from './module.ts';
import type { Proposals } from './scan.ts';
import type { SetStatus } from './set-status.ts';
import { POOLED, QUARANTINED } from './status.ts';

/** The modules of an account engine, each with what it may see and do; asked in their order. */
export class AttachedModules {
  readonly all: readonly AccountModule[];
  readonly contexts: ReadonlyMap<AccountModule, AccountContext>;

  /** Throws `OptionInvalid` if two modules have one name. */
  constructor(modules: readonly AccountModule[], contextOf: (module: AccountModule) => AccountContext) {
    requireDistinct(modules);
    this.all = modules;
    this.contexts = new Map(modules.map((module) => [module, contextOf(module)] as const));
  }

  contextOf(module: AccountModule): AccountContext {
    return this.contexts.get(module)!;
  }

  /** Hands a command to the module that knows it. Throws `CommandInvalid` if none does. */
  command(command: Command): void {
    for (const module of this.all) {
      // Own properties only: an object knows `toString` too.
      if (!Object.hasOwn(module.commands ?? {}, command.kind)) continue;
      module.commands![command.kind](command, this.contextOf(module));
      return;
    }
    const known = ['tick', 'book', 'rules', ...this.all.flatMap(({ commands = {} }) => Object.keys(commands))];
    throw new MargridError('CommandInvalid', `there is no command '${command.kind}'; there are ${known.join(', ')}`, { column: 'kind', value: command.kind });
  }

  /** The quotes of a tick as the modules trust them. */
  planned(plan: TickPlan): TickPlan {
    let trusted = plan;
    for (const module of this.all) {
      const quotes = module.beforeTick?.(trusted, this.contextOf(module));
      if (quotes !== undefined) trusted = { ...trusted, quotes };
    }
    return trusted;
  }

  mirrors(): ReadonlyMap<string, readonly string[]> {
    const all = this.all.flatMap((module) => module.mirrors?.() ?? []);
    return all.length === 1 ? all[0] : new Map(all.flatMap((each) => [...each]));
  }

  isClaimed(account: string, currency: string): boolean {
    return this.all.some((each) => each.claims?.(account, currency) ?? false);
  }

  /** 1 where a set is pooled, one element per netting set; null if none is. */
  pooled(nettingSetCount: number): Uint8Array | null {
    let pooled: Uint8Array | null = null;
    for (const module of this.all) {
      for (const set of module.pooledSets?.(this.contextOf(module)) ?? []) {
        pooled ??= new Uint8Array(nettingSetCount);
        pooled[set] = 1;
      }
    }
    return pooled;
  }

  /** Places of the proposals that happen; null: all. */
  notHeldBack(found: Proposals, status: SetStatus): number[] | null {
    const holders = this.all.filter((module) => 'holdTransitions' in module);
    // Also when nobody moves: a quiet tick is news for whoever holds liquidations back.
    if (holders.length === 0) return null;
    const proposed = proposedOf(found.columns, found.sets, status, found.count);
    const held = new Set<number>();
    for (const module of holders) for (const place of module.holdTransitions!(proposed, this.contextOf(module))) held.add(place);
    if (held.size === 0) return null;
    return Array.from({ length: found.count }, (_, place) => place).filter((place) => !held.has(place));
  }

  /** Tells all modules what happened to the netting sets `sets`. */
  ticked(transitions: TransitionColumns, sets: ArrayLike<number>, status: SetStatus): void {
    const happened = proposedOf(transitions, sets, status);
    for (const module of this.all) module.afterTick?.(this.contextOf(module), happened);
  }
}

/** The lists that modules see. */
function proposedOf({ from, to }: TransitionColumns, sets: ArrayLike<number>, { levelBefore }: SetStatus, count = from.length): ProposedTransitions {
  const cut = (column: ArrayLike<number>): number[] => Array.from({ length: count }, (_, place) => column[place]);
  const isAway = (level: number): boolean => level === QUARANTINED || level === POOLED;
  const before = Array.from({ length: count }, (_, place) => (isAway(from[place]) ? levelBefore[sets[place]] : from[place]));
  return { sets: cut(sets), from: cut(from), to: cut(to), before };
}

function requireDistinct(modules: readonly AccountModule[]): void {
  const names = modules.map(({ name }) => name);
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) throw new MargridError('OptionInvalid', `two modules are called '${twice}'`, { value: twice });
}
