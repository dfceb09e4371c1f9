import { dollarRate } from '../../domain/dollar-rates.ts';
import { Engine } from '../../engine/engine.ts';
import { MargridError } from '../../errors.ts';
import { defaultModelName } from '../../margin/registry.ts';
import { amountOf } from '../../money/minor-units.ts';
import {
  membersByPrefix,
  membersByTable,
  singleMembers,
  type ClearingMembers,
} from '../../waterfall/clearing-members.ts';
import {
  sizeDefaultFund,
  StressBook,
  type DefaultFund,
  type DefaultFundOptions,
} from '../../waterfall/default-fund.ts';
import { reverseStress, type ReverseStress } from '../../waterfall/reverse-stress.ts';
import type { MarketMove } from '../../waterfall/stress-quotes.ts';
import { amount, money, percent, table } from '../format.ts';
import { inputsOfModel, loadBook, loadMarket, loadParams, requireParams, type InputOptions } from '../inputs.ts';
import { exitCodes } from '../interruption.ts';
import { readText } from '../read-text.ts';
import type { Terminal } from '../terminal.ts';

export interface DefaultFundCommandOptions extends InputOptions {
  readonly members?: string;
  readonly memberSeparator?: string;
  readonly spotGrid: readonly number[];
  readonly volatilityGrid: readonly number[];
  readonly cover: number;
  readonly resources: DefaultFundOptions['resources'];
  readonly netting: DefaultFundOptions['netting'];
  readonly fund?: number;
  readonly reverse?: boolean;
  readonly resolution: number;
  readonly measure: 'covered' | 'total';
  readonly workers: number;
  readonly json?: boolean;
}

const reporting = 'USD';
const shownMembers = 10;

interface NamedStress extends ReverseStress {
  readonly direction: 'down' | 'up';
}

/** `margrid default-fund`: how much covers the largest defaults, and which move breaks a fund. */
export async function defaultFund(options: DefaultFundCommandOptions, terminal: Terminal): Promise<number> {
  const { model = defaultModelName, cover, resources, netting, workers } = options;
  const params = await loadParams(options.params, model);
  requireParams(params, options);
  const market = await loadMarket(options, terminal);
  const { book } = await loadBook(options, market);
  const inputs = inputsOfModel(market, book, params, options);
  const engine = Engine.create({ ...inputs, model, params, workers });
  try {
    const members = await membersOf(engine.accountIds, options);
    const rate: DefaultFundOptions['rate'] = (at, currency) => dollarRate(at, currency)?.rate ?? null;
    const settings: DefaultFundOptions = { engine, members, rate, cover, resources, netting };
    const moves = options.spotGrid.flatMap((spot) =>
      options.volatilityGrid.map((volatility) => ({ spot, volatility })),
    );
    const fund = await sizeDefaultFund(settings, moves);
    const reverse = options.reverse ? await reversed(settings, fund, options) : [];
    if (options.json) terminal.print(JSON.stringify(jsonOf(fund, members, reverse, options), null, 2));
    else print(fund, members, reverse, options, terminal);
    return exitCodes.ok;
  } finally {
    await engine.close();
  }
}

/** All prices down, and all up; volatilities as they are. */
async function reversed(
  settings: DefaultFundOptions,
  { size }: DefaultFund,
  options: DefaultFundCommandOptions,
): Promise<NamedStress[]> {
  const book = await StressBook.create(settings);
  const { fund = size, measure, resolution } = options;
  const results: NamedStress[] = [];
  for (const direction of ['down', 'up'] as const) {
    const ray = { spot: direction === 'down' ? -1 : 1, volatility: 0 };
    // Prices cannot fall by all they are.
    const most = direction === 'down' ? mostFall : 1;
    results.push({
      direction,
      ...(await reverseStress((move) => book.lossAt(move), { fund, measure, direction: ray, most, resolution })),
    });
  }
  return results;
}

const mostFall = 0.99;

async function membersOf(
  accountIds: readonly string[],
  { members, memberSeparator }: DefaultFundCommandOptions,
): Promise<ClearingMembers> {
  if (members !== undefined) return membersByTable(accountIds, await memberTable(members));
  return memberSeparator === undefined ? singleMembers(accountIds) : membersByPrefix(accountIds, memberSeparator);
}

