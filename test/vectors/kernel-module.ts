import { compileBuild, createMemory, heapBaseOf, instantiate } from '../../src/wasm/module.ts';
import { MargridError } from '../../src/errors.ts';

/** The WASM build is not there, or older than the sources. */
export class MissingBuildError extends Error {}

let compiled: WebAssembly.Module | null = null;

/** Throws `MissingBuildError` unless the build that suites run on is there. */
export function requireBuild(): WebAssembly.Module {
  try {
    return (compiled ??= compileBuild('single'));
  } catch (cause) {
    if (!(cause instanceof MargridError)) throw cause;
    throw new MissingBuildError(`run npm run build first: ${cause.message}`, { cause });
  }
}

/**
 * Runs a batch kernel of the WASM build over columns: addresses of the inputs, then of `outputCount` columns, then the
 * count. Every output column is returned as f64 and, over the same bytes, as i32.
 */
export function runColumnKernel(
  kernel: string,
  inputs: readonly Float64Array[],
  outputCount: number,
): { readonly floats: Float64Array; readonly integers: Int32Array }[] {
  const module = requireBuild();
  const count = inputs[0].length;
  const first = Math.ceil(heapBaseOf(instantiate(module, createMemory('single', 65_536))) / 16) * 16;
  const columnBytes = Math.ceil(count / 2) * 16;
  const addresses = Array.from({ length: inputs.length + outputCount }, (_each, index) => first + index * columnBytes);
  const memory = createMemory('single', first + (inputs.length + outputCount) * columnBytes);
  const run = instantiate(module, memory)[kernel];
  if (run === undefined) throw new MissingBuildError(`run npm run build first: build/single.wasm has no ${kernel}`);
  inputs.forEach((column, index) => new Float64Array(memory.buffer, addresses[index], count).set(column));
  run(...addresses, count);
  return addresses.slice(inputs.length).map((address) => ({
    floats: new Float64Array(memory.buffer, address, count),
    integers: new Int32Array(memory.buffer, address, count),
  }));
}
