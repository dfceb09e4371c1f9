import { defineConfig } from 'vitest/config';

// Set by CI: where to write a machine-readable report besides the usual output.
const report = process.env['MARGRID_TEST_REPORT'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The longest takes a minute on a quiet machine. No test asserts a time.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Several tests start worker threads of their own: more test processes than cores would only wait for each other.
    maxWorkers: 2,
    // Modules are loaded once per test process, not once per file: no test changes what a module holds.
    isolate: false,
    reporters: report === undefined ? ['default'] : ['default', 'json'],
    ...(report === undefined ? {} : { outputFile: { json: report } }),
  },
});
