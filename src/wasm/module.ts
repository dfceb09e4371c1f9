import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MargridError } from '../errors.ts';
import { limits } from '../limits.ts';
import { packageRoot } from '../package-root.ts';
import type { Kernels } from './kernels.ts';

/**
 * `release` imports a shared memory (worker threads); `single` a private one (single thread, browser pages without
 * cross-origin
 * isolation); `debug` is `release` with assertions and names. One source, the same bits.
 */
export type BuildName = 'release' | 'single' | 'debug';

const pageBytes = 65_536;

/** Exports of the module; the scalar twins and batch kernels are reachable for tests and benchmarks. */
export type KernelExports = Kernels & Readonly<Record<string, (...args: number[]) => number>> & {
  readonly HEAP_BASE: WebAssembly.Global;
};

export function isSimdSupported(): boolean {
  // (module (func (result v128) (i32.const 0) (i8x16.splat))): the smallest module that needs SIMD.
  const probe = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11];
  return typeof WebAssembly === 'object' && WebAssembly.validate(new Uint8Array(probe));
}

/** Compiled once per process: a module has with it the code that has been optimised since. */
const compiled = new Map<BuildName, WebAssembly.Module>();

export function compileBuild(build: BuildName): WebAssembly.Module {
  const path = join(packageRoot, 'build', `${build}.wasm`);
  try {
    const module = compiled.get(build) ?? new WebAssembly.Module(readFileSync(path));
    compiled.set(build, module);
    return module;
  } catch (cause) {
    throw new MargridError('KernelMismatch', `cannot load build/${build}.wasm (run the build first): ${String(cause)}`);
  }
}

/** A memory of at least `bytes`, allocated once: it is never grown in a hot path. */
export function createMemory(build: BuildName, bytes: number): WebAssembly.Memory {
  const initial = Math.ceil(bytes / pageBytes);
  if (bytes > limits.memoryBytesMax) {
    throw new MargridError('LimitExceeded', `memoryBytesMax is ${limits.memoryBytesMax}, got ${bytes}`);
  }
  return new WebAssembly.Memory({ initial, maximum: 65_536, shared: build !== 'single' });
}

/**
 * Instantiates the module on a memory. The module must import that memory and nothing else but `abort` (debug build).
 */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelExports {
  const imports = WebAssembly.Module.imports(module).map(({ module: space, name }) => `${space}.${name}`);
  const unknown = imports.filter((name) => name !== 'env.memory' && name !== 'env.abort');
  if (unknown.length > 0) throw new MargridError('KernelMismatch', `the kernels import ${unknown.join(', ')}`);
  const abort = (_message: number, _file: number, line: number, column: number): never => {
    throw new MargridError('EngineState', `assertion failed in a kernel at line ${line}, column ${column}`);
  };
  return new WebAssembly.Instance(module, { env: { memory, abort } }).exports as unknown as KernelExports;
}

/** First address that an arena may use: the module's static data lies below. */
export function heapBaseOf(exports: KernelExports): number {
  return Number(exports.HEAP_BASE.value);
}
