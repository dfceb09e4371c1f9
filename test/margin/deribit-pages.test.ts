import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { modelByName } from '../../src/margin/registry.ts';

describe.each(['deribit-sm', 'deribit-xsm', 'deribit-xpm'])('docs/models/%s.md', (name) => {
  const page = readFileSync(new URL(`../../docs/models/${name}.md`, import.meta.url), 'utf8');

  it('prints the evidence of the code, in its order', () => {
    const levels = /^\| .* \| (confirmed|stated|third-party|unknown) \| /;
    const printed = page.split('\n').filter((line) => levels.test(line));
    const rows = modelByName(name).components.map(
      ({ component, evidence, source }) => `| ${component} | ${evidence} | ${source} |`,
    );
    expect(printed).toEqual(rows);
  });
});
