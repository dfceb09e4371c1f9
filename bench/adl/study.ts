import { allocateAdl, type AdlRule } from '../../src/waterfall/adl-allocation.ts';
import type { AdlCandidates } from '../../src/waterfall/adl-rank.ts';
import { exactGain, lotsOf, type ContractTerms } from '../../src/waterfall/contract-value.ts';
import { readRows, sumOf, type Row } from './tables.ts';

/**
 * The rules of `src/waterfall` on the tables of the auto-deleveraging of 10 October 2025 on Hyperliquid:
 * `npm run adl-study -- <folder>`. Published figures: arXiv 2512.01112 and its tables.
 */
const published = {
  events: 34_983, notional: 2.1031e9, profit: 834.3e6, needed: 15_079_669.609008066, production: 60_108_335.328144774,
  overshoot: 45_028_665.7191367, queueOvershoot: 653_552_663.5146928,
};

const dollars = (value: number): string => value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

function line(name: string, ours: number, theirs: number): void {
  const error = Math.abs(ours - theirs) / Math.abs(theirs);
  console.log(`${name.padEnd(52)} ${dollars(ours).padStart(20)} ${dollars(theirs).padStart(20)}   ${error.toExponential(1)}`);
}

function totals(users: readonly Row[]): void {
  console.log(`\n${'Totals of the accounts'.padEnd(52)} ${'here'.padStart(20)} ${'published'.padStart(20)}   error`);
  line('ADL events', sumOf(users, 'num_adl_events'), published.events);
  line('ADL notional', sumOf(users, 'adl_notional'), published.notional);
  line('PnL closed', sumOf(users, 'closed_pnl'), published.profit);
}

/** What each wave needed follows from the gaps per coin; what production took is in the tables. */
function waves(folder: string): Map<string, number> {
  const needed = new Map<string, number>();
  for (const row of readRows(folder, 'wave_coin_gap_h5000.csv')) {
    // Quantity times the gap between execution and mark per contract, and not the product that the table has as well.
    needed.set(row['wave'], (needed.get(row['wave']) ?? 0) + Number(row['qty_contracts']) * Number(row['gap_per_contract_usd']));
  }
  const policies = readRows(folder, 'policy_per_wave.csv');
  console.log(`\n${'Waves'.padEnd(52)} ${'here'.padStart(20)} ${'published'.padStart(20)}   error`);
  for (const row of policies) line(`wave ${row['wave']}: needed`, needed.get(row['wave']) ?? 0, Number(row['budget_needed']));
  const total = [...needed.values()].reduce((sum, each) => sum + each, 0);
  const production = sumOf(policies, 'budget_prod');
  line('needed, all waves', total, published.needed);
  line('production, all waves', production, published.production);
  line('overshoot of production', production - total, published.overshoot);
  return needed;
}

function queueOvershoot(folder: string): void {
  const clusters = readRows(folder, 'shock_metrics_queue.csv.gz');
  // A queue that stops at the deficit takes as much as it covers; what it took beyond is overshoot.
  const over = clusters.reduce((sum, row) => {
    const covered = Math.min(Number(row['deficit_usd']), Number(row['budget_queue_usd']));
    return sum + Number(row['budget_queue_usd']) - covered;
  }, 0);
  line('overshoot of the queue over coins and clusters', over, published.queueOvershoot);
}

/** PnL of the positions by the exact arithmetic that the waterfall uses. */
function positionArithmetic(folder: string): void {
  const terms: ContractTerms = { payoff: 'linear', contractSize: 1, lotDecimals: 8, moneyDecimals: 6 };
  let worst = 0;
  const rows = readRows(folder, 'high_leverage_positions.csv');
  for (const row of rows) {
    const lots = lotsOf(Number(row['position_size']), terms.lotDecimals);
    const { top, bottom } = exactGain(terms, lots, Number(row['entry_price']), Number(row['adl_price']));
    const gain = Number(top) / Number(bottom);
    const theirs = Number(row['position_unrealized_pnl']);
    worst = Math.max(worst, Math.abs(gain - theirs) / Math.max(Math.abs(theirs), 1));
  }
  console.log(`\nPnL of ${rows.length} positions by exactGain: largest error ${worst.toExponential(1)}`);
}

