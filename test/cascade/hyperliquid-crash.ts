/**
 * The cascade simulator against the crash of 10 October 2025 on Hyperliquid: `npm run crash -- <folder>`, the folder
 * being one with the public files named below. Results, and what they can and cannot say: docs/CASCADE.md.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { simulateCascade } from '../../src/cascade/simulate.ts';
import type { CascadeResult } from '../../src/cascade/result.ts';
import { Engine } from '../../src/engine/engine.ts';
import { log } from '../../assembly/portable/log.ts';
import { exp } from '../../assembly/portable/exp.ts';
import { RandomStream } from '../../src/generate/random.ts';
import { shippedParams } from '../../src/margin/shipped-params.ts';

const folder = process.argv[2] ?? '';
if (folder === '') {
  process.stderr.write('usage: npm run crash -- <folder with positions_btc_sol.csv.gz and the files beside it>\n');
  process.exit(2);
}

type Row = Readonly<Record<string, string>>;

function rowsOf(name: string): Row[] {
  const bytes = readFileSync(join(folder, name));
  const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const [header, ...lines] = text.trim().split(/\r?\n/);
  const columns = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, at) => [columns[at], cell] as const)));
}

const coins = ['BTC', 'SOL'] as const;
type Coin = (typeof coins)[number];
/** Assets whose tiers ship with margrid. */
const margined = ['BTC', 'ETH', 'SOL'];

interface Holding {
  readonly account: string;
  readonly coin: string;
  readonly quantity: number;
  readonly entryPrice: number;
}

