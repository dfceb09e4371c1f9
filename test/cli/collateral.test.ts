import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli, temporaryFolder } from './run-cli.ts';

const rules = {
  venue: 'test', date: '2026-01-01', source: 'made up', currency: 'USD',
  assets: { USD: { haircut: 0 }, BTC: { haircut: 0.04, currency: 'USD' }, DOGE: { haircut: 0.05 } },
};

describe('margrid collateral', () => {
  const folder = temporaryFolder();
  const file = (name: string, content: unknown): string => {
    writeFileSync(join(folder, name), JSON.stringify(content));
    return join(folder, name);
  };

  it('itemises balances as JSON', async () => {
    const balances = file('balances.json', { alice: { BTC: 0.5, USD: -100 }, bob: { DOGE: 1 } });
    const { code, stdout } = await runCli(['collateral', '--balances', balances, '--rules', file('rules.json', rules), '--json'], folder);
    expect(code).toBe(0);
    const { currency, accounts } = JSON.parse(stdout) as { currency: string; accounts: Record<string, unknown>[] };
    expect(currency).toBe('USD');
    // The index price of the built-in market, 62,687.75.
    expect(accounts[0]).toMatchObject({ account: 'alice', isKnown: true, marketValue: 31_343.875 - 100, initialValue: 31_343.875 * 0.96 - 100 });
    // No price: nothing is known, and JSON says null.
    expect(accounts[1]).toMatchObject({ account: 'bob', isKnown: false, marketValue: null, initialValue: null });
  });

  it('takes the rules of a venue that ship, and names what is wrong', async () => {
    const balances = file('balances.json', { alice: { BTC: 12 } });
    const shipped = await runCli(['collateral', '--balances', balances, '--rules', 'bybit-uta'], folder);
    // 10 x 0.98 + 2 x 0.95 = 11.7 of 62,687.75.
    expect(shipped.stdout).toContain('maintenance 733,446.67');
    const wrong = await runCli(['collateral', '--balances', file('wrong.json', { alice: { BTC: '12' } }), '--rules', 'bybit-uta'], folder);
    expect(wrong.code).not.toBe(0);
    expect(wrong.stderr).toContain('alice.BTC must be a finite number, got "12"');
    const moon = await runCli(['collateral', '--balances', balances, '--rules', 'moon'], folder);
    expect(moon.stderr).toContain("no collateral rules ship for 'moon'");
  });
});