/** Winners, with a haircut in cents as what is divided: a lot is one cent of closed profit. */
function haircuts(users: readonly Row[], needed: ReadonlyMap<string, number>, folder: string): void {
  const winners = users.filter((row) => Number(row['closed_pnl']) > 0 && Number(row['account_value_realtime']) > 0);
  const candidates: AdlCandidates = {
    side: 'long',
    lots: Float64Array.from(winners, (row) => Math.floor(Number(row['closed_pnl']) * 100)),
    entryPrice: new Float64Array(winners.length).fill(1),
    equity: Float64Array.from(winners, (row) => Number(row['account_value_realtime'])),
    notional: Float64Array.from(winners, (row) => Number(row['adl_notional'])),
  };
  const rules: readonly (readonly [string, AdlRule, string])[] = [
    ['queue by leverage', { kind: 'queue', score: 'leverage' }, 'max_pct_prod'],
    ['pro rata to profit', { kind: 'pro-rata', weight: 'size' }, 'max_pct_pnl_pr'],
    ['pro rata to equity', { kind: 'pro-rata', weight: 'equity' }, 'max_pct_eq_pr'],
  ];
  const policies = readRows(folder, 'policy_per_wave.csv');
  console.log(`\nHaircuts of all waves among ${winners.length} winners in whole cents: sum, overshoot, largest part of one profit, published ones`);
  for (const [name, rule, column] of rules) {
    let [sum, wanted, worst] = [0, 0, 0];
    for (const budget of needed.values()) {
      const lots = BigInt(Math.ceil(budget * 100));
      const { lots: taken } = allocateAdl({ candidates, at: { terms: { payoff: 'linear', contractSize: 1, lotDecimals: 2, moneyDecimals: 2 }, mark: 2 }, rule, lots, eligible: 'any' });
      taken.forEach((cents, place) => {
        sum += cents;
        if (cents > 0) worst = Math.max(worst, cents / candidates.lots[place]);
      });
      wanted += Number(lots);
    }
    const theirs = Math.max(...policies.map((row) => Number(row[column])));
    console.log(`  ${name.padEnd(24)} ${dollars(sum / 100).padStart(16)}  overshoot ${dollars((sum - wanted) / 100)}  ${worst.toFixed(6)}  ${theirs.toFixed(6)}`);
  }
  const integer = sumOf(policies, 'budget_fixed_point_ilp_integer') - sumOf(policies, 'budget_needed');
  console.log(`  published integer policy: overshoot ${dollars(integer)}; largest remainder: 0.00 beyond the cent that each wave is rounded up by`);
}

/** A quarter of what was closed, closed by each rule: which leverage is left. Ours alone: nothing published to compare. */
function leverages(users: readonly Row[]): void {
  const held = users.filter((row) => Number(row['account_value_realtime']) > 0 && Number(row['adl_notional']) >= 0.01);
  // Whole cents, so that a position can be closed in full.
  const notional = Float64Array.from(held, (row) => Math.floor(Number(row['adl_notional']) * 100) / 100);
  const candidates: AdlCandidates = {
    side: 'long', lots: notional.map((value) => Math.round(value * 100)), entryPrice: new Float64Array(held.length).fill(1),
    equity: Float64Array.from(held, (row) => Number(row['account_value_realtime'])), notional,
  };
  const lots = BigInt(Math.round(notional.reduce((sum, value) => sum + value, 0) * 100)) / 4n;
  const rules: readonly (readonly [string, AdlRule])[] = [
    ['queue by leverage', { kind: 'queue', score: 'leverage' }], ['queue by size', { kind: 'queue', score: 'size' }],
    ['pro rata to size', { kind: 'pro-rata', weight: 'size' }], ['water-filling', { kind: 'water-filling' }],
  ];
  console.log(`\nA quarter of the notional closed among ${held.length} accounts: largest leverage left, accounts touched, milliseconds`);
  for (const [name, rule] of rules) {
    const start = performance.now();
    const { lots: closed, unfilled } = allocateAdl({ candidates, at: { terms: { payoff: 'linear', contractSize: 1, lotDecimals: 2, moneyDecimals: 2 }, mark: 1 }, rule, lots, eligible: 'any' });
    const elapsed = performance.now() - start;
    const left = closed.map((cents, i) => (notional[i] - cents / 100) / candidates.equity[i]);
    const touched = closed.reduce((sum, cents) => sum + Number(cents > 0), 0);
    console.log(`  ${name.padEnd(24)} ${left.reduce((most, each) => Math.max(most, each), 0).toFixed(4).padStart(18)} ${String(touched).padStart(8)} ${elapsed.toFixed(0).padStart(6)}  unfilled ${unfilled}`);
  }
}

const folder = process.argv[2];
if (folder === undefined) {
  console.error('usage: npm run adl-study -- <folder of hyperliquid-adl-20251010>');
  process.exitCode = 2;
} else {
  const users = readRows(folder, 'adl_by_user.csv.gz');
  totals(users);
  const needed = waves(folder);
  queueOvershoot(folder);
  positionArithmetic(folder);
  haircuts(users, needed, folder);
  leverages(users);
}
