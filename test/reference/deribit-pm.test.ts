import { describe, expect, test } from 'vitest';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import { referenceAccount, referenceDeribitPm } from '../../src/reference/margin/deribit-pm.ts';
import { ReferenceMarket } from '../../src/reference/margin/deribit-pm/reference-market.ts';
import { loadGoldenCases } from '../support/golden.ts';

const golden = loadGoldenCases('deribit-pm').find(({ name }) => name.endsWith('three-netting-sets'))!;
const { params, account } = golden;

function withMarket(change: Partial<Market>): Market {
  return { ...golden.market, ...change };
}

function statuses(market: Market): Record<string, string> {
  const { nettingSets } = referenceDeribitPm({ market, params, ...account });
  return Object.fromEntries(nettingSets.map((set) => [set.settlementCurrency, set.status]));
}

function problems(market: Market): (string | null)[] {
  return referenceDeribitPm({ market, params, ...account }).nettingSets.map(({ problem }) => problem);
}

function replaceAt(values: Float64Array, index: number, value: number): Float64Array {
  const copy = values.slice();
  copy[index] = value;
  return copy;
}

describe('bad input quarantines the netting set that depends on it, and no other', () => {
  const isInverseOption = ({ kind, payoff }: Instrument): boolean => kind === 'option' && payoff === 'inverse';
  const optionIndex = golden.market.instruments.findIndex(isInverseOption);
  const option = golden.market.instruments[optionIndex];
  const healthy = statuses(golden.market);

  test.each([0, -1, NaN, Infinity])('forward %d', (forward) => {
    const market = withMarket({ forward: replaceAt(golden.market.forward, optionIndex, forward) });
    expect(statuses(market)).toEqual({ ...healthy, BTC: 'quarantined' });
    expect(problems(market).find((problem) => problem !== null)).toContain(option.name);
  });

  test.each([-0.1, NaN, Infinity])('volatility %d', (volatility) => {
    const impliedVolatility = replaceAt(golden.market.impliedVolatility, optionIndex, volatility);
    expect(statuses(withMarket({ impliedVolatility }))).toEqual({ ...healthy, BTC: 'quarantined' });
  });

  test('an expired instrument', () => {
    const instruments = golden.market.instruments.map((row, index): Instrument =>
      index === optionIndex ? { ...row, expiryMs: golden.market.asOfMs - 1 } : row,
    );
    expect(problems(withMarket({ instruments })).join()).toContain('expired');
  });

  test('no index price', () => {
    const indexPrice = new Map(golden.market.indexPrice);
    indexPrice.delete('eth_usdc');
    expect(statuses(withMarket({ indexPrice }))).toEqual({ ...healthy, USDC: 'quarantined' });
  });

  test('no parameters for the pair', () => {
    const pairs = new Map(params.pairs);
    pairs.delete('btc_usd');
    const [first] = referenceDeribitPm({ market: golden.market, params: { ...params, pairs }, ...account }).nettingSets;
    expect(first.problem).toContain('btc_usd');
  });

  test('cash that is no number, an entry price of zero', () => {
    const cash = new Map([...account.cash, ['ETH', NaN] as const]);
    const noEntry = account.positions.map((position) => ({ ...position, entryPrice: 0 }));
    const badCash = referenceDeribitPm({ ...golden, ...account, cash }).nettingSets;
    const badEntry = referenceDeribitPm({ ...golden, ...account, positions: noEntry }).nettingSets;
    expect(badCash.map(({ status }) => status === 'quarantined')).toEqual([false, false, true]);
    expect(badEntry.every(({ status }) => status === 'quarantined')).toBe(true);
  });
});

test('cells are computed once per instrument and market, whoever asks', () => {
  const reference = new ReferenceMarket(golden.market, params);
  expect(reference.risk(0)).toBe(reference.risk(0));
  const first = referenceAccount(reference, account);
  const second = referenceAccount(reference, account);
  expect(second.nettingSets[0].groups[0].instruments[0].risk).toBe(first.nettingSets[0].groups[0].instruments[0].risk);
  expect(JSON.stringify(second)).toBe(JSON.stringify(first));
});

test('the order of the positions does not matter', () => {
  const reversed = { ...account, positions: [...account.positions].reverse() };
  const requirement = (set: { settlementCurrency: string; initialMargin: { toString(): string } }): string =>
    `${set.settlementCurrency} ${set.initialMargin.toString()}`;
  const forwards = referenceDeribitPm({ ...golden, ...account }).nettingSets.map(requirement).sort();
  const backwards = referenceDeribitPm({ ...golden, ...reversed }).nettingSets.map(requirement).sort();
  expect(backwards).toEqual(forwards);
});
