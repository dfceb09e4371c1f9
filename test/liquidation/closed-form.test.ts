import { describe, expect, it } from 'vitest';
import { bankruptcyPrice, liquidationPrice, shippedParams, solveLiquidationPrice, type Book } from '../../src/index.ts';
import { parseBinanceUsdmParams } from '../../src/margin/binance-usdm/params.ts';
import { parseDriftParams } from '../../src/margin/drift/params.ts';
import { parseDydxParams } from '../../src/margin/dydx/params.ts';
import { parseHyperliquidParams } from '../../src/margin/hyperliquid/params.ts';
import type { Tier } from '../../src/margin/tiered/tier.ts';
import { randomNumbers } from '../support/synthetic-book.ts';
import { linearMarket } from '../vectors/tiered/linear-market.ts';

/** Closed forms against the search on the engine, on random accounts of two positions. */
interface RandomAccount {
  readonly side: 'long' | 'short';
  readonly amount: number;
  readonly entry: number;
  readonly mark: number;
  readonly other: { readonly quantity: number; readonly entry: number; readonly mark: number };
  readonly cash: number;
}

const rounds = 25;

function randomAccounts(seed: number): RandomAccount[] {
  const random = randomNumbers(seed);
  return Array.from({ length: rounds }, () => {
    const mark = Math.round(60_000 * (0.8 + 0.4 * random()) * 100) / 100;
    const amount = Math.round(10 ** (random() * 4 - 1) * 1_000) / 1_000;
    const otherMark = Math.round(3_000 * (0.8 + 0.4 * random()) * 100) / 100;
    const quantity = Math.round((random() - 0.5) * amount * 20 * 1_000) / 1_000 || 1;
    return {
      side: random() < 0.5 ? 'long' : 'short',
      amount, mark,
      entry: Math.round(mark * (0.95 + 0.1 * random()) * 100) / 100,
      other: { quantity, mark: otherMark, entry: Math.round(otherMark * (0.97 + 0.06 * random()) * 100) / 100 },
      cash: Math.round(amount * mark * (0.1 + 0.6 * random())),
    };
  });
}

function request(each: RandomAccount, model: string, quoteCurrency: string) {
  const market = linearMarket([
    { name: 'BTC', baseCurrency: 'BTC', quoteCurrency, price: each.mark, fields: { openInterest: 0 } },
    { name: 'ETH', baseCurrency: 'ETH', quoteCurrency, price: each.other.mark, fields: { openInterest: 0 } },
  ]);
  const sign = each.side === 'long' ? 1 : -1;
  const book: Book = {
    accountIds: ['A'], currencies: [quoteCurrency],
    positions: {
      accountIndex: new Uint32Array(2), instrumentIndex: Uint32Array.of(0, 1),
      quantity: Float64Array.of(sign * each.amount, each.other.quantity),
      entryPrice: Float64Array.of(each.entry, each.other.entry),
    },
    cash: { accountIndex: new Uint32Array(1), currencyIndex: new Uint32Array(1), amount: Float64Array.of(each.cash) },
    quarantined: [],
  };
  const params = shippedParams(model);
  return { market, book, account: 'A', instrument: 'BTC', model, params, moved: 'instrument' as const };
}

function maintenanceOf(tiers: readonly Tier[], notional: number): number {
  const tier = tiers.findLast(({ floor }) => notional >= floor)!;
  return notional * tier.maintenanceRate - tier.deduction;
}

const otherOf = ({ other }: RandomAccount) => ({
  notional: Math.abs(other.quantity) * other.mark, pnl: other.quantity * (other.mark - other.entry),
});

async function expectNear(each: RandomAccount, model: string, quote: string, closed: number | null, tolerance: number) {
  const solved = await solveLiquidationPrice(request(each, model, quote));
  if (solved.equity <= solved.maintenanceMargin) return false;
  const nearest = each.side === 'long' ? solved.liquidationBelow : solved.liquidationAbove;
  if (closed === null || nearest === null) expect(nearest).toBe(closed);
  else expect(Math.abs(nearest - closed) / closed, JSON.stringify(each)).toBeLessThanOrEqual(tolerance);
  // Equity is linear in the price: its zero is the bankruptcy price.
  const bankrupt = bankruptcyPrice({
    payoff: 'linear', side: each.side, entry: each.entry, amount: each.amount, margin: each.cash + otherOf(each).pnl,
  });
  const solvedBankrupt = each.side === 'long' ? solved.bankruptcyBelow : solved.bankruptcyAbove;
  if (bankrupt === null || solvedBankrupt === null) expect(solvedBankrupt).toBe(bankrupt);
  else expect(Math.abs(solvedBankrupt - bankrupt) / bankrupt).toBeLessThanOrEqual(tolerance);
  return true;
}

