import { defineConfig } from 'vitest/config';

// Set by CI: where to write a machine-readable report besides the usual output.
const report = process.env['MARGRID_TEST_REPORT'];

/** Tests that replace modules or methods, or count what the whole process holds: each file in a process of its own. */
const alone = [
  'test/cli/breach.test.ts',
  'test/engine/stage-pool.test.ts',
  'test/journal/journal.test.ts',
  'test/risk/book-risk-workers.test.ts',
  'test/vectors-runner/missing-build.test.ts',
];

/**
 * Once is enough for these, on one Node version: processes of the command line (but one file of them), kills, benchmarks in
 * smoke size, the soak in small, packing, compiling the kernels, lint-like tests. `MARGRID_TESTS=bits` leaves them out.
 */
const once = [
  'test/bench/**', 'test/cli/!(margin).test.ts', 'test/examples/**', 'test/io/{market-fields,read-book,write}.test.ts',
  'test/journal/{kill,recover}.test.ts', 'test/package/**', 'test/report/browser.test.ts', 'test/soak/**', 'test/tidy.test.ts',
  'test/vectors-runner/**', 'test/wasm/reproducible.test.ts',
];
const leftOut = process.env['MARGRID_TESTS'] === 'bits' ? once : [];

export default defineConfig({
  test: {
    // The longest takes a minute on a quiet machine. No test asserts a time.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Several tests start worker threads of their own: more test processes than cores would only wait for each other.
    maxWorkers: 2,
    setupFiles: ['test/support/seed-properties.ts'],
    projects: [
      { extends: true, test: { name: 'alone', include: alone, exclude: leftOut } },
      // Modules are loaded once per test process, not once per file: that would take a tenth of the time.
      { extends: true, test: { name: 'together', include: ['test/**/*.test.ts'], exclude: [...alone, ...leftOut], isolate: false } },
    ],
    reporters: report === undefined ? ['default'] : ['default', 'json'],
    ...(report === undefined ? {} : { outputFile: { json: report } }),
  },
});