/** An engine of linear perpetuals under Hyperliquid's cross margin; `cash` in USDC by account. */
function engineOf(prices: ReadonlyMap<string, number>, holdings: readonly Holding[], cash: ReadonlyMap<string, number>): Engine {
  const names = [...prices.keys()];
  const accountIds = [...cash.keys()];
  const rowOf = new Map(accountIds.map((account, row) => [account, row] as const));
  return Engine.create({
    model: 'hyperliquid',
    params: shippedParams('hyperliquid'),
    market: {
      asOfMs: Date.UTC(2025, 9, 10, 21, 15),
      instruments: names.map((coin) => ({
        name: coin, kind: 'perpetual', payoff: 'linear', baseCurrency: coin, quoteCurrency: 'USDC', settlementCurrency: 'USDC',
        contractSize: 1, expiryMs: null, strike: null, optionType: null,
      })),
      forward: Float64Array.from(prices.values()),
      impliedVolatility: new Float64Array(names.length).fill(NaN),
      indexPrice: new Map([...prices].map(([coin, price]) => [`${coin.toLowerCase()}_usdc`, price] as const)),
      openInterest: new Float64Array(names.length),
    },
    book: {
      accountIds,
      currencies: ['USDC'],
      positions: {
        accountIndex: Uint32Array.from(holdings, ({ account }) => rowOf.get(account)!),
        instrumentIndex: Uint32Array.from(holdings, ({ coin }) => names.indexOf(coin)),
        quantity: Float64Array.from(holdings, ({ quantity }) => quantity),
        entryPrice: Float64Array.from(holdings, ({ entryPrice }) => entryPrice),
      },
      cash: {
        accountIndex: Uint32Array.from(accountIds.keys()),
        currencyIndex: new Uint32Array(accountIds.length),
        amount: Float64Array.from(cash.values()),
      },
      quarantined: [],
    },
  });
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const short = (value: number, digits = 0): string => value.toLocaleString('en-US', { maximumFractionDigits: digits });

/**
 * Winners that were auto-deleveraged with one position: their profit and size give the mark of the venue's books, which
 * must lie near the price of the deal, or there were other positions.
 */
async function checkKnownAccounts(): Promise<void> {
  const rows = rowsOf('high_leverage_positions.csv').filter(({ coin }) => margined.includes(coin));
  const keyOf = ({ user, time }: Row): string => `${user} ${time}`;
  const count = new Map<string, number>();
  for (const row of rows) count.set(keyOf(row), (count.get(keyOf(row)) ?? 0) + 1);
  let [known, negative, negativeFound, liquidated] = [0, 0, 0, 0];
  for (const row of rows) {
    const [size, entryPrice] = [Number(row['position_size']), Number(row['entry_price'])];
    const mark = entryPrice + Number(row['total_unrealized_pnl']) / size;
    if (count.get(keyOf(row)) !== 1 || !(Math.abs(mark / Number(row['adl_price']) - 1) < 0.02)) continue;
    const holding = { account: 'a', coin: row['coin'], quantity: size, entryPrice };
    const engine = engineOf(new Map([[row['coin'], mark]]), [holding], new Map([['a', Number(row['account_value_realtime'])]]));
    await engine.tick();
    const isFound = engine.results.status[0] === 2;
    known++;
    if (row['is_negative_equity'] === 'True') {
      negative++;
      negativeFound += isFound ? 1 : 0;
    } else liquidated += isFound ? 1 : 0;
    await engine.close();
  }
  print(`1. accounts of one position when they were auto-deleveraged: ${known} of ${rows.length} deals in ${margined.join(', ')}`);
  print(`   negative equity published for ${negative}, in liquidation by the engine ${negativeFound}; of the other ${known - negative}: ${liquidated}`);
}

/** Prices of the window: those at which accounts entered that had no position before it. */
function windowPrices(positions: readonly Row[], coin: Coin): { readonly start: number; readonly trough: number } {
  const entries = positions.filter(({ asset, entry_price }) => asset === coin && entry_price !== '').map(({ entry_price }) => Number(entry_price));
  return { start: Math.max(...entries), trough: Math.min(...entries) };
}

/** Longs that came through, whose cash is known because they were auto-deleveraged elsewhere. */
async function checkSurvivors(positions: readonly Row[], cashOf: ReadonlyMap<string, number>): Promise<void> {
  for (const coin of coins) {
    const { start, trough } = windowPrices(positions, coin);
    const survivors = positions.filter((row) =>
      row['asset'] === coin && row['side'] === 'LONG' && row['was_liquidated'] === 'False' && Number(row['position_size']) > 0 &&
      (cashOf.get(row['user_address']) ?? 0) > 0);
    const holdings = survivors.map((row) => ({
      account: row['user_address'], coin, quantity: Number(row['position_size']),
      entryPrice: row['entry_price'] === '' ? Number(row['mark_price']) : Number(row['entry_price']),
    }));
    const engine = engineOf(new Map([[coin, start]]), holdings, new Map(holdings.map(({ account }) => [account, cashOf.get(account)!])));
    const result = await simulateCascade(engine, { shock: { [coin]: trough / start - 1 } });
    const size = holdings.reduce((sum, { quantity }) => sum + quantity, 0);
    print(`   ${coin} ${short(start, 2)} to ${short(trough, 2)} (${(100 * (trough / start - 1)).toFixed(2)}%): ${result.liquidatedAccounts} of ` +
      `${holdings.length} liquidated by the engine, none in fact; ${short(result.lead.volume, 1)} of ${short(size, 1)} ${coin}`);
    await engine.close();
  }
}

interface Loser {
  readonly account: string;
  readonly loss: number;
}

function losersOf(positions: readonly Row[], coin: Coin): Loser[] {
  return positions.flatMap((row) => {
    const loss = -Number(row['realized_pnl']);
    const isLoser = row['asset'] === coin && row['side'] === 'LONG' && row['was_liquidated'] === 'True' && loss > 0;
    return isLoser ? [{ account: row['user_address'], loss }] : [];
  });
}

/** Maintenance fraction of the first tier: half of one over the largest leverage. */
const largestLeverage: Readonly<Record<Coin, number>> = { BTC: 40, SOL: 20 };

/**
 * A book of the liquidated longs: what each lost is taken for all that it had, its leverage is drawn log-uniformly between
 * the least that the fall could liquidate and the largest that the venue allows.
 */
function loserEngine(losers: readonly Loser[], coin: Coin, prices: { start: number; trough: number }, seed: number): Engine {
  const fall = 1 - prices.trough / prices.start;
  const fraction = 1 / (2 * largestLeverage[coin]);
  const least = 1 / (fall + fraction * (1 - fall));
  const stream = new RandomStream();
  const holdings = losers.map(({ account, loss }, index) => {
    stream.restart(seed, index, 20);
    const leverage = least * exp(stream.nextFineFraction() * log(largestLeverage[coin] / least));
    return { account, coin, quantity: (loss * leverage) / prices.start, entryPrice: prices.start };
  });
  return engineOf(new Map([[coin, prices.start]]), holdings, new Map(losers.map(({ account, loss }) => [account, loss])));
}

async function cascadeOfLosers(losers: readonly Loser[], coin: Coin, prices: { start: number; trough: number }, shock: number, strength: number, steps: number): Promise<CascadeResult> {
  const engine = loserEngine(losers, coin, prices, 1);
  // sigma and volume enter as Y sigma / sqrt(V) alone: one number is calibrated.
  const result = await simulateCascade(engine, { shock: { [coin]: shock }, steps, roundsMax: 1e6, impact: { [coin]: { kind: 'sqrt', y: 1, sigma: strength, dailyVolume: 1 } } });
  await engine.close();
  return result;
}

/** The impact strength at which a given first move ends at the trough that was reached; null if no strength does. */
async function calibrate(losers: readonly Loser[], coin: Coin, prices: { start: number; trough: number }, shock: number, steps: number): Promise<CascadeResult & { strength: number }> {
  let [low, high] = [0, 0.1];
  for (let step = 0; step < 30; step++) {
    const strength = (low + high) / 2;
    const { lead } = await cascadeOfLosers(losers, coin, prices, shock, strength, steps);
    if (lead.final > prices.trough) low = strength;
    else high = strength;
  }
  return { ...(await cascadeOfLosers(losers, coin, prices, shock, high, steps)), strength: high };
}

async function compareCascades(positions: readonly Row[]): Promise<void> {
  const autoDeleveraged = new Map(rowsOf('adl_net_volume_by_ticker.csv').map((row) => [row['ticker'], Number(row['net_volume'])] as const));
  for (const coin of coins) {
    const prices = windowPrices(positions, coin);
    const losers = losersOf(positions, coin);
    const total = losers.reduce((sum, { loss }) => sum + loss, 0);
    print(`   ${coin}: ${losers.length} longs liquidated at a loss of ${short(total)} USD; auto-deleveraged ${short(autoDeleveraged.get(coin)!, 1)} ${coin}`);
    for (const [share, steps] of [[1, 1], [1, 100], [0.75, 1], [0.75, 100], [0.65, 100], [0.5, 100], [0.25, 100]]) {
      const shock = share * (prices.trough / prices.start - 1);
      const result =
        share === 1
          ? { ...(await cascadeOfLosers(losers, coin, prices, shock, 0, steps)), strength: 0 }
          : await calibrate(losers, coin, prices, shock, steps);
      const largest = Math.max(...result.rounds.map(({ newAccounts }) => newAccounts)) / Math.max(result.liquidatedAccounts, 1);
      const volumeError = result.lead.volume / autoDeleveraged.get(coin)! - 1;
      print(`   first move ${(100 * shock).toFixed(2)}% in ${steps}: Y sigma / sqrt(V) = ${result.strength.toExponential(2)}, ends at ${short(result.lead.final, 2)}, ` +
        `${result.liquidatedAccounts} of ${losers.length} accounts, ${short(result.lead.volume, 1)} ${coin} (${(100 * volumeError).toFixed(0)}% against auto-deleveraged), ` +
        `${result.rounds.length} rounds, largest ${(100 * largest).toFixed(0)}% of accounts, deficit ${short(result.deficit)} USD`);
    }
  }
}

const positions = rowsOf('positions_btc_sol.csv.gz');
const cashOf = new Map(rowsOf('adl_by_user.csv.gz').map((row) => [row['user'], Number(row['account_value_realtime'])] as const));
await checkKnownAccounts();
print('2. longs that survived, with the cash published for them');
await checkSurvivors(positions, cashOf);
print('3. cascades of the liquidated longs, sizes inferred from losses');
await compareCascades(positions);
const { timeline } = JSON.parse(readFileSync(join(folder, 'cascade_timing.json'), 'utf8')) as { timeline: { liquidations: number }[] };
const counts = timeline.map(({ liquidations }) => liquidations);
const events = counts.reduce((sum, count) => sum + count, 0);
print(`   in fact: ${short(events)} liquidation events of all coins in ${counts.length} bursts, the largest ${((100 * Math.max(...counts)) / events).toFixed(0)}%`);
const gaps = rowsOf('wave_coin_gap_h5000.csv');
for (const coin of coins) {
  const gap = gaps.filter((row) => row['coin'] === coin).reduce((sum, row) => sum + Number(row['gap_usd_x_qty']), 0);
  print(`   deficit of ${coin} by wave, published: ${short(gap)} USD`);
}
