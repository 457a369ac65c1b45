import { defineConfig } from 'vitest/config';

/** The soak tier: fixed seeds, long runs, other people's programs. `npm run test:long`. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts', 'test/unit/index/killed-index.test.ts'],
    env: { LONGFOLD_TEST_KILLS: '50' },
    testTimeout: 20 * 60_000,
    hookTimeout: 10 * 60_000,
    pool: 'forks',
    maxWorkers: 1,
  },
});
