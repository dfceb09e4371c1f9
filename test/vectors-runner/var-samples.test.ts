import { describe, expect, it } from 'vitest';
import { varSamples } from './published.ts';
import { runCommand, writeFiles } from './run-command.ts';
import type { Report } from '../vectors/report.ts';

/** `case: quantity` of what fails in a document with files beside it; none of the names means anything. */
async function failures(document: unknown, beside: readonly string[] = []): Promise<string[]> {
  const files = Object.fromEntries(beside.map((text, index) => [`data${index}`, text]));
  const { stdout } = await runCommand('var', writeFiles({ document, ...files }), '--json');
  return (JSON.parse(stdout) as Report).files.flatMap((file) =>
    file.failures.map((each) => `${each.case}: ${each.message.replace(/: (absolute|relative) error .*$/, '')}`));
}

describe('formats of VaR, ES and backtests', () => {
  it('backtests and quantile types, and what is wrong in them', async () => {
    expect(await failures(varSamples)).toEqual([]);
    const pof = [{ ...varSamples.pof[0], published: { LR: 0.46157 } }];
    const rows = [{ ...varSamples.rows[0], type7: 1.5 }];
    expect(await failures({ ...varSamples, pof, rows })).toEqual(['pof 1: published LR', 'row 1 (four): type7']);
    const unknown = { ...varSamples, rows: [{ set: 'five', p: 0.25, type1: 1 }] };
    expect(await failures(unknown)).toEqual(["row 1 (five): there is no set 'five'"]);
  });

  it('ES conventions', async () => {
    const pnl = [-3, -1, 0, 2];
    const row = { pnl, alpha: 0.375, VaR_orderStat_ceil: 1, ES_AcerbiTasche: 3.5 / 1.5, ES_meanLEquantile: 2 };
    expect(await failures({ rows: [row] })).toEqual([]);
    expect(await failures({ rows: [{ ...row, ES_AcerbiTasche: 2 }] })).toEqual(['row 1: ES_AcerbiTasche']);
  });

  it('historical VaR with P&L beside it', async () => {
    const expected = '#Desk,Quantile_0.25,ExpectedShortfall_0.5\nA,-3.000000,-2.000000\n';
    const pnl = '#Desk,PLAmount\nA,-3\nA,2\nA,-1\nA,0\nB,9\n';
    expect(await failures(expected, [pnl])).toEqual([]);
    expect(await failures(expected.replace('-2.0', '-2.1'), [pnl])).toEqual(['A: ExpectedShortfall_0.5']);
    expect(await failures(expected)).toEqual(['A: no file beside has the P&L of A']);
  });

  it('statistics of returns beside it', async () => {
    const statistics = { 'Maximum Drawdown': 0.307, 'Downside Deviation (0%)': 0.1581, 'Historical VaR (75%)': -0.15 };
    const document = { published_table_4: { Fund: statistics } };
    const returns = 'date,Fund\n1,0.2\n2,-0.3\n3,0.1\n4,-0.1\n';
    expect(await failures(document, [returns])).toEqual([]);
    expect(await failures({ published_table_4: { Fund: { 'Maximum Drawdown': 0.308 } } }, [returns]))
      .toEqual(['published_table_4, Fund: Maximum Drawdown']);
    expect(await failures({ published_table_5: { Fund: { 'Maximum Drawdown': 0.3 } } }, [returns]))
      .toEqual(['published_table_5, Fund: no file beside has 5 rows of Fund']);
  });

  it('a portfolio of prices beside it', async () => {
    // 101 days: the one move of -10% in A at scenario 7, 100 thousand in it.
    const prices = Array.from({ length: 101 }, (_, day) => `${day < 7 ? 100 : 90}\t2`).join('\n');
    const document = {
      data: 'rows 0..100; series in USD = Alpha*RATE',
      weightsThousandUSD: [100],
      published: { lossTable: [[7, 10]], HS_VaR99: 10, ES_5worst: 10 },
    };
    expect(await failures(document, [`Alpha\tRATE1\n${prices}\n`])).toEqual([]);
    const wrong = { ...document, published: { lossTable: [[8, 10]], HS_VaR99: 10.5 } };
    expect(await failures(wrong, [`Alpha\tRATE1\n${prices}\n`]))
      .toEqual(['published lossTable: lossTable, scenario', 'published HS_VaR99: HS_VaR99']);
  });

  it('limits of the traffic light', async () => {
    const document = {
      iid_250: { limits: [4, 9], cumulative_0: [0.0811] }, overlapping10day: { obs: [5], amberLimit: [0], redLimit: [4] },
    };
    expect(await failures(document)).toEqual([]);
    const wrong = {
      iid_250: { limits: [5, 9], cumulative_0: [0.0821] }, overlapping10day: { obs: [5], amberLimit: [3], redLimit: [4] },
    };
    expect(await failures(wrong)).toEqual([
      'iid_250: iid green limit', 'iid_250: iid P(X <= x)', 'overlapping10day, 5: green limit',
    ]);
  });
});
