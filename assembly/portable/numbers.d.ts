/**
 * The numeric types of AssemblyScript, for the TypeScript compiler.
 *
 * Files in this folder are written in the common subset of AssemblyScript and TypeScript and are compiled by both:
 * that is what makes the JavaScript engine bit-equal to the scalar WASM kernels.
 */
declare type f64 = number;
declare type i32 = number;
