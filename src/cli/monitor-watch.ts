import { MargridError } from '../errors.ts';
import type { DeribitPmParams } from '../margin/deribit-pm/params.ts';
import { defaultModelName, modelByName } from '../margin/registry.ts';
import type { Watched, WatchedThreshold } from '../monitor/watch.ts';

const namePattern = /^[a-z][a-z0-9-]*$/;
const factorPattern = /^(\d+(?:\.\d+)?)(?:\*(maintenance|initial))?$/;

/**
 * `liquidation`, `statuses`, or levels: `warning=1.25*maintenance,called=initial,bankrupt=0`. A bare factor multiplies
 * what `initial` is without add-ons. `params`: the model's, as in their file. Throws `OptionInvalid`.
 */
export function parseWatch(text: string, params: unknown, model = defaultModelName): Watched {
  if (text === 'liquidation' || text === 'statuses') return text;
  const parts = text.split(',');
  const entries = parts.map((part) => /^([^=]*)=(.*)$/.exec(part));
  if (entries.some((entry) => entry === null)) {
    throw invalid(text, "must be liquidation, statuses or levels by factors, as 'warning=1.25*maintenance,bankrupt=0'");
  }
  const chosen = modelByName(model);
  // Of the other models no factor says what their requirement is: Monitor refuses levels for them.
  const maintenance = chosen.kind === 'grid' ? (chosen.parseParams(params) as DeribitPmParams).mmFactor : 0;
  const levels = entries.map((entry) => levelOf(entry![1].trim(), entry![2].trim(), maintenance));
  const twice = levels.find(({ name }, index) => levels.findIndex((each) => each.name === name) !== index);
  if (twice !== undefined) throw invalid(text, `has two levels named ${twice.name}`);
  return levels;
}

function levelOf(name: string, factor: string, maintenance: number): WatchedThreshold {
  if (!namePattern.test(name)) throw invalid(name, 'must name levels with small letters, digits and hyphens');
  const spelt = /^(maintenance|initial)$/.test(factor) ? `1*${factor}` : factor;
  const [, digits, of] = factorPattern.exec(spelt) ?? [];
  if (digits === undefined) {
    throw invalid(factor, `must give ${name} a factor, as 1.25, 1.25*maintenance, 0.9*initial or initial`);
  }
  const multiple = Number(digits);
  if (of === 'maintenance') return { name, requirementFactor: multiple * maintenance };
  return { name, requirementFactor: multiple, ...(of === 'initial' ? { addOnFactor: multiple } : {}) };
}

function invalid(value: string, rule: string): MargridError {
  return new MargridError('OptionInvalid', `--watch ${rule}, got '${value}'`, { column: 'watch', value });
}
