import type { Storable } from '../account/events.ts';
import { MargridError } from '../errors.ts';
import { flagField, invalid, knownFields, section, textField } from '../margin/fields.ts';
import { minorUnitsFrom } from '../money/minor-units.ts';
import { shippedWaterfall } from './venue-rules.ts';
import type { WaterfallOptions } from './waterfall-module.ts';

const names = ['rules', 'liquidator', 'automatic', 'lotDecimals', 'funds'];

/**
 * Options as JSON has them: `rules` an object or the name of a venue that ships, `funds` minor units as texts. Throws
 * `ParameterInvalid` naming the field.
 */
export function parseWaterfallSettings(settings: Storable | undefined): WaterfallOptions {
  const fields = knownFields(settings, 'waterfall', names);
  const { rules, liquidator, automatic, lotDecimals, funds = {} } = fields;
  if (rules === undefined)
    throw new MargridError('ParameterInvalid', 'waterfall.rules must be a venue or its rules', {
      column: 'waterfall.rules',
    });
  if (lotDecimals !== undefined && typeof lotDecimals !== 'number')
    throw invalid('waterfall.lotDecimals', lotDecimals, 'must be a number');
  const amounts = Object.entries(section(funds, 'waterfall.funds')).map(([fund, amount]) => {
    const minor = minorUnitsFrom(amount);
    if (minor === null || minor < 0n) throw invalid(`waterfall.funds.${fund}`, amount, 'must be minor units as a text');
    return [fund, minor] as const;
  });
  return {
    rules: typeof rules === 'string' ? shippedWaterfall(rules) : rules,
    funds: Object.fromEntries(amounts),
    ...(liquidator === undefined ? {} : { liquidator: textField(fields, 'liquidator', 'waterfall') }),
    ...(automatic === undefined ? {} : { automatic: flagField(fields, 'automatic', 'waterfall', false) }),
    ...(lotDecimals === undefined ? {} : { lotDecimals }),
  };
}
