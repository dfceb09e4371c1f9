/** The exported kernels for special functions, option prices, greeks and implied volatilities. */
export {
  mapErfcx, mapExp, mapLog, mapMillsRatio, mapNormalCdf, mapNormalPdf, mapNormalQuantile,
} from './math/map';
export { priceOptions, priceOptionsScalar } from './price/black76';
export { greekOptions, greekOptionsScalar } from './price/greeks';
export { impliedVolatilities, impliedVolatilitiesScalar } from './price/implied-volatility';
export {
  americanBoundaryPrices, americanBoundaryPricesScalar, americanTreePrices, americanTreePricesScalar,
} from './price/american';
