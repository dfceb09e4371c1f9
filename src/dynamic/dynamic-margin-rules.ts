import { dateField, invalid, knownFields, numberField, section, textField, textsField } from '../margin/fields.ts';
import { parseAntiProcyclicality, type AntiProcyclicalityRules } from './anti-procyclicality-rules.ts';
import { parseVolatilityModel, type VolatilityModel } from './volatility-model.ts';
import { parseScalerRule, type ScalerRule } from './volatility-scaler.ts';

/** How requirements follow the market. Volatilities are per day. */
export interface DynamicRules {
  readonly source: string;
  readonly date: string;
  /**
   * Which multiplier a netting set with several underlyings gets: the `largest` of those it holds, or their mean by
   * `notional`.
   */
  readonly mix: 'largest' | 'notional';
  /** By underlying: base currency in lower case. */
  readonly underlyings: Readonly<Record<string, UnderlyingRule>>;
  /** Underlyings that are not scaled. Every underlying of the market stands here or above: none is forgotten. */
  readonly unscaled: readonly string[];
}

export interface UnderlyingRule {
  readonly volatility: VolatilityModel;
  readonly scaler: ScalerRule;
  /** Before the first observation. */
  readonly startVolatility: number;
  /** For the stressed weight: volatility of the stressed period. */
  readonly stressVolatility?: number;
  /** For the floor: volatility of ten years. */
  readonly tenYearVolatility?: number;
  readonly tools: AntiProcyclicalityRules;
}

const names = ['source', 'date', 'mix', 'underlyings', 'unscaled'];
const underlyingNames = ['volatility', 'scaler', 'startVolatility', 'stressVolatility', 'tenYearVolatility', 'tools'];

/** Rules as in their file. Throws `ParameterInvalid` naming the field. */
export function parseDynamicRules(input: unknown): DynamicRules {
  const root = knownFields(input, 'rules', names);
  const mix = root['mix'] ?? 'largest';
  if (mix !== 'largest' && mix !== 'notional') throw invalid('rules.mix', mix, 'must be largest or notional');
  const underlyings = section(root['underlyings'], 'rules.underlyings');
  return {
    source: textField(root, 'source', 'rules'),
    date: dateField(root, 'date', 'rules'),
    mix,
    underlyings: Object.fromEntries(
      Object.keys(underlyings).map(
        (name) => [name, parseUnderlying(underlyings[name], `rules.underlyings.${name}`)] as const,
      ),
    ),
    unscaled: textsField(root, 'unscaled', 'rules'),
  };
}

function parseUnderlying(input: unknown, path: string): UnderlyingRule {
  const fields = knownFields(input, path, underlyingNames);
  const volatilityField = (name: string): number => numberField(fields, name, path, { min: 0, max: 100 });
  const scaler = parseScalerRule(fields['scaler'], `${path}.scaler`);
  if (scaler.floor < 1) {
    throw invalid(
      `${path}.scaler.floor`,
      scaler.floor,
      'must be >= 1: an adjustment only adds to the requirement of the model; set its parameters for a lower volatility instead',
    );
  }
  const tools = fields['tools'] === undefined ? {} : parseAntiProcyclicality(fields['tools'], `${path}.tools`);
  const needed = (name: 'stressVolatility' | 'tenYearVolatility', isNeeded: boolean) =>
    fields[name] === undefined && !isNeeded ? {} : { [name]: volatilityField(name) };
  return {
    volatility: parseVolatilityModel(fields['volatility'], `${path}.volatility`),
    scaler,
    startVolatility:
      fields['startVolatility'] === undefined ? scaler.referenceVolatility : volatilityField('startVolatility'),
    ...needed('stressVolatility', tools.stress !== undefined),
    ...needed('tenYearVolatility', tools.floor !== undefined),
    tools,
  };
}

/** Throws `ParameterInvalid` if an underlying of the market is neither scaled nor said to be unscaled, or is both. */
export function requireAllNamed(rules: DynamicRules, underlyings: readonly string[]): void {
  for (const name of underlyings) {
    const isScaled = Object.hasOwn(rules.underlyings, name);
    if (isScaled !== rules.unscaled.includes(name)) continue;
    const rule = isScaled
      ? 'is also in unscaled'
      : 'is missing: an underlying of the market is in underlyings or in unscaled';
    throw invalid(`rules.underlyings.${name}`, rules.underlyings[name], rule);
  }
}
