import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { deribitPmComponents } from '../../src/margin/deribit-pm/evidence.ts';

const page = readFileSync(new URL('../../docs/models/deribit-pm.md', import.meta.url), 'utf8');

test('the evidence table of the model page is the one in the code', () => {
  const printed = page.split('\n').filter((line) => /^\| [A-H] \|/.test(line));
  const rows = deribitPmComponents.map(
    ({ section, component, evidence, source }) => `| ${section} | ${component} | ${evidence} | ${source} |`,
  );
  expect(printed).toEqual(rows);
});

test('every section of the page has evidence', () => {
  const sections = [...page.matchAll(/^## ([A-H])\. /gm)].map(([, letter]) => letter);
  expect([...new Set(deribitPmComponents.map(({ section }) => section))]).toEqual(sections);
});
