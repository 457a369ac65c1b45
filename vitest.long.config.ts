import { defineConfig } from 'vitest/config';

/** The soak tier: fixed seeds, long runs, other people's programs. `npm run test:long`. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts'],
    testTimeout: 20 * 60_000,
    hookTimeout: 10 * 60_000,
    pool: 'forks',
    maxWorkers: 1,
  },
});