/** `account,member`, with a header. */
async function memberTable(file: string): Promise<Map<string, string>> {
  const [header, ...lines] = (await readText(file, 'member file')).split(/\r?\n/);
  if (header.trim() !== 'account,member') {
    throw new MargridError('ColumnMissing', `${file}: the first line must be account,member, got '${header}'`, {
      file,
      value: header,
    });
  }
  return new Map(
    lines.flatMap((line, index): [string, string][] => {
      if (line.trim() === '') return [];
      const [account, member, ...rest] = line.split(',');
      if (account !== '' && member !== undefined && member !== '' && rest.length === 0) return [[account, member]];
      throw new MargridError('ValueInvalid', `${file}, row ${index + 1}: must be account,member, got '${line}'`, {
        file,
        row: index + 1,
        value: line,
      });
    }),
  );
}

const moveJson = ({ spot, volatility }: MarketMove): object => ({ spot, volatility });

function jsonOf(
  fund: DefaultFund,
  { names }: ClearingMembers,
  reverse: readonly NamedStress[],
  options: DefaultFundCommandOptions,
): object {
  const named = (places: readonly number[]): string[] => places.map((place) => names[place]);
  return {
    currency: reporting,
    cover: options.cover,
    size: fund.size,
    binding: fund.binding < 0 ? null : moveJson(fund.scenarios[fund.binding].move),
    scenarios: fund.scenarios.map(({ move, covered, total, largest, unvalued, loss }) => ({
      ...moveJson(move),
      covered,
      total,
      largest: largest.map((member) => ({ member: names[member], loss: loss[member] })),
      unvaluedNettingSets: unvalued,
    })),
    members: names.length,
    contributions: contributorsOf(fund, names).map(({ member, fixed, dynamic }) => ({
      member,
      static: fixed,
      dynamic,
    })),
    reverse: reverse.map(({ move, largest, ...rest }) => ({
      ...rest,
      move: move === null ? null : moveJson(move),
      largest: named(largest),
    })),
  };
}

/** Members who contribute, the largest first. */
function contributorsOf(
  { contributions }: DefaultFund,
  names: readonly string[],
): { member: string; fixed: string; dynamic: string; sort: number }[] {
  const text = (minor: bigint): string => amountOf(minor, 2).toFixed(2);
  return names
    .map((member, place) => ({
      member,
      fixed: text(contributions.static[place]),
      dynamic: text(contributions.dynamic[place]),
      sort: Number(contributions.dynamic[place] + contributions.static[place]),
    }))
    .filter(({ sort }) => sort > 0)
    .sort((a, b) => b.sort - a.sort);
}

function print(
  fund: DefaultFund,
  { names }: ClearingMembers,
  reverse: readonly NamedStress[],
  options: DefaultFundCommandOptions,
  terminal: Terminal,
): void {
  terminal.print(
    `default fund, cover ${options.cover}: ${money(fund.size, reporting)} ${reporting}, ${names.length} members`,
  );
  const rows = fund.scenarios.map(({ move, covered, total, largest }, place) => [
    percent(move.spot),
    percent(move.volatility),
    money(covered, reporting),
    money(total, reporting),
    `${largest.map((member) => names[member]).join(', ')}${place === fund.binding ? ' *' : ''}`,
  ]);
  terminal.print(table([['prices', 'volatility', `cover ${options.cover}`, 'all losses', 'largest'], ...rows]));
  const contributors = contributorsOf(fund, names);
  if (contributors.length > 0) {
    const shown = contributors.slice(0, shownMembers).map(({ member, fixed, dynamic }) => [member, fixed, dynamic]);
    terminal.print(table([['member', 'by margin', 'by stress loss'], ...shown]));
  }
  for (const { direction, size, loss, holdsAt, largest, evaluations } of reverse) {
    const named = largest.map((member) => names[member]).join(', ');
    terminal.print(
      size === null
        ? `prices ${direction}: no move up to ${percent(holdsAt)} breaks the fund (${evaluations} ticks)`
        : `prices ${direction}: ${amount(size * 100)}% breaks the fund (loss ${money(loss!, reporting)} ${reporting}; ${amount(holdsAt * 100)}% does not), ${named} (${evaluations} ticks)`,
    );
  }
}
