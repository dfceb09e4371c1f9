import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Several tests start worker pools of their own: more test processes than cores only makes them wait for each other.
    maxWorkers: 2,
  },
});
