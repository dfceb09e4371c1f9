import { createHash } from 'node:crypto';
import type { AccountEngine, AccountStatus, Outcome } from '../account/account-engine.ts';
import type { BookCommand, Command, TickCommand } from '../account/command.ts';
import type { LevelName } from '../account/status.ts';
import type { BookChanges } from '../engine/book-changes.ts';
import { MargridError } from '../errors.ts';
import { changesTo, holdingsIn, isEmpty, noHoldings } from './account-holdings.ts';
import { PoolingModule } from './pooling-module.ts';

/** Moves an account to another regime: positions and cash, at one moment of the clock. */
export interface MoveCommand {
  readonly id: string;
  readonly timeMs: number;
  readonly account: string;
  /** Name of the regime. */
  readonly to: string;
}

/** Outcomes by regime, of those that the command concerned. */
export type RegimeOutcomes = ReadonlyMap<string, Outcome>;

/**
 * Several margin regimes side by side, each an account engine under its own model and rules on one market: `cross`
 * under `binance-usdm`, `portfolio` under `deribit-pm`. Every account is at home in one; commands go to its engine,
 * ticks to all. What an engine journals, it journals itself.
 */
export class MarginRegimes {
  readonly #engines: ReadonlyMap<string, AccountEngine>;
  readonly #homes = new Map<string, string>();
  readonly #first: string;

  /**
   * Takes over engines of one market. An account's home is where it holds something, else the first engine that knows
   * its name. Throws `OptionInvalid` for none, for engines of different markets, and for an account that holds
   * something in two.
   */
  constructor(engines: Readonly<Record<string, AccountEngine>>) {
    this.#engines = new Map(Object.entries(engines));
    const [first] = this.#engines.keys();
    if (first === undefined) throw new MargridError('OptionInvalid', 'there must be one regime at least');
    this.#first = first;
    const { instruments } = this.#engines.get(first)!.market;
    for (const [name, engine] of this.#engines) {
      if (engine.market.instruments !== instruments) {
        throw new MargridError(
          'OptionInvalid',
          `regimes '${first}' and '${name}' must have the same market: accounts move between them`,
          { value: name },
        );
      }
      this.#settle(name, engine);
    }
  }

