import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { modelByName } from '../../src/margin/registry.ts';

const models = ['derive-pmrm', 'derive-pmrm1', 'derive-srm'];

it.each(models)('the evidence table of the page of %s is the one in the code', (name) => {
  const page = readFileSync(new URL(`../../docs/models/${name}.md`, import.meta.url), 'utf8');
  const printed = page.split('## Evidence')[1].split('\n').filter((line) => line.startsWith('| ')).slice(2);
  const rows = modelByName(name).components.map(
    ({ component, evidence, source }) => `| ${component} | ${evidence} | ${source} |`,
  );
  expect(printed).toEqual(rows);
});
