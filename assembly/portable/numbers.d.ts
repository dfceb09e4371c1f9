/**
 * The numeric types of AssemblyScript, for the TypeScript compiler.
 *
 * Files in this folder are written in the common subset of AssemblyScript and TypeScript and are compiled by both:
 * that is what makes the JavaScript engine bit-equal to the scalar WASM kernels.
 */
declare type f64 = number;
declare type i32 = number;
/**
 * The whole memory as floats and as 32-bit words: `f[i]` is the float at byte address 8·i, `w[i]` the word at 4·i.
 * AssemblyScript reads the linear memory (assembly/views.ts), JavaScript a view of the same bytes.
 */
declare type Floats = Float64Array;
/** The same as floats of 32 bits, at byte address 4·i: read as f64, rounded to nearest when written. */
declare type Singles = Float32Array;
declare type Ints = Int32Array;
/** A table of constants: static memory in AssemblyScript, an array in JavaScript. */
declare type StaticArray<T> = readonly T[];
