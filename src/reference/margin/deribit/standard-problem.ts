import { riskGroupOf } from '../../../domain/instrument.ts';
import type { Market } from '../../../domain/market.ts';
import type { StandardParams } from '../../../margin/deribit/standard-params.ts';
import { badPrice, isPositive, unlistedReason } from './holding.ts';

/** Why no standard margin can be computed for a future or an option, or null. Checks are positive: NaN fails them. */
export function standardProblem(market: Market, params: StandardParams, index: number): string | null {
  const instrument = market.instruments[index];
  const { name, kind } = instrument;
  const unlisted = unlistedReason(instrument);
  if (unlisted !== null) return `${name}: ${unlisted}`;
  const product = riskGroupOf(instrument).name;
  const section = kind === 'option' ? 'options' : 'futures';
  if (!params[section].has(product)) return `${name}: the parameters have no section ${section}.${product}`;
  if (!isPositive(market.forward[index])) return badPrice(name);
  return kind === 'option' && !hasMark(market, index) ? badPrice(name) : null;
}

/** A quoted mark, or what Black-76 needs. */
function hasMark(market: Market, index: number): boolean {
  const quoted = market.fields?.get('markPrice')?.[index] ?? NaN;
  if (!Number.isNaN(quoted)) return quoted >= 0 && Number.isFinite(quoted);
  const { expiryMs } = market.instruments[index];
  return expiryMs !== null && expiryMs >= market.asOfMs && isPositive(market.impliedVolatility[index]);
}
