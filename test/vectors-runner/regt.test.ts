import { describe, expect, it } from 'vitest';
import { regt } from './published.ts';
import { runContent } from './run-command.ts';

type Row = Readonly<Record<string, unknown>>;

async function filesOf(content: unknown) {
  const { exitCode, report } = await runContent('regt', content);
  return { exitCode, ...report.files[0] };
}

const withNaked = (changes: Row) => ({ ...regt, nakedShort: [{ ...regt.nakedShort[0], ...changes }] });
const withTable = (row: Row) => ({ ...regt, nakedShort: [], tables: { SomeInitialCases: [{ strategy: 'BullCallLadder', quantity: 1, ...row }] } });

describe('suite regt', () => {
  it('passes the published figures', async () => {
    expect(await filesOf(regt)).toMatchObject({ exitCode: 0, passed: 3, failed: 0 });
  });

  it('sees two cents in the calculator figure and a broker figure that no spot explains', async () => {
    expect(await filesOf(withNaked({ maintenanceMargin: 10640.02 }))).toMatchObject({ exitCode: 1, failed: 1 });
    expect(await filesOf(withTable({ ibValue: 16_000 }))).toMatchObject({ exitCode: 1, failed: 1 });
    expect(await filesOf(withTable({ ibValue: 10_800 }))).toMatchObject({ exitCode: 0, failed: 0 });
  });

  it('follows the inputs, not the strategy name', async () => {
    const { BullCallLadder } = regt.strategyLegs;
    const content = { ...withTable({ strategy: 'Anything', ibValue: 10407.04 }), strategyLegs: { Anything: BullCallLadder } };
    expect(await filesOf(content)).toMatchObject({ exitCode: 0, passed: 1 });
  });

  it('leaves out a broker figure that the file itself contradicts, and says so', async () => {
    const { notCovered, passed, failed } = await filesOf(withTable({ ibValue: 104_070, leanExpected: 10_407.04 }));
    expect({ passed, failed }).toEqual({ passed: 0, failed: 0 });
    expect(notCovered).toEqual([expect.stringContaining('contradict each other')]);
  });

  it.each<[string, unknown, RegExp]>([
    ['unknown strategy', withTable({ strategy: 'Nothing', ibValue: 1 }), /no legs of the strategy "Nothing"/],
    ['missing premium', withNaked({ premium: null }), /premium must be a finite number/],
    ['wrong side', withNaked({ right: 'X' }), /right must be "C" or "P"/],
    ['fraction of a contract', withNaked({ contracts: 1.5 }), /whole option contracts/],
  ])('fails a case with the reason: %s', async (_name, content, message) => {
    const { failures } = await filesOf(content);
    expect(failures.map((failure) => failure.message).join()).toMatch(message);
  });
});
