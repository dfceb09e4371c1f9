import { describe, expect, it } from 'vitest';
import { LedgerModule } from '../../src/ledger/ledger-module.ts';
import { parseLedgerSettings } from '../../src/ledger/ledger-settings.ts';
import { bookOf, LedgerBench } from './lifecycle-market.ts';

describe('settings of the ledger', () => {
  it('set decimals, house accounts and fees', async () => {
    const options = parseLedgerSettings({ decimals: { USD: 2 }, houseAccounts: ['house/rebates'], fees: 'deribit', retainedEntries: 10, restrictedBelow: 1.1 });
    const bench = new LedgerBench(bookOf(['alice'], [], [['alice', 'USD', 12.345]]), options);
    expect(bench.balance('alice', 'USD')).toBe(1234n);
    // Exact 1234.5 cents, to the nearest 1235 from outside: a cent of dust.
    expect([bench.balance('external', 'USD'), bench.balance('house/rounding', 'USD')]).toEqual([-1235n, 1n]);
    await bench.apply('ledger.fee', { account: 'alice', currency: 'USD', amount: '1', to: 'house/rebates' });
    expect(bench.balance('house/rebates', 'USD')).toBe(1n);
    expect(Object.keys(options.feeSchedules!)).toEqual(['futures', 'weekly-futures', 'options', 'linear-options']);
    await bench.engine.close();
  });

  it('may all be left out', () => {
    expect(new LedgerModule(parseLedgerSettings(undefined)).name).toBe('ledger');
  });

  it('refuse by name', () => {
    expect(() => parseLedgerSettings({ decimal: {} })).toThrow(/ledger.decimal is not known/);
    expect(() => parseLedgerSettings({ decimals: { USD: 1.5 } })).toThrow(/decimals of USD must be a whole number/);
    expect(() => parseLedgerSettings({ decimals: { USD: 19 } })).toThrow(/ledger.decimals.USD/);
    expect(() => parseLedgerSettings({ fees: 'nowhere' })).toThrow(/data\/fees has deribit, not 'nowhere'/);
    expect(() => parseLedgerSettings({ houseAccounts: 'a' })).toThrow(/ledger.houseAccounts must be a list/);
    expect(() => new LedgerModule().ledger).toThrow(expect.objectContaining({ code: 'EngineState' }));
  });
});