/** Accounts that are liquidated already are passed over: how many must not be. */
async function expectAll(seed: number, check: (each: RandomAccount) => Promise<boolean>): Promise<void> {
  let compared = 0;
  for (const each of randomAccounts(seed)) if (await check(each)) compared++;
  expect(compared).toBeGreaterThan(rounds / 2);
}

// A root of a sum of rounded terms: some dozens of roundings of the notional, against a slope of nine tenths of it.
const doubleTolerance = 1e-12;

describe('liquidation price: closed form and search', () => {
  it('Binance, brackets that follow the notional', async () => {
    const { symbols } = parseBinanceUsdmParams(shippedParams('binance-usdm'));
    await expectAll(1, (each) => expectNear(each, 'binance-usdm', 'USDT', liquidationPrice({
      form: 'tiers', ...each, wallet: each.cash, tiers: symbols.get('btc_usdt')!.tiers,
      otherMaintenance: maintenanceOf(symbols.get('eth_usdt')!.tiers, otherOf(each).notional),
      otherPnl: otherOf(each).pnl,
    }), doubleTolerance));
  });

  it('Hyperliquid, below its second tier', async () => {
    const { assets } = parseHyperliquidParams(shippedParams('hyperliquid'));
    await expectAll(2, (each) => expectNear(each, 'hyperliquid', 'USDC', liquidationPrice({
      form: 'available', ...each, accountValue: each.cash + otherOf(each).pnl, maintenanceRate: 1 / 80,
      otherMaintenance: maintenanceOf(assets.get('eth')!.tiers, otherOf(each).notional),
    }), doubleTolerance));
  });

  it('dYdX, to the tick of its prices', async () => {
    const { markets } = parseDydxParams(shippedParams('dydx'));
    const rate = ({ tier }: { tier: { initialMarginPpm: number; maintenanceFractionPpm: number } }): number =>
      (tier.initialMarginPpm / 1e6) * (tier.maintenanceFractionPpm / 1e6);
    await expectAll(3, (each) => expectNear(each, 'dydx', 'USDC', liquidationPrice({
      form: 'collateral', ...each, balance: each.cash, maintenanceRate: rate(markets.get('btc')!),
      otherMaintenance: otherOf(each).notional * rate(markets.get('eth')!), otherPnl: otherOf(each).pnl,
    }), 1e-8));
  });

  it('Drift, whose margin ratio follows the size', async () => {
    // The imf factors of the file are too small to raise the ratio of the sizes here.
    const { perpetuals } = parseDriftParams(shippedParams('drift'));
    const ratio = (base: string): number => perpetuals.get(base)!.marginRatioMaintenance / 10_000;
    await expectAll(4, (each) => expectNear(each, 'drift', 'USDC', liquidationPrice({
      form: 'collateral', ...each, balance: each.cash, maintenanceRate: ratio('btc'),
      otherMaintenance: otherOf(each).notional * ratio('eth'), otherPnl: otherOf(each).pnl,
    }), doubleTolerance));
  });
});

describe('closed forms on published cases', () => {
  it('Binance FAQ: isolated ETHUSDT and cross BTCUSDT', () => {
    const eth = { side: 'long', amount: 3683.979, entry: 1456.84 } as const;
    expect(liquidationPrice({
      form: 'bracket', ...eth, wallet: 1535443.01, maintenanceRate: 0.1, deduction: 135365,
    })).toBeCloseTo(1114.78, 1.9);
    expect(liquidationPrice({
      form: 'bracket', side: 'long', amount: 109.488, entry: 32481.98, wallet: 1535443.01, maintenanceRate: 0.025,
      deduction: 16300, otherMaintenance: 3683.979 * 1335.18 * 0.1 - 135365, otherPnl: 3683.979 * (1335.18 - 1456.84),
    })).toBeCloseTo(26316.89, 1.9);
  });

  it('isolated margin at Gate and Bybit', () => {
    const short = { side: 'short', amount: 1, entry: 10, margin: 2, maintenanceRate: 0.01 } as const;
    expect(liquidationPrice({ form: 'isolated', ...short, takerFee: 0.0006 })).toBeCloseTo(11.87413417771621, 12);
    expect(liquidationPrice({ form: 'entry-value', ...short })).toBeCloseTo(11.9, 12);
  });

  it('bankruptcy: Bybit inverse long at 50x', () => {
    const long = { payoff: 'inverse', side: 'long', entry: 7890.08, leverage: 50 } as const;
    expect(bankruptcyPrice(long)).toBeCloseTo(7735.37, 1.9);
    expect(bankruptcyPrice({ ...long, side: 'short', leverage: 1 })).toBeNull();
  });

  it('none above zero', () => {
    expect(liquidationPrice({
      form: 'bracket', side: 'long', amount: 1, entry: 100, wallet: 1000, maintenanceRate: 0.01,
    })).toBeNull();
    expect(liquidationPrice({
      form: 'bracket', side: 'long', amount: 1, entry: 100, wallet: 10, maintenanceRate: 1,
    })).toBeNull();
  });
});
