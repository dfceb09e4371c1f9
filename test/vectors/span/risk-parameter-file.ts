import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SpanContract, SpanParams } from '../../../src/margin/span/parameters.ts';
import { PositionalReader } from '../../../src/span/read-positional.ts';
import type { Content } from '../content.ts';
import { CaseInputError } from '../fields.ts';

/** A risk-parameter file as our reader reads it. */
export function readRiskParameters(text: string, name: string): SpanParams {
  const reader = new PositionalReader(name);
  for (const line of text.split(/\r?\n/)) reader.line(line);
  return reader.finish();
}

/** The risk-parameter file that a case or its document names, beside the document; else the only one there. */
export function riskParametersBeside(content: Content, named: string | null): SpanParams {
  if (content.path === undefined) throw new CaseInputError('input file: the document has no folder to look in');
  const folder = dirname(content.path);
  if (named !== null && existsSync(join(folder, named))) {
    return readRiskParameters(readFileSync(join(folder, named), 'latin1'), named);
  }
  const others = readdirSync(folder).filter((name) => name.toLowerCase().endsWith('.pa2'));
  if (others.length === 1) return readRiskParameters(readFileSync(join(folder, others[0]), 'latin1'), others[0]);
  throw new CaseInputError(`input file: ${named ?? 'a .pa2 file'} is not beside ${content.path}`);
}

/** How a case names a contract. */
export interface ContractKey {
  readonly product: string;
  readonly type: string;
  readonly month: string;
  readonly optionMonth: string;
  readonly right: string;
  readonly strike: number;
}

/** Throws `CaseInputError` unless exactly one contract fits. */
export function contractOf(params: SpanParams, key: ContractKey): SpanContract {
  const optionMonth = key.optionMonth === '' ? key.month : key.optionMonth;
  const fits = params.contracts.filter(
    (each) =>
      each.product === key.product &&
      each.type === key.type &&
      each.month === key.month &&
      (each.optionType === null ||
        (each.optionMonth === optionMonth &&
          each.optionType === (key.right === 'C' ? 'call' : 'put') &&
          each.strike === key.strike)),
  );
  if (fits.length === 1) return fits[0];
  throw new CaseInputError(`input position ${JSON.stringify(key)}: ${fits.length} contracts of the file fit`);
}
