import type { Instrument } from '../../../src/index.ts';
import type { AccountMargin } from '../../../src/engine/account-margin.ts';
import { checkAbsolute, checkRelative, type Check } from '../check.ts';
import { CaseInputError, decimalOf, fieldsOf, isFields, listOf, type Fields } from '../fields.ts';
import { amountOf, objectOf, optionalAmount } from './inputs.ts';
import { currency, marketOf, type QuotedInstrument } from './market.ts';
import { marginHoldings, type Holdings } from './run-engine.ts';

/** Blocks of the file that are examples of the venue's pages, and what is not margin in them. */
export const exampleNames = ['min_delta', 'net_imr', 'liquidation_share', 'exchange_reported_xm'] as const;

/** Published with all their digits: what a float makes of them. */
const tolerance = 1e-12;
const asOfMs = Date.UTC(2026, 3, 22);

type Example = readonly [string, () => Promise<readonly Check[]>];

export function workedExamples(root: Fields): Example[] {
  const examples: Example[] = [];
  const add = (name: string, compute: (fields: Fields) => Promise<readonly Check[]>): void => {
    const fields = root[name];
    if (isFields(fields)) examples.push([name, () => compute(fields)]);
  };
  add('min_delta', minimumDelta);
  add('net_imr', netInitial);
  add('funding', fundingProvision);
  const liquidation = fieldsOf(root['liquidation_share']);
  listOf(liquidation['table']).forEach((row, index) => {
    examples.push([`liquidation_share row ${index + 1}`, () => liquidationRow(liquidation, fieldsOf(row))]);
  });
  const reported = fieldsOf(root['exchange_reported_xm']);
  if (fixtureOf(reported) !== null) examples.push(['exchange_reported_xm', () => reportedFixture(reported)]);
  return examples;
}

export function notCoveredExamples(root: Fields): string[] {
  const parts: readonly (readonly [string, string])[] = [
    ['liquidation_share', 'penalty, new ratio and chosen share (liquidation is not margin)'],
    ['socialized_loss', 'whole (the text and the example of the page disagree)'],
    ['funding', 'rates, index and accrued P&L (funding is an input)'],
    ['exchange_reported_xm', 'what the exchange reported, with fees that are not stated'],
  ];
  return parts.filter(([name]) => name in root).map(([name, what]) => `${name}: ${what}`);
}

// --- engine -----------------------------------------------------------------------------------------------------

function contract(name: string, mark: number, more: Partial<Instrument> = {}): QuotedInstrument {
  const [baseCurrency] = name.split('-');
  const instrument: Instrument = {
    name, kind: 'perpetual', payoff: 'linear', baseCurrency, quoteCurrency: currency, settlementCurrency: currency,
    contractSize: 1, expiryMs: null, strike: null, optionType: null, ...more,
  };
  return { instrument, forward: mark, impliedVolatility: NaN, fields: {} };
}

const fees = { taker_fee_rate: { delta1: 0, option: 0 }, option_fee_cap: 0.125 };
const origin = { source: 'worked examples', date: '2026-04-22', currency };

interface PmRules {
  readonly hedged: number;
  readonly unhedged: number;
}

/** One scenario in which nothing happens: only the minimum delta and the provisions are left. */
function pmParams({ hedged, unhedged }: PmRules): unknown {
  return {
    ...origin, ...fees, normal_cdf: 'exact', settlement_window_minutes: 30, funding_provision_hours: 8,
    assets: {
      btc: {
        hedged_margin_factor: hedged, unhedged_margin_factor: unhedged, mmf_factor: 0.5,
        vol_shock_params: { vega_power_short_dte: 0, vega_power_long_dte: 0, dte_floor_days: 1, min_vol_shock_up: 0 },
        scenarios: [{ spot_shock: 0, vol_shock: 0, weight: 1 }],
      },
    },
  };
}

async function marginOne(
  model: 'paradex-pm' | 'paradex-xm',
  params: unknown,
  quoted: readonly QuotedInstrument[],
  spot: number,
  held: Holdings,
): Promise<AccountMargin> {
  const market = marketOf(asOfMs, quoted, new Map([['btc_usdc', spot]]));
  const [margin] = await marginHoldings({ market, model, params, currency }, [held]);
  if (margin === null) throw new CaseInputError('the example holds nothing');
  return margin;
}

