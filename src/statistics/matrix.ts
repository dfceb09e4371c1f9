/** Linear algebra of covariances, in one place for those who need it: row-major Float64Array and n. */
export { cholesky } from './cholesky.ts';
export { semidefiniteRoot, type MatrixRoot } from './matrix-root.ts';
export {
  nearestCorrelation, nearestCovariance, type RepairedCorrelation, type RepairedCovariance, type RepairOptions,
} from './nearest-correlation.ts';
export { symmetricEigen, type SymmetricEigen } from './symmetric-eigen.ts';
