import { Engine } from '../../engine/engine.ts';
import { MargridError } from '../../errors.ts';
import type { LiquidationPlan, PlanMargins } from '../../liquidation/plan.ts';
import { shippedLiquidationStyle } from '../../liquidation/shipped-styles.ts';
import { parseLiquidationStyle, parseTarget, planLiquidation, type LiquidationStyle } from '../../liquidation/style.ts';
import { defaultModelName } from '../../margin/registry.ts';
import { bookOfAccount, holdingsOf } from '../../whatif/holdings.ts';
import { amount, money, percent, table } from '../format.ts';
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
import { readJson } from '../read-json.ts';
import type { Terminal } from '../terminal.ts';

export interface LiquidateOptions extends InputOptions {
  readonly account: string;
  /** Name of a style that ships, or a file. */
  readonly style: string;
  /** `maintenance=1.05` or `initial=1`; default: the style's. */
  readonly target?: string;
  /** Default: every netting set of the account. */
  readonly currency?: string;
  readonly json?: boolean;
}

/** `margrid liquidate`: how an account would be liquidated. Exit code 1 if a target is out of reach. */
export async function liquidate(options: LiquidateOptions, terminal: Terminal): Promise<number> {
  const { account, model = defaultModelName } = options;
  const style = await loadStyle(options.style);
  const target = options.target === undefined ? style.target : targetOf(options.target);
  const params = await loadParams(options.params, model);
  requireParams(params, options);
  const whole = await loadMarket(options, terminal);
  const { book } = await loadBook(options, whole);
  const inputs = inputsOfModel(whole, bookOfAccount(book, requireAccount(book, options)), params, options);
  const slots = inputs.book.positions.quantity.length + (inputs.book.orders?.quantity.length ?? 0);
  const engine = Engine.create({ ...inputs, params, model, positionCapacity: 1024 + 2 * slots });
  try {
    await engine.tick();
    const sets = engine.accountMargins(account).map(({ currency }) => currency);
    const chosen = options.currency === undefined ? sets : sets.filter((currency) => currency === options.currency);
    if (chosen.length === 0) {
      throw new MargridError('AccountUnknown', `the account holds nothing in ${options.currency ?? 'any currency'}`, {
        value: options.currency,
      });
    }
    const holdings = holdingsOf(inputs.book, inputs.market, 0);
    const plans = chosen.map((currency) =>
      planLiquidation(style, { engine, market: inputs.market, account, currency, holdings, params, target }),
    );
    if (options.json)
      terminal.print(JSON.stringify({ account, model, venue: style.venue, date: style.date, plans }, null, 2));
    else plans.forEach((plan) => printPlan(plan, style, model, terminal));
    return plans.every(({ reached }) => reached) ? exitCodes.ok : exitCodes.checkFailed;
  } finally {
    await engine.close();
  }
}

async function loadStyle(name: string): Promise<LiquidationStyle> {
  if (!name.endsWith('.json')) return parseLiquidationStyle(shippedLiquidationStyle(name));
  return parseLiquidationStyle(await readJson(name, 'style'));
}

/** `maintenance=1.05`. Throws `OptionInvalid`, `ParameterInvalid`. */
function targetOf(text: string) {
  const [requirement, multiple, ...more] = text.split('=');
  if (multiple !== undefined && more.length === 0 && multiple.trim() !== '')
    return parseTarget({ requirement, multiple: Number(multiple) });
  throw new MargridError('OptionInvalid', `--target must be maintenance=MULTIPLE or initial=MULTIPLE, got '${text}'`, {
    value: text,
  });
}

function printPlan(plan: LiquidationPlan, style: LiquidationStyle, model: string, terminal: Terminal): void {
  const { account, currency, before, after, steps, target, cost, fee, reached, reason, evaluations } = plan;
  const shown = (value: number): string => money(value, currency);
  terminal.print(`${account}, ${currency}, model ${model}, style ${style.venue} of ${style.date} (${plan.style})`);
  terminal.print(`target: balance >= ${amount(target.multiple)} x ${target.requirement} margin`);
  if (before.fault !== null) terminal.print(`the account cannot be margined: ${before.fault}`);
  const row = (name: string, margins: PlanMargins): string[] => [
    name,
    shown(margins.balance),
    shown(margins.maintenanceMargin),
    shown(margins.initialMargin),
    ratioOf(margins),
  ];
  terminal.print(
    table([
      ['after step', 'balance', 'maintenance', 'initial', 'ratio'],
      row('now', before),
      ...steps.map(({ margins }, place) => row(String(place + 1), margins)),
    ]),
  );
  if (steps.length > 0) {
    terminal.print('');
    terminal.print(
      table([
        ['step', 'instrument', 'contracts', 'price', 'bankruptcy price', 'cost', 'fee', 'from', 'rule'],
        ...steps.flatMap(({ kind, trades, afterMs, rule, cost: stepCost, fee: stepFee }, place) => {
          const name = `${place + 1} ${kind}`;
          const from = `${amount(afterMs / 1000, 1)} s`;
          if (trades.length === 0) return [[name, '', '', '', '', shown(stepCost), shown(stepFee), from, rule]];
          return trades.map((trade) => [
            name,
            trade.instrument,
            String(trade.quantity),
            amount(trade.price),
            trade.bankruptcyPrice === null ? 'none' : amount(trade.bankruptcyPrice),
            shown(trade.cost),
            shown(trade.fee),
            from,
            rule,
          ]);
        }),
      ]),
    );
  }
  terminal.print(`\ncost ${shown(cost)}, fees ${shown(fee)} ${currency}; balance afterwards ${shown(after.balance)}`);
  terminal.print(
    `${reached ? 'the target is reached' : `the target is not reached: ${reason}`} (${evaluations} evaluations by the engine)`,
  );
}

function ratioOf({ balance, maintenanceMargin }: PlanMargins): string {
  return balance > 0 ? percent(maintenanceMargin / balance) : '-';
}