function stated(fields: Fields, name: string) {
  const value = decimalOf(fields[name], name);
  if (value === null) throw new CaseInputError(`no ${name}`);
  return value;
}

// --- the examples -------------------------------------------------------------------------------------------------

/** Two contracts with deltas of one long, one short, so that net and gross delta are those of the example. */
async function minimumDelta(fields: Fields): Promise<Check[]> {
  const [net, gross, spot] = [amountOf(fields, 'net_delta'), amountOf(fields, 'gross_delta'), amountOf(fields, 'spot')];
  const quoted = ['BTC-USD-LONG', 'BTC-USD-SHORT'].map((name) => ({
    ...contract(name, spot), fields: { delta: 1, fundingRate: 0 },
  }));
  const quantities = [(gross + net) / 2, (net - gross) / 2];
  const positions = quoted.map(({ instrument }, index) => ({
    instrument: instrument.name, quantity: quantities[index], entryPrice: spot,
  })).filter(({ quantity }) => quantity !== 0);
  const params = pmParams({ hedged: amountOf(fields, 'hedged'), unhedged: amountOf(fields, 'unhedged') });
  const { components } = await marginOne('paradex-pm', params, quoted, spot, { positions, orders: [], cash: 0 });
  const hedged = decimalOf(fields['hedged_delta'], 'hedged_delta');
  return [
    checkRelative('minimum delta', components['positionDeltaMinimum'], stated(fields, 'expected'), tolerance),
    ...(hedged === null ? [] : [
      checkRelative('hedged delta', components['hedgedDeltaValue'] / spot, hedged, tolerance),
    ]),
  ];
}

async function netInitial(fields: Fields): Promise<Check[]> {
  const mark = amountOf(fields, 'mark');
  const position = amountOf(fields, 'position');
  const quantities = [amountOf(fields, 'buy_orders'), -amountOf(fields, 'sell_orders')];
  const order = (quantity: number) => ({ instrument: 'BTC-USD-PERP', quantity, limitPrice: mark });
  const { components } = await marginOne(
    'paradex-xm', xmParams(amountOf(fields, 'imf'), 0.5), [contract('BTC-USD-PERP', mark)], mark, {
      positions: position === 0 ? [] : [{ instrument: 'BTC-USD-PERP', quantity: position, entryPrice: mark }],
      orders: quantities.filter((each) => each !== 0).map(order),
      cash: 0,
    });
  const sizes = [['buy_open', 'buyOpenNotional'], ['sell_open', 'sellOpenNotional']] as const;
  return [
    checkRelative('net initial margin', components['netInitial'], stated(fields, 'expected_net_imr'), tolerance),
    ...sizes.flatMap(([name, component]) => {
      const expected = decimalOf(fields[name], name);
      return expected === null ? [] : [checkAbsolute(name, components[component] / mark, expected, tolerance)];
    }),
  ];
}

function xmParams(imfBase: number, mmfFactor: number, option: unknown = null): unknown {
  const blocks = {
    delta1_cross_margin_params: { imf_base: imfBase, mmf_factor: mmfFactor }, option_cross_margin_params: option,
  };
  return { ...origin, ...fees, assets: { btc: blocks, p0: blocks, p1: blocks, p2: blocks, p3: blocks } };
}

/** The funding that a long position pays in the next eight hours is provided for. */
async function fundingProvision(fields: Fields): Promise<Check[]> {
  const [spot, position] = [amountOf(fields, 'spot'), amountOf(fields, 'position')];
  const quotes = { delta: 1, fundingRate: amountOf(fields, 'raw_rate') };
  const perpetual = { ...contract('BTC-USD-PERP', spot), fields: quotes };
  const { components } = await marginOne('paradex-pm', pmParams({ hedged: 0, unhedged: 0 }), [perpetual], spot, {
    positions: [{ instrument: 'BTC-USD-PERP', quantity: position, entryPrice: spot }], orders: [], cash: 0,
  });
  const expected = stated(fields, 'premium_per_8h').times(position);
  return [checkRelative('funding provision', components['fundingProvision'], expected, tolerance)];
}

