import { checkRelative, type Check } from '../check.ts';
import { CaseInputError, expectedOf, numberOf, optionalNumber, type Fields } from '../fields.ts';
import { runKernel } from '../tiered/number-block.ts';
import { sideOf } from './binance.ts';
import { checkEngineAtLiquidation } from './engine-check.ts';

/**
 * The collateral of the live positions holds funding and fees and is printed to six decimals: a price near zero (long
 * at leverage one) keeps four digits. 1e-4 is also what the source of the cases asks for.
 */
const tolerance = 1e-4;

/** One isolated position: account value at the entry price, the asset's largest leverage. */
export async function checkLivePosition(fields: Fields): Promise<Check[]> {
  const expected = expectedOf(fields, 'expectedLiquidationPrice');
  if (expected === null) return [];
  const side = sideOf(fields);
  const [entry, amount] = [numberOf(fields, 'entryPrice'), numberOf(fields, 'contracts')];
  const collateral = numberOf(fields, 'marginCollateral');
  const fraction = optionalNumber(fields, 'maintenanceFraction') ?? 1 / (2 * numberOf(fields, 'assetMaxLeverage'));
  if (!(fraction > 0)) throw new CaseInputError('input maintenanceFraction must be above 0');
  const available = collateral - amount * entry * fraction;
  const price = runKernel('availableLiquidationPrice', side, entry, available, amount, fraction);
  const checks = [checkRelative('liquidation price', price, expected, tolerance)];
  const leverage = 1 / (2 * fraction);
  if (!(price > 0) || !(leverage >= 1)) return checks;
  const name = 'position';
  return [...checks, await checkEngineAtLiquidation({
    model: 'hyperliquid',
    params: {
      source: 'case', date: '2024-01-01', transferRate: 0.1,
      assets: { base: { marginTiers: [{ lowerBound: 0, maxLeverage: leverage }] } },
    },
    positions: [{
      name, baseCurrency: 'BASE', quoteCurrency: 'USDC', price, quantity: side * amount, entryPrice: entry,
    }],
    cash: collateral,
  })];
}
