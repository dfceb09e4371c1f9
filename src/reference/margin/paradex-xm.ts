import type { Market } from '../../domain/market.ts';
import type {
  ParadexXmBlocks, ParadexXmDelta1, ParadexXmOption, ParadexXmOptionSide, ParadexXmParams,
} from '../../margin/paradex-xm/params.ts';
import { type Decimal, exact, maxOf, minOf, sum, zero } from '../decimal.ts';
import { Memo } from '../memo.ts';
import type { Breakdown, ReferenceMargin, ReferenceModel } from './account.ts';
import {
  equityLines, isSpot, line, marginParadexAccount, scaleOf, spotBalanceOf, valueOf, type Holding, type ParadexAccount,
  type ParadexContract,
} from './paradex/account-value.ts';
import { QuoteProblem, Quotes, requireAccountInstrument } from './paradex/quotes.ts';

/** Paradex cross margin in decimals: docs/models/paradex-xm.md, section by section, no shortcuts. */
export const referenceParadexXm: ReferenceModel<ParadexXmParams> = (market, params) => {
  const contracts = new Memo<number, XmContract>();
  const contractOf = (index: number): XmContract => contracts.get(index, () => xmContract(market, index, params));
  return (account) => marginParadexAccount(account, params.currency, contractOf, (held) => marginAccount(held, params));
};

/** An instrument under cross margin; requirements of one base unit. */
interface XmContract extends ParadexContract {
  readonly longInitial: Decimal;
  readonly shortInitial: Decimal;
  readonly longMaintenance: Decimal;
  readonly shortMaintenance: Decimal;
  readonly fee: Decimal;
}

function xmContract(market: Market, index: number, params: ParadexXmParams): XmContract {
  const quotes = new Quotes(market, index);
  const { name, kind, baseCurrency } = quotes.instrument;
  requireAccountInstrument(quotes.instrument, params.currency);
  quotes.leftMs();
  const base = baseCurrency.toLowerCase();
  const blocks = [params.markets.get(name), params.assets.get(base)];
  const mark = kind === 'spot' ? quotes.mark() : null;
  if (mark !== null) {
    const none = { longInitial: zero, shortInitial: zero, longMaintenance: zero, shortMaintenance: zero, fee: zero };
    return { name, kind, size: quotes.size, mark, notional: mark, ...none };
  }
  if (kind === 'option') {
    return optionContract(quotes, params, requireBlock(blocks, 'option', `${name}: ${missing(base, 'option')}`));
  }
  const delta1 = requireBlock(blocks, 'delta1', `${name}: ${missing(base, 'delta1')}`);
  return delta1Contract(quotes, params, delta1);
}

function missing(base: string, block: string): string {
  return `the parameters have no section assets.${base}.${block}_cross_margin_params`;
}

/** Of the market itself if it has one, else of its asset. */
function requireBlock<Name extends keyof ParadexXmBlocks>(
  blocks: readonly (ParadexXmBlocks | undefined)[], name: Name, problem: string,
): NonNullable<ParadexXmBlocks[Name]> {
  for (const each of blocks) {
    const block = each?.[name];
    if (block !== undefined && block !== null) return block;
  }
  throw new QuoteProblem(problem);
}

function delta1Contract(quotes: Quotes, params: ParadexXmParams, { imfBase, mmfFactor }: ParadexXmDelta1): XmContract {
  const { name, kind } = quotes.instrument;
  const mark = quotes.mark();
  const initial = mark.times(exact(imfBase));
  const maintenance = initial.times(exact(mmfFactor));
  return {
    name, kind, size: quotes.size, mark, notional: mark, fee: quotes.fee(params.fees),
    longInitial: initial, shortInitial: initial, longMaintenance: maintenance, shortMaintenance: maintenance,
  };
}

function optionContract(quotes: Quotes, params: ParadexXmParams, { imf, mmf }: ParadexXmOption): XmContract {
  const { name, kind } = quotes.instrument;
  const mark = quotes.mark();
  return {
    name, kind, size: quotes.size, mark, notional: maxOf(mark, quotes.spot()), fee: quotes.fee(params.fees),
    longInitial: longOption(quotes, imf), shortInitial: shortOption(quotes, imf),
    longMaintenance: longOption(quotes, mmf), shortMaintenance: shortOption(quotes, mmf),
  };
}

function longOption(quotes: Quotes, side: ParadexXmOptionSide): Decimal {
  return minOf(quotes.mark().times(exact(side.premiumMultiplier)), exact(side.longItm).times(quotes.spot()));
}