/** What is left of the positions after a share was liquidated: maintenance margin, and equity before the penalty. */
async function liquidationRow(example: Fields, row: Fields): Promise<Check[]> {
  const inputs = objectOf(example, 'inputs');
  const share = amountOf(row, 'share');
  const rows = listOf(inputs['positions']).map(fieldsOf);
  const quoted = rows.map((each, index) => contract(`P${index}-USD-PERP`, amountOf(each, 'mark')));
  const positions = rows.map((each, index) => ({
    instrument: quoted[index].instrument.name,
    quantity: amountOf(each, 'size') * (1 - share),
    entryPrice: amountOf(each, 'entry'),
  }));
  const realised = rows.reduce((sum, each) =>
    sum + share * amountOf(each, 'size') * (amountOf(each, 'mark') - amountOf(each, 'entry')), 0);
  // The page states the maintenance fraction; the model has it as a factor of the initial one.
  const params = xmParams(2 * amountOf(inputs, 'mmf'), 0.5);
  const margin = await marginOne('paradex-xm', params, quoted, NaN, {
    positions, orders: [], cash: amountOf(inputs, 'collateral') + realised,
  });
  const before = stated(row, 'new_account_value').plus(stated(row, 'penalty'));
  return [
    checkRelative('maintenance margin', margin.maintenanceMargin, stated(row, 'new_mmr'), tolerance),
    checkRelative('equity before the penalty', margin.equity, before, tolerance),
  ];
}

interface Fixture {
  readonly positions: readonly { side: number; size: number; market: string; mark: number }[];
  readonly spot: number;
}

/** The portfolio is stated in words: `SELL 0.0005 BTC-USD-PERP mark 77888.84, ... spot 77939.768`. */
function fixtureOf(fields: Fields): Fixture | null {
  const note = typeof fields['note'] === 'string' ? fields['note'] : '';
  const positions = [...note.matchAll(/\b(BUY|SELL) ([\d.]+) (\S+) mark ([\d.]+\d)/g)].map((match) => ({
    side: match[1] === 'BUY' ? 1 : -1, size: Number(match[2]), market: match[3], mark: Number(match[4]),
  }));
  const spot = /\bspot ([\d.]+\d)/.exec(note);
  return positions.length === 0 || spot === null ? null : { positions, spot: Number(spot[1]) };
}

/** Fractions of 22 Apr 2026, BTC (docs.paradex.trade and paradex-py). */
const btcOption = {
  imf: { premium_multiplier: 1, long_itm: 0.2, short_itm: 0.15, short_otm: 0.1, short_put_cap: 0.5 },
  mmf: { premium_multiplier: 0.5, long_itm: 0.1, short_itm: 0.075, short_otm: 0.05, short_put_cap: 0.25 },
};

async function reportedFixture(fields: Fields): Promise<Check[]> {
  const { positions, spot } = fixtureOf(fields)!;
  const quoted = positions.map(({ market, mark }): QuotedInstrument => {
    if (market.endsWith('-PERP')) return contract(market, mark);
    const [, , , strike, side] = market.split('-');
    const option = contract(market, spot, {
      kind: 'option', expiryMs: asOfMs + 1, strike: Number(strike), optionType: side === 'C' ? 'call' : 'put',
    });
    return { ...option, impliedVolatility: 1, fields: { markPrice: mark } };
  });
  const margin = await marginOne('paradex-xm', xmParams(0.02, 0.5, btcOption), quoted, spot, {
    positions: positions.map(({ side, size, market, mark }) => ({
      instrument: market, quantity: side * size, entryPrice: mark,
    })),
    orders: [],
    cash: 0,
  });
  const pairs = [
    ['engine_without_fee_provision_IMR', margin.initialMargin],
    ['engine_without_fee_provision_MMR', margin.maintenanceMargin],
  ] as const;
  return pairs.flatMap(([name, actual]) => {
    if (optionalAmount(fields, name) === null) return [];
    return [checkRelative(name, actual, stated(fields, name), tolerance)];
  });
}
