import * as certificate from '../../assembly/portable/certificate-layout.ts';
import { certificateScratchFloatsOf } from '../../assembly/portable/certify/scratch.ts';
import * as layout from '../../assembly/portable/layout.ts';
import { cellCountOf } from '../../src/columns/schema.ts';
import { yearMs } from '../../src/domain/market.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { rollRate, volatilityFactors } from '../../src/margin/deribit/risk-matrix.ts';
import { parseDeribitPmParams } from '../../src/margin/deribit-pm/params.ts';
import { scalarKernels } from '../../src/scalar/kernels.ts';
import { compileBuild, createMemory, instantiate, type KernelExports } from '../../src/wasm/module.ts';
import { sampleSlopes, type Box } from './certificate-slopes.ts';

export interface Threshold {
  readonly requirement: number;
  readonly addOn: number;
}

export type Runner = 'simd' | 'twin' | 'javascript';

const alignment = 64;
/** A pattern that no kernel writes: a signalling NaN. */
const fence = 0x7ff4_dead_beef_0001n;

/**
 * A copy of an engine's memory after a tick, with a certificate block, its columns and scratch behind it: certificates
 * are issued here while the engine goes on to other markets.
 */
export class CertificateArena {
  readonly radius: Float32Array;
  readonly loads: Float32Array;
  readonly health: Float64Array;
  readonly slopeRows: Float32Array;
  readonly slopeTerms: Float64Array;
  readonly expirySlopes: Float64Array;
  readonly kernels: KernelExports;
  readonly buffer: ArrayBuffer;
  readonly context: number;
  readonly #scratch: number;
  readonly #scratchFloats: number;
  readonly #list: Uint32Array;
  readonly #floats: Float64Array;
  readonly #words: Uint32Array;

