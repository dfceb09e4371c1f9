/** Kernels of Monte Carlo paths. */
export { drawPhilox } from "./montecarlo/philox";
export { drawNormals } from "./montecarlo/normals";
export * from "./montecarlo/columns";
