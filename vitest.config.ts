import { defineConfig } from 'vitest/config';

const room = (name: string, include: string[]) => ({
  test: { name, include, environment: 'node', testTimeout: 30_000, hookTimeout: 60_000 },
});

/** One project a room: `npx vitest --project ingest-worker`. */
export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      room('functions', ['functions/**/*.test.ts']),
      room('ingest-worker', ['ingest-worker/**/*.test.ts']),
      room('web', ['web/src/**/*.test.{ts,tsx}']),
      room('infra', ['infra/**/*.test.ts']),
    ],
  },
});