function shortOption(quotes: Quotes, side: ParadexXmOptionSide): Decimal {
  const spot = quotes.spot();
  const isCall = quotes.instrument.optionType === 'call';
  const beyond = isCall ? quotes.strike().minus(spot) : spot.minus(quotes.strike());
  const outOfMoney = maxOf(zero, beyond);
  const margin = maxOf(exact(side.shortItm).times(spot).minus(outOfMoney), exact(side.shortOtm).times(spot));
  return isCall ? margin : minOf(margin, exact(side.shortPutCap).times(spot));
}

/** Requirement of one market, with its steps. */
interface MarketMargin {
  readonly contract: XmContract;
  readonly components: Readonly<Record<string, Decimal>>;
}

function marginAccount(account: ParadexAccount<XmContract>, params: ParadexXmParams): ReferenceMargin {
  const held = [...account.positions, ...account.orders].filter((each) => !isSpot(each));
  const contracts = [...new Set(held.map(({ contract }) => contract))];
  const markets = contracts.map((contract) => marginMarket(
    contract,
    sum(account.positions.filter((each) => each.contract === contract).map(({ units }) => units)),
    account.orders.filter((each) => each.contract === contract),
  ));
  const spotBalance = spotBalanceOf(account.positions);
  const total = (name: string): Decimal => sum(markets.map(({ components }) => components[name]));
  const components = new Map(componentNames.map((name) => [
    name, name === 'spotBalance' ? spotBalance : total(name),
  ] as const));
  return {
    equity: account.cash.plus(sum(account.positions.map(valueOf))),
    initialMargin: sum([total('netInitial'), total('feeProvision'), total('openLoss'), spotBalance]),
    maintenanceMargin: sum([total('netMaintenance'), total('positionFeeProvision'), spotBalance]),
    components,
    worstScenario: null,
    scale: scaleOf(account),
    breakdown: [
      ...equityLines(account),
      ...markets.map((each) => marketLine(each, params.currency)),
      line('spot balances', spotBalance, { evidence: 'confirmed' }),
    ],
  };
}

const componentNames = [
  'netInitial', 'feeProvision', 'openLoss', 'spotBalance', 'netMaintenance', 'positionFeeProvision', 'openNotional',
  'buyOpenNotional', 'sellOpenNotional',
];

/** Signed base units held and open orders of one market. */
function marginMarket(contract: XmContract, held: Decimal, orders: readonly Holding<XmContract>[]): MarketMargin {
  const { mark, fee } = contract;
  const buys = sum(orders.map(({ units }) => maxOf(units, zero)));
  const sells = sum(orders.map(({ units }) => maxOf(units.negated(), zero)));
  const buyOpen = maxOf(zero, buys.plus(held));
  const sellOpen = maxOf(zero, sells.minus(held));
  const open = maxOf(buyOpen, sellOpen);
  const perUnit = held.isNegative() ? contract.shortMaintenance : contract.longMaintenance;
  return {
    contract,
    components: {
      netInitial: maxOf(buyOpen.times(contract.longInitial), sellOpen.times(contract.shortInitial)),
      feeProvision: open.times(fee),
      openLoss: sum(orders.map(({ units, price }) => maxOf(zero, price.minus(mark).times(units)))),
      netMaintenance: held.abs().times(perUnit),
      positionFeeProvision: held.abs().times(fee),
      openNotional: open.times(mark),
      buyOpenNotional: buyOpen.times(mark),
      sellOpenNotional: sellOpen.times(mark),
    },
  };
}

/** Requirements of one base unit. */
function contractLine(contract: XmContract): Breakdown {
  const terms = [
    ['initial, long', contract.longInitial], ['initial, short', contract.shortInitial],
    ['maintenance, long', contract.longMaintenance], ['maintenance, short', contract.shortMaintenance],
    ['fee', contract.fee],
  ] as const;
  return line('per base unit', null, { children: terms.map(([label, value]) => line(label, value)) });
}

function marketLine({ contract, components }: MarketMargin, unit: string): Breakdown {
  const amount = (label: string, component: string, children: readonly Breakdown[] = []): Breakdown =>
    line(label, components[component], { unit, evidence: 'confirmed', children });
  return line(contract.name, null, {
    children: [
      contractLine(contract),
      amount('net initial margin', 'netInitial', [
        amount('open notional, buy side', 'buyOpenNotional'), amount('open notional, sell side', 'sellOpenNotional'),
      ]),
      amount('fee provision', 'feeProvision'),
      amount('open loss', 'openLoss'),
      amount('net maintenance margin', 'netMaintenance'),
      amount('fee provision of the position', 'positionFeeProvision'),
    ],
  });
}
