import { MargridError } from '../../../src/index.ts';
import { messageOf, type Content } from '../content.ts';
import { CaseInputError, fieldsOf, isFields, listOf, textOf, type Fields } from '../fields.ts';
import type { Check } from '../check.ts';
import { fileCases } from '../span/file-arrays.ts';
import { caseRunners, inputOf, isReferenceOnly } from '../span/published-cases.ts';
import { recordChecks } from '../span/record-examples.ts';
import { riskParametersBeside } from '../span/risk-parameter-file.ts';
import { namedFile, selfComputedChecks } from '../span/self-computed.ts';
import type { CaseOutcome, Suite, SuiteRun } from '../suite.ts';
import { isListWith, rootOf } from '../table.ts';

export const span: Suite = {
  name: 'span',
  description: 'CME SPAN: published cases, portfolios with every component, record lines, risk-parameter files',
  detect: (content) => formatOf(content) !== null,
  run: async (content): Promise<SuiteRun> => {
    switch (formatOf(content)!) {
      case 'published':
        return runPublished(content);
      case 'portfolios':
        return runPortfolios(content);
      case 'records':
        return runRecords(rootOf(content));
      case 'file':
        return runFile(content);
    }
  },
};

type Format = 'published' | 'portfolios' | 'records' | 'file';

function formatOf(content: Content): Format | null {
  if (content.kind === 'risk-parameters') return 'file';
  const root = rootOf(content);
  if (isListWith(root['cases'], ['positions', 'perCC'])) return 'portfolios';
  if (isListWith(root['records'], ['line', 'repr'])) return 'records';
  const isOurs = (each: unknown): boolean =>
    isFields(each) && typeof each['kind'] === 'string' && each['kind'] in caseRunners && isFields(each['input']);
  return listOf(root['cases']).some(isOurs) ? 'published' : null;
}

/** Bad inputs and refusals fail the case with the reason; others run on. */
async function outcomeOf(name: string, compute: () => Promise<readonly Check[]> | readonly Check[]): Promise<CaseOutcome> {
  try {
    return { name, checks: await compute(), problem: null };
  } catch (cause) {
    if (!(cause instanceof CaseInputError || cause instanceof MargridError)) throw cause;
    return { name, checks: [], problem: messageOf(cause) };
  }
}

async function runPublished(content: Content): Promise<SuiteRun> {
  const cases: CaseOutcome[] = [];
  const notCovered: string[] = [];
  for (const [index, entry] of listOf(rootOf(content)['cases']).map(fieldsOf).entries()) {
    const name = textOf(entry['id']) || `case ${index + 1}`;
    const run = caseRunners[String(entry['kind'])];
    if (run === undefined) notCovered.push(`${name}: kind '${textOf(entry['kind'])}' is not known`);
    else if (isReferenceOnly(entry)) notCovered.push(`${name}: ${textOf(entry['usability'])}`);
    else cases.push(await outcomeOf(name, () => run(inputOf(entry), fieldsOf(entry['expected']), content)));
  }
  return { cases, notCovered };
}

async function runPortfolios(content: Content): Promise<SuiteRun> {
  const root = rootOf(content);
  const cases: CaseOutcome[] = [];
  for (const [index, entry] of listOf(root['cases']).map(fieldsOf).entries()) {
    const name = `portfolio ${index + 1} (${textOf(entry['name'])})`;
    cases.push(
      await outcomeOf(name, () => selfComputedChecks(entry, riskParametersBeside(content, namedFile(root, entry)))),
    );
  }
  return { cases, notCovered: [] };
}

async function runRecords(root: Fields): Promise<SuiteRun> {
  const cases: CaseOutcome[] = [];
  for (const [index, entry] of listOf(root['records']).map(fieldsOf).entries()) {
    cases.push(await outcomeOf(`record ${index + 1}`, () => recordChecks(entry)));
  }
  return { cases, notCovered: [] };
}

async function runFile(content: Content): Promise<SuiteRun> {
  if (content.kind !== 'risk-parameters') return { cases: [], notCovered: [] };
  try {
    const cases = await fileCases(content.text);
    return { cases: cases.map(({ name, checks }) => ({ name, checks, problem: null })), notCovered: [] };
  } catch (cause) {
    if (!(cause instanceof MargridError)) throw cause;
    return { cases: [{ name: 'file', checks: [], problem: messageOf(cause) }], notCovered: [] };
  }
}
