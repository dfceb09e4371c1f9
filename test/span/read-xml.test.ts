import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { marginAccount } from '../../src/engine/account-margin.ts';
import type { SpanParams } from '../../src/margin/span/parameters.ts';
import { MargridError } from '../../src/errors.ts';
import { readSpanFile } from '../../src/span/read-span-file.ts';
import { readSpanSource } from '../../src/span/span-source.ts';
import { spanMarket } from '../../src/span/span-market.ts';
import { arrayLines, futureLosses, spanFileLines, spanXml } from '../support/span-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'margrid-span-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const positions = [
  { instrument: 'EXC:AB:FUT:202603', quantity: 3, entryPrice: 99 },
  { instrument: 'EXC:AB:FUT:202606', quantity: -2, entryPrice: 100 },
  { instrument: 'EXC:AB:OOF:202606:202606:C:100', quantity: -4 },
  { instrument: 'EXC:CD:FUT:202606', quantity: 5, entryPrice: 51 },
];

async function marginOf(params: SpanParams) {
  const { market } = spanMarket(params);
  const [result] = await marginAccount({ market, model: 'span', params, positions, cash: { USD: 10 } });
  return { ...result, scenarioPnl: Array.from(result.scenarioPnl) };
}

async function failure(path: string, filter = {}): Promise<MargridError> {
  try {
    await readSpanFile(path, filter);
  } catch (error) {
    if (error instanceof MargridError) return error;
    throw error;
  }
  throw new Error('no error');
}

describe('XML risk-parameter files', () => {
  it('give the requirement of the positional file with the same parameters', async () => {
    const xml = await readSpanFile(file('a.spn', spanXml()));
    const positional = await readSpanFile(file('a.pa2', spanFileLines().join('\r\n')));
    expect(xml.contracts.map(({ name }) => name).sort()).toEqual(positional.contracts.map(({ name }) => name).sort());
    const fromXml = await marginOf(xml);
    expect(fromXml.fault).toBeNull();
    expect(fromXml).toEqual(await marginOf(positional));
    expect(fromXml.components['intercommodityCredit']).toBeGreaterThan(0);
    expect(fromXml.components['spotCharge']).toBeGreaterThan(0);
  });

  it('has any number of scan points', async () => {
    const { scenarios } = await readSpanFile(file('points.spn', spanXml()));
    expect(scenarios).toHaveLength(16);
    expect(scenarios[2].priceMove).toBeCloseTo(1 / 3, 15);
    expect(scenarios[14]).toMatchObject({ priceMove: 3, weight: 0.33, pairedScenario: 14 });
    const more = spanXml().replace('</pointDef>', '<scanPointDef><point>17</point><priceScanDef><mult>4</mult></priceScanDef>' +
      '<volScanDef><mult>0</mult></volScanDef><weight>0.1</weight><pairedPoint>17</pairedPoint></scanPointDef></pointDef>')
      .replace(/<\/a><d>/g, '</a><a>5</a><d>');
    const params = await readSpanFile(file('more.spn', more));
    expect(params.contracts[0].riskArray!.losses).toHaveLength(17);
    expect((await marginOf(params)).scenarioPnl).toHaveLength(17);
  });

  it('keeps the combined commodities asked for', async () => {
    const path = file('filter.spn', spanXml());
    const { contracts, combinedCommodities } = await readSpanFile(path, { combinedCommodities: ['CD'] });
    expect(contracts.map(({ name }) => name)).toEqual(['EXC:CD:FUT:202606']);
    expect(combinedCommodities).toHaveLength(1);
    expect((await readSpanSource(`${path}@CD`)).contracts).toHaveLength(1);
    expect((await failure(path, { combinedCommodities: ['NO'] })).message).toContain("'NO'");
  });

  it.each([
    ['a value that is no number', (xml: string) => xml.replace('<p>100</p>', '<p>x</p>'), 'ValueInvalid', '<p>'],
    ['an array that is short', (xml: string) => xml.replace('<a>0</a>', ''), 'ValueMissing', '<ra>'],
    ['XML that is cut', (xml: string) => xml.slice(0, 900), 'FileUnreadable', undefined],
    ['no date', (xml: string) => xml.replace('<date>20260102</date>', ''), 'ValueMissing', undefined],
    ['a side that is none', (xml: string) => xml.replace('<rs>B</rs>', '<rs>C</rs>'), 'ValueInvalid', '<rs>'],
    ['an unknown method', (xml: string) => xml.replace('NORMAL', 'OTHER'), 'ValueInvalid', '<wfprMeth>'],
    ['no product code', (xml: string) => xml.replace('<pfCode>AB</pfCode>', ''), 'ValueMissing', '<futPf>'],
  ] as const)('%s', async (_title, change, code, element) => {
    const path = file('broken.spn', change(spanXml()));
    const error = await failure(path);
    expect(error.code).toBe(code);
    expect(error.place.file).toBe(path);
    expect(error.message).toContain(path);
    if (element !== undefined) expect(error.place.column).toBe(element);
    if (element !== undefined) expect(error.place.row).toBeGreaterThan(0);
  });

  it('refuses combined commodities whose methods are not published', async () => {
    const hvar = await readSpanFile(file('hvar.spn', spanXml().replace('<somMeth>', '<marginMeth>HVAR</marginMeth><somMeth>')));
    expect(hvar.combinedCommodities[0].refusal).toContain('HVAR');
    const weighted = await readSpanFile(file('w.spn', spanXml().replace('<chargeMeth>F</chargeMeth>', '<chargeMeth>W</chargeMeth>')));
    expect(weighted.combinedCommodities[0].refusal).toContain('price risk');
  });
});

describe('risk-parameter files', () => {
  it('are read in pieces, and only in part', async () => {
    const lines = spanFileLines();
    const last = lines.pop()!;
    for (let strike = 200; strike < 40_200; strike++) {
      lines.push(...arrayLines({
        product: 'AB', type: 'OOF', month: '202606', right: 'C', strike: String(strike).padStart(7, '0'),
        values: futureLosses(300), delta: '05000+', price: '0000100',
      }));
    }
    const path = file('large.pa2', [...lines, last, ''].join('\n'));
    expect((await readSpanFile(path)).contracts).toHaveLength(40_005);
    expect((await readSpanFile(path, { combinedCommodities: ['CD'] })).contracts).toHaveLength(1);
  });

  it('that are missing or empty say so', async () => {
    expect((await failure(join(folder, 'none.pa2'))).code).toBe('FileNotFound');
    expect((await failure(file('empty.pa2', ''))).code).toBe('FileUnreadable');
    expect((await failure(file('prose.pa2', 'Hello'))).code).toBe('ValueInvalid');
  });
});
