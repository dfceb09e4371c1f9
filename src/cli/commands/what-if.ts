import { withoutRefused } from '../../convert/for-model.ts';
import type { Book } from '../../domain/book.ts';
import type { Market } from '../../domain/market.ts';
import { Engine } from '../../engine/engine.ts';
import { MargridError } from '../../errors.ts';
import { limits } from '../../limits.ts';
import { defaultModelName, modelByName } from '../../margin/registry.ts';
import { cheapestHedge, type HedgeSearch } from '../../whatif/cheapest-hedge.ts';
import { bookOfAccount, holdingsOf } from '../../whatif/holdings.ts';
import { instrumentIndexOf, type Leg } from '../../whatif/legs.ts';
import { whatIf, type Requirement, type WhatIf } from '../../whatif/what-if.ts';
import { money, percent, table } from '../format.ts';
import {
  inputsOfModel,
  loadBook,
  loadMarket,
  loadParams,
  requireAccount,
  requireParams,
  type InputOptions,
} from '../inputs.ts';
import { exitCodes } from '../interruption.ts';
import type { Terminal } from '../terminal.ts';

/** One `--add`, `--order` or `--remove`, in the order of the command line. */
export interface LegText {
  readonly option: 'add' | 'order' | 'remove';
  readonly text: string;
}

export interface WhatIfOptions extends InputOptions {
  readonly account: string;
  readonly legs: readonly LegText[];
  readonly hedgeWith?: string;
  readonly hedgeMax?: number;
  readonly hedgeLot: number;
  readonly json?: boolean;
}

/** `margrid what-if`: one account with trades and orders that it does not have. Exit code 1 if it is refused. */
export async function whatIfCommand(options: WhatIfOptions, terminal: Terminal): Promise<number> {
  const legs = options.legs.map(legOf);
  const hedges = (options.hedgeWith ?? '').split(',').filter((name) => name.trim() !== '');
  if (legs.length === 0 && hedges.length === 0) {
    throw new MargridError('OptionInvalid', 'nothing to do: give --add, --order, --remove or --hedge-with');
  }
  const params = await loadParams(options.params, options.model);
  requireParams(params, options);
  const whole = await loadMarket(options, terminal);
  const { book } = await loadBook(options, whole);
  const single = bookOfAccount(book, requireAccount(book, options));
  const inputs = marginable(whole, single, params, options);
  for (const name of [...legs.map(({ instrument }) => instrument), ...hedges]) requireMarginable(whole, inputs, name);
  const { market } = inputs;
  const slots = single.positions.quantity.length + (single.orders?.quantity.length ?? 0) + legs.length;
  const engine = Engine.create({
    ...inputs,
    params,
    // Room for the legs besides what the account holds.
    positionCapacity: 1024 + 2 * slots,
    ...(options.model === undefined ? {} : { model: options.model }),
  });
  try {
    await engine.tick();
    const what = { engine, account: options.account, holdings: holdingsOf(inputs.book, market, 0), params };
    const result = whatIf(what, legs);
    const search =
      hedges.length === 0
        ? null
        : cheapestHedge(what, {
            instruments: hedges,
            holdings: result.holdings,
            lot: options.hedgeLot,
            ...(options.hedgeMax === undefined ? {} : { max: options.hedgeMax }),
          });
    if (options.json) terminal.print(jsonOf(engine, market, options.account, result, search));
    else printText(engine, market, options.account, result, search, terminal);
    return result.before.fault === null && result.after.fault === null ? exitCodes.ok : exitCodes.checkFailed;
  } finally {
    await engine.close();
  }
}

/** `BTC-PERPETUAL=-200@61500`. Throws `OptionInvalid`. */
function legOf({ option, text }: LegText): Leg {
  if (option === 'remove') return { kind: 'remove', instrument: text };
  const at = text.lastIndexOf('=');
  const [quantityText, priceText, ...more] = text.slice(at + 1).split('@');
  const quantity = numberOf(quantityText);
  const price = priceText === undefined ? undefined : numberOf(priceText);
  const isOrder = option === 'order';
  const isGood =
    at > 0 && more.length === 0 && quantity !== 0 && Math.abs(quantity) <= limits.quantityMax &&
    (price === undefined ? !isOrder : price <= limits.priceMax && (isOrder ? price > 0 : price >= 0));
  if (!isGood) {
    const shape = isOrder ? 'INSTRUMENT=QUANTITY@LIMIT' : 'INSTRUMENT=QUANTITY or INSTRUMENT=QUANTITY@PRICE';
    throw new MargridError('OptionInvalid', `--${option} must be ${shape}, quantity not 0, got '${text}'`, {
      value: text,
    });
  }
  const instrument = text.slice(0, at);
  if (isOrder) return { kind: 'order', instrument, quantity, limitPrice: price! };
  return { kind: 'trade', instrument, quantity, ...(price === undefined ? {} : { price }) };
}

