import { defineConfig } from 'vitest/config';

type Way = { exclude?: string[]; maxWorkers?: number; isolate?: boolean; sequence?: { groupOrder: number } };

const room = (name: string, include: string[], way: Way = {}) => ({
  test: { name, include, environment: 'node', testTimeout: 30_000, hookTimeout: 60_000, maxWorkers: 2, ...way },
});
/** Their modules keep nothing from one test to the next, and are loaded once a process and not once a file. */
const unkept = { isolate: false };
/** One file at a time, after all others: its tests run encoders, which take a core each. */
const alone = { maxWorkers: 1, sequence: { groupOrder: 1 } };
/** Parts of the worker that are tested without its processes: beside others, they take half of the time. */
const parts = ['ingest-worker/{client,contract,media,session}/**/*.test.ts', 'ingest-worker/complexity.test.ts'];
const withProcesses = ['encoder', 'ffmpeg-args', 'picture-facts', 'picture-set-up', 'repackager', 'wall'].map(
  (name) => `ingest-worker/media/${name}.test.ts`,
);

/** One project a room, and two for the worker: `npx vitest --project 'ingest-worker*'`. */
export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      room('functions', ['functions/**/*.test.ts'], unkept),
      room('ingest-worker', ['ingest-worker/*.test.ts', 'ingest-worker/publish/**/*.test.ts', ...withProcesses], {
        ...alone,
        exclude: ['ingest-worker/complexity.test.ts'],
      }),
      room('ingest-worker-parts', parts, { exclude: withProcesses }),
      room('web', ['web/src/**/*.test.{ts,tsx}']),
      room('infra', ['infra/**/*.test.ts']),
    ],
  },
});