  constructor(engine: Engine) {
    const { plan } = engine.arena;
    const { counts } = plan;
    const cellCount = cellCountOf(counts.scenarioCount);
    let top = Math.ceil(plan.end / alignment) * alignment;
    const take = (bytes: number): number => {
      const address = top;
      top = Math.ceil((top + bytes + 8) / alignment) * alignment;
      return address;
    };
    const block = take(certificate.CERTIFICATE_BYTES + certificate.CERTIFICATE_FLOAT_COUNT * 8);
    const rows = counts.instrumentCount * certificate.slopeFloatsOf(cellCount);
    const terms = counts.instrumentCount * certificate.SLOPE_TERM_COUNT;
    const at = {
      rows: take(rows * 4), terms: take(terms * 8),
      expiries: take(counts.expiryCount * certificate.EXPIRY_SLOPE_COUNT * 8),
      radius: take(counts.nettingSetCapacity * certificate.QUADRANT_COUNT * 4),
      loads: take(counts.nettingSetCapacity * certificate.LOAD_COUNT * 4),
      health: take(counts.nettingSetCapacity * certificate.THRESHOLD_COUNT_MAX * 8),
      list: take(counts.nettingSetCapacity * 4),
    };
    this.#scratchFloats = certificateScratchFloatsOf(cellCount);
    this.#scratch = take((this.#scratchFloats + 1) * 8);
    const memory = createMemory('single', top);
    this.kernels = instantiate(compileBuild('single'), memory);
    this.buffer = memory.buffer;
    new Uint8Array(this.buffer).set(new Uint8Array(engine.arena.buffer).subarray(0, plan.end));
    this.context = plan.context;
    new Uint32Array(this.buffer, plan.context, layout.CONTEXT_WORD_COUNT)[layout.CONTEXT_CERTIFICATE] = block;
    this.#words = new Uint32Array(this.buffer, block, certificate.CERTIFICATE_WORD_COUNT);
    this.#floats = new Float64Array(
      this.buffer, block + certificate.CERTIFICATE_BYTES, certificate.CERTIFICATE_FLOAT_COUNT,
    );
    this.slopeRows = new Float32Array(this.buffer, at.rows, rows);
    this.slopeTerms = new Float64Array(this.buffer, at.terms, terms);
    this.expirySlopes = new Float64Array(
      this.buffer, at.expiries, counts.expiryCount * certificate.EXPIRY_SLOPE_COUNT,
    );
    this.radius = new Float32Array(this.buffer, at.radius, counts.nettingSetCapacity * certificate.QUADRANT_COUNT);
    this.loads = new Float32Array(this.buffer, at.loads, counts.nettingSetCapacity * certificate.LOAD_COUNT);
    this.health = new Float64Array(this.buffer, at.health, counts.nettingSetCapacity * certificate.THRESHOLD_COUNT_MAX);
    this.#list = new Uint32Array(this.buffer, at.list, counts.nettingSetCapacity);
    this.#words[certificate.CERTIFICATE_SLOPE_ROWS] = at.rows;
    this.#words[certificate.CERTIFICATE_SLOPE_TERMS] = at.terms;
    this.#words[certificate.CERTIFICATE_EXPIRY_SLOPES] = at.expiries;
    this.#words[certificate.CERTIFICATE_RADIUS] = at.radius;
    this.#words[certificate.CERTIFICATE_LOADS] = at.loads;
    this.#words[certificate.CERTIFICATE_HEALTH] = at.health;
    this.#words[certificate.CERTIFICATE_LIST] = at.list;
  }

  /** A column of the copy that is in the context block. */
  floats(slot: number, length: number): Float64Array {
    const address = new Uint32Array(this.buffer, this.context, layout.CONTEXT_WORD_COUNT)[slot];
    return new Float64Array(this.buffer, address, length);
  }

  /** Box, thresholds and slope tables for them. */
  prepare(engine: Engine, params: unknown, box: Box, thresholds: readonly Threshold[]): void {
    this.writeBox(box, thresholds);
    sampleSlopes(engine, params, box, this.slopeRows, this.slopeTerms);
    sampleExpiries(engine, params, box, this.expirySlopes);
  }

  writeBox(box: Box, thresholds: readonly Threshold[]): void {
    this.#floats[certificate.BOX_PRICE] = box.price;
    this.#floats[certificate.BOX_PRICE_REST] = box.priceRest;
    this.#floats[certificate.BOX_VOLATILITY] = box.volatility;
    this.#floats[certificate.BOX_VOLATILITY_REST] = box.volatilityRest;
    this.#words[certificate.CERTIFICATE_THRESHOLD_COUNT] = thresholds.length;
    thresholds.forEach(({ requirement, addOn }, k) => {
      const at = certificate.BOX_THRESHOLDS + k * certificate.THRESHOLD_FLOATS;
      this.#floats[at + certificate.THRESHOLD_REQUIREMENT] = requirement;
      this.#floats[at + certificate.THRESHOLD_ADD_ON] = addOn;
    });
  }

  /** Certifies the sets, in two calls; throws if the kernel writes beyond its scratch. */
  certify(sets: readonly number[], runner: Runner = 'simd'): void {
    const scratch = new BigUint64Array(this.buffer, this.#scratch, this.#scratchFloats + 1).fill(fence);
    this.radius.fill(-1);
    this.loads.fill(-1);
    this.health.fill(-1);
    this.#list.set(sets);
    const kernel = {
      simd: this.kernels.certifyDeribitPm,
      twin: this.kernels['certifyDeribitPmScalar'],
      javascript: scalarKernels(this.buffer).certifyDeribitPm,
    }[runner];
    const half = Math.floor(sets.length / 2);
    kernel(this.context, this.#scratch, 0, half);
    kernel(this.context, this.#scratch, half, sets.length - half);
    if (scratch[this.#scratchFloats] !== fence) throw new Error('the kernel wrote beyond its scratch');
  }
}

/** By finite differences over the box of time; time stands still where there is none. */
function sampleExpiries(engine: Engine, params: unknown, { time, volatility, volatilityRest }: Box, slopes: Float64Array): void {
  const { currencies, pairs } = parseDeribitPmParams(params);
  const steps = 64;
  engine.rows.expiries.forEach(({ group, kind, expiryMs }, row) => {
    const { baseCurrency, pair } = engine.rows.groups[group];
    const [currency, ofPair] = [currencies.get(baseCurrency.toLowerCase())!, pairs.get(pair)!];
    const up = [0.5];
    const down = [0.5];
    let roll = 0;
    if (expiryMs !== null && time > 0) {
      const years = (expiryMs - engine.quotes.asOfMs) / yearMs;
      const at = (step: number): number => years * Math.exp((-time * step) / steps);
      for (let step = 0; step < steps; step++) {
        const span = time / steps;
        const [a, b] = [volatilityFactors(at(step + 1), ofPair), volatilityFactors(at(step), ofPair)];
        up.push(0.5 + (1.1 * Math.log(b.up / a.up)) / span);
        down.push(0.5 + (1.1 * Math.log(b.down / a.down)) / span);
        const change = rollRate(kind, at(step + 1), currency) - rollRate(kind, at(step), currency);
        roll = Math.max(roll, Math.abs(change) / span);
      }
    }
    const own = slopes.subarray(row * certificate.EXPIRY_SLOPE_COUNT);
    const passing = expiryMs === null ? 0 : time;
    own[certificate.EXPIRY_TIME] = passing;
    own[certificate.EXPIRY_TIME_GROWTH] = Math.exp(passing) * (1 + 1e-12);
    own[certificate.EXPIRY_DEVIATION_FALL] = volatility + volatilityRest + passing * Math.max(...up, ...down);
    own[certificate.EXPIRY_DEVIATION_RISE] = volatility + volatilityRest + passing * Math.max(0, ...[...up, ...down].map((each) => -each));
    own[certificate.EXPIRY_ROLL_TIME] = 1.1 * roll;
    own[certificate.EXPIRY_UP_TIME_LOW] = Math.min(...up);
    own[certificate.EXPIRY_UP_TIME_HIGH] = Math.max(...up);
    own[certificate.EXPIRY_DOWN_TIME_LOW] = Math.min(...down);
    own[certificate.EXPIRY_DOWN_TIME_HIGH] = Math.max(...down);
  });
}
