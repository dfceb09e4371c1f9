import { expect, it } from 'vitest';
import { dydxInsuranceFundDeltaOf } from '../../src/liquidation/dydx.ts';

/** 1e6 quantums a coin at 100 USDC; maintenance 10%. */
const markets = new Map([['X', { price: 100n, priceExponent: 0, atomicResolution: -6, initialMarginPpm: 200_000, maintenanceFractionPpm: 500_000 }]]);

it.each([
  // Long 1, owing 95: bankrupt at 95. Sold at 96: 1 better, at most 0.5% of 96.
  ['sells better', -95n, 1n, false, 96n, 480_000n],
  ['sells worse', -95n, 1n, false, 94n, -1_000_000n],
  // Short 1 with 105: bankrupt at 105. Bought at 104.9: 0.1 better; at 107: 2 worse.
  ['buys better', 105n, -1n, true, 1049n, 100_000n],
  ['buys worse', 105n, -1n, true, 107n, -2_000_000n],
])('the fund when the account %s', (_, balance, position, isBuy, price, expected) => {
  const account = { quoteBalance: balance * 1_000_000n, positions: new Map([['X', position * 1_000_000n]]) };
  const quote = price > 1000n ? price * 100_000n : price * 1_000_000n;
  expect(dydxInsuranceFundDeltaOf(markets, account, { perpetual: 'X', isBuy, quantums: 1_000_000n, quote }, 5000)).toBe(expected);
});
