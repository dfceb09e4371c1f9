import type { Storable } from '../account/events.ts';
import { MargridError } from '../errors.ts';
import { invalid, section } from '../margin/fields.ts';
import { shippedWaterfall } from './venue-rules.ts';
import type { WaterfallOptions } from './waterfall-module.ts';

const names = ['rules', 'liquidator', 'automatic', 'lotDecimals', 'funds'];

/**
 * Options as JSON has them: `rules` an object or the name of a venue that ships, `funds` minor units as texts. Throws
 * `ParameterInvalid` naming the field.
 */
export function parseWaterfallSettings(settings: Storable | undefined): WaterfallOptions {
  const fields = section(settings, 'waterfall');
  const unknownName = Object.keys(fields).find((name) => !names.includes(name));
  if (unknownName !== undefined) throw invalid(`waterfall.${unknownName}`, fields[unknownName], `is not a setting; there are ${names.join(', ')}`);
  const { rules, liquidator, automatic, lotDecimals, funds = {} } = fields;
  if (rules === undefined) throw new MargridError('ParameterInvalid', 'waterfall.rules must be a venue or its rules', { column: 'waterfall.rules' });
  if (liquidator !== undefined && (typeof liquidator !== 'string' || liquidator === '')) throw invalid('waterfall.liquidator', liquidator, 'must be a text');
  if (automatic !== undefined && typeof automatic !== 'boolean') throw invalid('waterfall.automatic', automatic, 'must be true or false');
  if (lotDecimals !== undefined && typeof lotDecimals !== 'number') throw invalid('waterfall.lotDecimals', lotDecimals, 'must be a number');
  const amounts = Object.entries(section(funds, 'waterfall.funds')).map(([fund, amount]) => {
    if (typeof amount !== 'string' || !/^\d+$/.test(amount)) throw invalid(`waterfall.funds.${fund}`, amount, 'must be minor units as a text');
    return [fund, BigInt(amount)] as const;
  });
  return {
    rules: typeof rules === 'string' ? shippedWaterfall(rules) : rules,
    funds: Object.fromEntries(amounts),
    ...(liquidator === undefined ? {} : { liquidator }),
    ...(automatic === undefined ? {} : { automatic }),
    ...(lotDecimals === undefined ? {} : { lotDecimals }),
  };
}
