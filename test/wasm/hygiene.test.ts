import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MILLS_ROWS } from '../../assembly/portable/mills-rows.ts';
import { SLOPE_ROWS } from '../../assembly/portable/mills-slope-rows.ts';
import { DENSITY_POWERS } from '../../assembly/portable/risk-cell.ts';
import { compileBuild, createMemory, heapBaseOf, instantiate } from '../../src/wasm/module.ts';
import type { BuildName } from '../../src/wasm/module.ts';
import { buildFile, builds, sectionsOf, watOf } from './wat.ts';

/** Written out and not derived from a type, so that a kernel that goes missing, or appears unannounced, is noticed. */
const engineKernels = [
  'bookPnl',
  'bookRows',
  'bookScreen',
  'bookTails',
  'certifyDeribitPm',
  'deribitPm',
  'deribitPmOf',
  'deribitPmVectors',
  'deribitStandard',
  'deribitStandardRow',
  'deribitXpm',
  'deribitXpmRow',
  'derivePortfolio',
  'derivePortfolioRows',
  'deriveSrm',
  'deriveSrmRows',
  'markRows',
  'paradexPm',
  'paradexPmRow',
  'paradexXm',
  'paradexXmRow',
  'regtRows',
  'revalueWorstLoss',
  'riskArray',
  'riskArrayOf',
  'scenarioRows',
  'scenarioSums',
  'slopePoints',
  'slopeRows',
  'span',
  'spanRows',
  'tiered',
  'tieredRows',
  'tims',
  'timsRows',
  'varMargin',
  'varRows',
  'volatilityMoves',
];
/** Formulas of single venues that the library and the vectors call one by one. */
const venueFormulas = [
  'availableLiquidationPrice',
  'bracketLiquidationPrice',
  'bybitOptionInitial',
  'bybitOptionMaintenance',
  'collateralLiquidationPrice',
  'driftAssetOfLiability',
  'driftAssetWeight',
  'driftBaseToCover',
  'driftFundingToSocialise',
  'driftInterestToSocialise',
  'driftLiabilityOfAsset',
  'driftLiabilityToCover',
  'driftLiabilityWeight',
  'driftLiquidationFee',
  'driftMaxLiquidatedPart',
  'driftPerpInsuranceFee',
  'driftScaledWeight',
  'driftSpotInsuranceFee',
  'dydxBankruptcyPrice',
  'dydxFillQuote',
  'dydxFillablePrice',
  'dydxInsuranceFundDelta',
  'dydxIsReduction',
  'dydxLiquidatable',
  'dydxPositionRisk',
  'entryValueLiquidationPrice',
  'inverseBankruptcyPrice',
  'isolatedLiquidationPrice',
  'linearBankruptcyPrice',
  'okxMinimumCharge',
  'okxUnitMaintenance',
  'optionOrderFee',
  'tieredLiquidationPrice',
];
const scalarTwins = [
  'americanBoundaryPricesScalar',
  'americanTreePricesScalar',
  'bookTailsScalar',
  'certifyDeribitPmScalar',
  'deribitPmScalar',
  'greekOptionsScalar',
  'impliedVolatilitiesScalar',
  'priceOptionsScalar',
  'revalueWorstLossScalar',
  'riskArrayScalar',
  'scenarioRowsScalar',
  'scenarioSumsScalar',
  'slopePointsScalar',
  'slopeRowsScalar',
  'volatilityMovesScalar',
];
const pricingKernels = [
  'americanBoundaryPrices',
  'americanTreePrices',
  'greekOptions',
  'impliedVolatilities',
  'priceOptions',
];
const mathematics = [
  'mapErfcx',
  'mapExp',
  'mapLog',
  'mapMillsRatio',
  'mapNormalCdf',
  'mapNormalPdf',
  'mapNormalQuantile',
];
/** Draws and revaluation of Monte Carlo paths: docs/MONTE-CARLO.md. */
const pathKernels = [
  'addJumps',
  'combineColumns',
  'correlateDraws',
  'drawNormals',
  'drawPhilox',
  'drawSobol',
  'exponentiateColumn',
  'interpolateColumn',
  'invertCounts',
  'inverseWallaceColumn',
  'middlesOfCells',
  'multiplyColumn',
  'quadraticPnl',
  'relativeMoves',
  'sampleQuantiles',
  'scaleColumn',
  'scrambleOwen',
  'spreadPairs',
  'wallaceColumn',
];
const kernels = [...engineKernels, ...pathKernels, ...venueFormulas, ...scalarTwins, ...pricingKernels, ...mathematics].sort();

/** Section numbers of the binary format. */
const sectionIds = { table: 4, memory: 5, element: 9 } as const;
const storage = [sectionIds.memory];
/** Function tables: asc gives unoptimized modules one with a single empty slot; nothing calls through it. */
const tables = [sectionIds.table, sectionIds.element];