  #settle(regime: string, { engine }: AccountEngine): void {
    for (const account of engine.accountIds) {
      const { first, end } = engine.resultRange(account);
      const earlier = this.#homes.get(account);
      if (earlier === undefined) this.#homes.set(account, regime);
      else if (end > first) {
        const other = this.#engines.get(earlier)!.engine.resultRange(account);
        if (other.end > other.first) {
          throw new MargridError(
            'OptionInvalid',
            `account '${account}' holds something under '${earlier}' and under '${regime}'`,
            { value: account },
          );
        }
        this.#homes.set(account, regime);
      }
    }
  }

  /** The account engine of a regime. Throws `OptionInvalid` for an unknown one. */
  engine(regime: string): AccountEngine {
    const found = this.#engines.get(regime);
    if (found !== undefined) return found;
    throw new MargridError(
      'OptionInvalid',
      `there is no regime '${regime}'; there are ${[...this.#engines.keys()].join(', ')}`,
      { value: regime },
    );
  }

  /** The regime an account is in; new accounts open in the first. */
  regimeOf(account: string): string {
    return this.#homes.get(account) ?? this.#first;
  }

  /**
   * Applies a command where it belongs: ticks and rules everywhere, book changes by account, others in the regime of
   * the accounts that they name. Throws `CommandInvalid` if those are in different ones, else what the engines throw.
   */
  async apply(command: Command | TickCommand | BookCommand): Promise<RegimeOutcomes> {
    if (command.kind === 'tick' || command.kind === 'rules')
      return this.#applyTo([...this.#engines.keys()], () => command);
    if (command.kind === 'book') {
      const byRegime = this.#split((command as BookCommand).changes);
      return this.#applyTo(
        [...byRegime.keys()],
        (regime) => ({ ...command, changes: byRegime.get(regime)! }) as BookCommand,
      );
    }
    const names = namesIn(command);
    const regimes = [...new Set(names.filter((name) => this.#homes.has(name)).map((name) => this.regimeOf(name)))];
    if (regimes.length > 1) {
      throw new MargridError(
        'CommandInvalid',
        `${command.kind}: ${names.join(', ')} are in different regimes: ${regimes.join(', ')}`,
        { value: names },
      );
    }
    const [regime = this.#first] = regimes;
    const outcomes = await this.#applyTo([regime], () => command);
    for (const name of names) if (!this.#homes.has(name)) this.#homes.set(name, regime);
    return outcomes;
  }

  async #applyTo(
    regimes: readonly string[],
    commandFor: (regime: string) => Command | TickCommand | BookCommand,
  ): Promise<RegimeOutcomes> {
    const outcomes = new Map<string, Outcome>();
    for (const regime of regimes) outcomes.set(regime, await this.engine(regime).apply(commandFor(regime)));
    return outcomes;
  }

  #split(changes: BookChanges): Map<string, BookChanges> {
    const byRegime = new Map<string, Record<string, { readonly account: string }[]>>();
    for (const [kind, list] of Object.entries(changes) as [string, readonly { readonly account: string }[]][]) {
      for (const change of list) {
        const regime = this.regimeOf(change.account);
        const own = byRegime.get(regime) ?? {};
        (own[kind] ??= []).push(change);
        byRegime.set(regime, own);
        if (!this.#homes.has(change.account)) this.#homes.set(change.account, regime);
      }
    }
    return byRegime;
  }

  /**
   * Moves an account. It must be healthy or restricted where it is, in no pool, without isolated positions and open
   * orders, and covered by the new regime: there its status follows from that regime's rules at the next tick. The new
   * engine takes it in before the old one lets go, under ids `<id>/in` and `<id>/out`: a move that was interrupted is
   * finished by applying it again. Throws `CommandInvalid`, `MarginInsufficient`, and what the engines throw.
   */
  async move({ id, timeMs, account, to }: MoveCommand): Promise<void> {
    const from = this.regimeOf(account);
    const target = this.engine(to);
    const source = this.engine(from);
    if (from === to)
      throw new MargridError('CommandInvalid', `account '${account}' is in regime '${to}' already`, { value: account });
    this.#requireMovable(account, source);
    const holdings = holdingsIn(source.engine, account);
    const arrivals = changesTo(account, noHoldings, holdings);
    const { positions = [], cash = [], orders = [] } = arrivals;
    for (const { currency, equity, initialMargin, fault } of target.engine.preview(account, {
      positions,
      cash,
      orders,
    })) {
      if (fault !== null)
        throw new MargridError('CommandInvalid', `regime '${to}' cannot margin '${account}': ${fault}`, {
          value: account,
        });
      if (equity >= initialMargin) continue;
      const message = `account '${account}' would have ${equity} ${currency} against an initial margin of ${initialMargin} under '${to}'`;
      throw new MargridError('MarginInsufficient', message, { value: account });
    }
    await target.apply({ id: `${id}/in`, timeMs, kind: 'book', changes: arrivals });
    await source.apply({ id: `${id}/out`, timeMs, kind: 'book', changes: changesTo(account, holdings, noHoldings) });
    this.#homes.set(account, to);
  }

  #requireMovable(account: string, source: AccountEngine): void {
    const level = source.status(account).find((each) => each.level !== 'healthy' && each.level !== 'restricted')?.level;
    if (level !== undefined)
      throw new MargridError('CommandInvalid', `account '${account}' is at level ${level}: it cannot move`, {
        value: account,
      });
    const pooling = source.modules.find((module) => module instanceof PoolingModule);
    if (pooling === undefined) return;
    const { structure } = pooling;
    const isFree =
      structure.ownerOf(account) === account &&
      !structure.isPool(account) &&
      structure.poolOf(account) === null &&
      structure.isolatedOf(account).length === 0;
    if (isFree && structure.ordersOf(account).length === 0) return;
    throw new MargridError(
      'CommandInvalid',
      `account '${account}' has isolated positions or open orders, or is one or a pool: it cannot move`,
      { value: account },
    );
  }

  /** How an account stands in its regime. Throws `AccountUnknown`. */
  status(account: string): { readonly regime: string; readonly sets: readonly AccountStatus[] } {
    const regime = this.regimeOf(account);
    return { regime, sets: this.engine(regime).status(account) };
  }

  /** Netting sets by regime and level. */
  get counts(): ReadonlyMap<string, Readonly<Record<LevelName, number>>> {
    return new Map([...this.#engines].map(([regime, engine]) => [regime, engine.counts] as const));
  }

  /** SHA-256 of the regimes' state hashes and of where accounts are. */
  stateHash(): string {
    const hash = createHash('sha256');
    for (const [regime, engine] of this.#engines) hash.update(JSON.stringify([regime, engine.stateHash()]));
    const held = [...this.#homes].filter(
      ([account, regime]) => !isEmpty(holdingsIn(this.engine(regime).engine, account)),
    );
    hash.update(JSON.stringify(held.sort(([a], [b]) => (a < b ? -1 : 1))));
    return hash.digest('hex');
  }

  async close(): Promise<void> {
    for (const engine of this.#engines.values()) await engine.close();
  }
}

/** Accounts that a command of a module names. */
function namesIn(command: Command | TickCommand | BookCommand): string[] {
  const fields = command as Command;
  const single = [fields['account'], fields['from'], fields['to'], fields['pool'], fields['member']];
  const several = Array.isArray(fields['members']) ? (fields['members'] as unknown[]) : [];
  return [...single, ...several].filter((name): name is string => typeof name === 'string');
}
