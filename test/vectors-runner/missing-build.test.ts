import { expect, it, vi } from 'vitest';
import { MargridError } from '../../src/errors.ts';
import { black76 } from './published.ts';
import { runCommand, writeFiles } from './run-command.ts';

vi.mock(import('../../src/wasm/module.ts'), async (importOriginal) => ({
  ...await importOriginal(),
  compileBuild: () => {
    throw new MargridError('KernelMismatch', 'cannot load build/single.wasm');
  },
}));

it('asks for the build', async () => {
  const { exitCode, stderr } = await runCommand('all', writeFiles({ a: black76 }));
  expect(exitCode).toBe(2);
  expect(stderr).toContain('run npm run build first');
});