describe.each(builds)('%s build', (build) => {
  const module = compileBuild(build);
  const wat = watOf(build);

  it('imports one memory and nothing else', () => {
    const imports = WebAssembly.Module.imports(module)
      .map((each) => `${each.kind} ${each.module}.${each.name}`)
      .sort();
    expect(imports.filter((name) => name !== 'function env.abort')).toEqual(['memory env.memory']);
    if (build !== 'debug') expect(imports).toHaveLength(1);
  });

  it('exports every kernel and HEAP_BASE, and nothing else', () => {
    const exported = WebAssembly.Module.exports(module);
    expect(
      exported
        .filter(({ kind }) => kind === 'function')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(kernels);
    expect(exported.filter(({ kind }) => kind !== 'function')).toEqual([{ name: 'HEAP_BASE', kind: 'global' }]);
  });

  it('owns no memory, and nothing static but tables of constants', () => {
    const ids = sectionsOf(readFileSync(buildFile(`${build}.wasm`))).map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(4);
    const absent = build === 'debug' ? storage : [...storage, ...tables];
    expect(ids.filter((id) => absent.some((other) => other === id))).toEqual([]);
    // The debug build has the texts of its assertions as well.
    const segments = [...wat.matchAll(/^ \(data \S+ \(i32\.const (\d+)\)/gm)];
    if (build !== 'debug') expect(segments).toHaveLength(3);
    for (const rows of [MILLS_ROWS, SLOPE_ROWS, DENSITY_POWERS]) {
      expect(Buffer.from(staticDataOf(module, build)).indexOf(Buffer.from(Float64Array.from(rows).buffer))).toBeGreaterThan(0);
    }
  });

  it('never grows the memory and copies nothing on its own', () => {
    expect(wat).toContain('f64x2.mul');
    expect(wat).not.toMatch(/memory\.(grow|size|init|copy|fill)|data\.drop|call_indirect/);
  });

  it('has one mutable global, which only its start function writes', () => {
    const mutable = [...wat.matchAll(/^ \(global (\S+) \(mut /gm)].map(([, name]) => name);
    // asc knows the end of the static data only after compiling, so a constant made of `__heap_base` is set when the
    // module starts.
    expect(mutable).toEqual(['$assembly/index/HEAP_BASE']);
    const written = [...wat.matchAll(/global\.set (\S+)/g)].map(([, name]) => name);
    expect(written).toEqual(['$assembly/index/HEAP_BASE']);
    const startName = /\(start (\S+)\)/.exec(wat)![1];
    const startAt = wat.indexOf(` (func ${startName}`);
    const bodies = wat.slice(startAt, wat.indexOf('\n )', startAt)) + functionCalledBy(wat, startAt);
    expect(bodies).toContain('global.set $assembly/index/HEAP_BASE');
  });

  it('leaves a memory as it finds it until a kernel is called, but for its constants', () => {
    const memory = createMemory(build, 65_536);
    const bytes = new Uint8Array(memory.buffer).fill(0xa5);
    const base = heapBaseOf(instantiate(module, memory));
    expect(base).toBeGreaterThan(0);
    expect(base).toBeLessThanOrEqual(65_536);
    expect(bytes.subarray(base).every((byte) => byte === 0xa5)).toBe(true);
    // A second instance, as of another thread, changes nothing.
    const before = bytes.slice();
    instantiate(module, memory);
    expect(Buffer.compare(bytes.slice(), before)).toBe(0);
  });
});

/** What a module writes below its heap base. */
function staticDataOf(module: WebAssembly.Module, build: BuildName): Uint8Array {
  const memory = createMemory(build, 65_536);
  const base = heapBaseOf(instantiate(module, memory));
  return new Uint8Array(memory.buffer).slice(0, base);
}

/** Text of the function that the function at `at` calls, or nothing. The debug build wraps its start function. */
function functionCalledBy(wat: string, at: number): string {
  const called = /call (\S+)/.exec(wat.slice(at, wat.indexOf('\n )', at)))?.[1];
  if (called === undefined) return '';
  const start = wat.indexOf(` (func ${called}`);
  return wat.slice(start, wat.indexOf('\n )', start));
}

describe('release and single', () => {
  it('differ in the shared memory they import, and in nothing else', () => {
    const release = watOf('release').split('\n');
    const single = watOf('single').split('\n');
    expect(release).toHaveLength(single.length);
    const differing = release.flatMap((line, index) =>
      line === single[index] ? [] : [[line.trim(), single[index].trim()]],
    );
    expect(differing).toEqual([
      ['(import "env" "memory" (memory $0 1 65536 shared))', '(import "env" "memory" (memory $0 1 65536))'],
    ]);
  });

  it('refuse the memory of the other', () => {
    expect(() => instantiate(compileBuild('release'), createMemory('single', 65_536))).toThrow(WebAssembly.LinkError);
    expect(() => instantiate(compileBuild('single'), createMemory('release', 65_536))).toThrow(WebAssembly.LinkError);
  });

  it('a module that imports something else is refused', () => {
    // (module (import "env" "clock" (func)))
    const bytes = [
      0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 13, 1, 3, 101, 110, 118, 5, 99, 108, 111, 99, 107, 0, 0,
    ];
    const foreign = new WebAssembly.Module(new Uint8Array(bytes));
    expect(() => instantiate(foreign, createMemory('single', 65_536))).toThrow('the kernels import env.clock');
  });
});
