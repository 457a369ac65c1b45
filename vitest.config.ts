import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // dist/ holds the worker bundles that unit tests start: run `node scripts/build.mjs` first (npm test does).
    include: ['test/unit/**/*.test.ts', 'test/protocol/**/*.test.ts', 'test/e2e/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