function numberOf(text: string): number {
  return text.trim() === '' ? NaN : Number(text);
}

/** Market and book as the model takes them. */
function marginable(
  market: Market,
  book: Book,
  params: unknown,
  options: WhatIfOptions,
): { readonly market: Market; readonly book: Book } {
  const model = modelByName(options.model ?? defaultModelName);
  const accepted = withoutRefused(market, book, model, model.parseParams(params));
  if (accepted === null) {
    const message = `model ${model.name} has parameters for no instrument of the market`;
    throw new MargridError('ParameterInvalid', message, { value: model.name });
  }
  return inputsOfModel(accepted.market, accepted.book, params, options);
}

/** Tells an instrument that does not exist from one that the model cannot margin. */
function requireMarginable(whole: Market, { market }: { readonly market: Market }, name: string): void {
  if (market.instruments.some((each) => each.name === name)) return;
  instrumentIndexOf(whole, name);
  throw new MargridError('ParameterInvalid', `the model has no parameters for ${name}`, { value: name });
}

function jsonOf(
  engine: Engine,
  market: Market,
  account: string,
  { before, after, change, legs }: WhatIf,
  search: HedgeSearch | null,
): string {
  const asOf = new Date(market.asOfMs).toISOString();
  const shown = (requirement: Requirement) => ({
    ...requirement,
    sets: requirement.sets.map(({ scenarioPnl: _scenarioPnl, ...set }) => set),
  });
  const body = {
    model: engine.modelName,
    asOf,
    account,
    currency: 'USD',
    before: shown(before),
    after: shown(after),
    change,
    legs,
    ...(search === null ? {} : { hedge: search }),
  };
  return JSON.stringify(body, null, 2);
}

function printText(
  engine: Engine,
  market: Market,
  account: string,
  result: WhatIf,
  search: HedgeSearch | null,
  terminal: Terminal,
): void {
  const { before, after, change, legs } = result;
  const asOf = new Date(market.asOfMs).toISOString();
  terminal.print(`${account} under ${engine.modelName}, market of ${asOf}, amounts in US dollars at the index prices`);
  for (const [name, { fault }] of [['before', before], ['after', after]] as const) {
    if (fault !== null) terminal.print(`${name}: refused: ${fault}`);
  }
  const usd = (value: number): string => money(value, 'USD');
  if (legs.length > 0) {
    terminal.print(
      table([
        ['', 'equity', 'initial margin', 'maintenance margin', 'status'],
        ...[['before', before] as const, ['after', after] as const].map(([name, each]) => [
          name,
          usd(each.equity),
          usd(each.initialMargin),
          usd(each.maintenanceMargin),
          each.status,
        ]),
        ['change', usd(change.equity), usd(change.initialMargin), usd(change.maintenanceMargin), ''],
      ]),
    );
    terminal.print('\ninitial margin added by each leg: alone, and after the legs before it');
    terminal.print(
      table([
        ['leg', 'alone', 'in this order'],
        ...legs.map(({ leg, alone, inOrder }) => [
          legText(leg),
          usd(alone.initialMargin),
          usd(inOrder.initialMargin),
        ]),
      ]),
    );
  }
  if (search === null) return;
  if (after.fault === null) printHedges(search, legs.length > 0, terminal);
  else terminal.print('\nno hedges: the account is refused');
}

function legText(leg: Leg): string {
  if (leg.kind === 'remove') return `remove ${leg.instrument}`;
  const side = leg.quantity > 0 ? 'buy' : 'sell';
  const contracts = Math.abs(leg.quantity);
  if (leg.kind === 'order') return `order to ${side} ${contracts} ${leg.instrument} at ${leg.limitPrice}`;
  return `${side} ${contracts} ${leg.instrument} at ${leg.price ?? 'the mark'}`;
}

function printHedges({ unhedged, hedges }: HedgeSearch, isAfterLegs: boolean, terminal: Terminal): void {
  const state = isAfterLegs ? 'after these legs' : 'as it is';
  terminal.print(`\nhedges, each alone and traded at the mark; initial margin ${state} ${money(unhedged, 'USD')}`);
  terminal.print(
    table([
      ['instrument', 'contracts', 'initial margin', 'saving', 'notional', 'saving / notional', 'tried'],
      ...hedges.map((hedge) => [
        hedge.instrument,
        String(hedge.quantity),
        money(hedge.initialMargin, 'USD'),
        money(hedge.saving, 'USD'),
        money(hedge.notional, 'USD'),
        percent(hedge.savingPerNotional),
        `${hedge.evaluations} of ±${hedge.max}`,
      ]),
    ]),
  );
}
