import { defineConfig } from 'vitest/config';

type Way = { exclude?: string[]; maxWorkers?: number; isolate?: boolean; sequence?: { groupOrder: number } };

const room = (name: string, include: string[], way: Way = {}) => ({
  test: { name, include, environment: 'node', testTimeout: 30_000, hookTimeout: 60_000, maxWorkers: 2, ...way },
});
/** Their modules keep nothing from one test to the next, and are loaded once a process and not once a file. */
const unkept = { isolate: false };
/** One file at a time, after all others: its tests run encoders, which take a core each. */
const alone = { maxWorkers: 1, sequence: { groupOrder: 1 } };
const withEncoders = [
  'ingest-worker/{cases,failover,faults,main,same-time,secrets,worker}.test.ts',
  'ingest-worker/media/{encoder,ffmpeg-args,picture-facts,picture-set-up,repackager,wall}.test.ts',
  'ingest-worker/publish/{ffmpeg-publisher,servers}.test.ts',
];

/** One project a room, and two for the worker: `npx vitest --project 'ingest-worker*'`. */
export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      room('functions', ['functions/**/*.test.ts'], unkept),
      room('ingest-worker', withEncoders, { ...alone, ...unkept }),
      room('ingest-worker-parts', ['ingest-worker/**/*.test.ts'], { ...unkept, exclude: withEncoders }),
      room('web', ['web/src/**/*.test.{ts,tsx}']),
      room('infra', ['infra/**/*.test.ts']),
    ],
  },
});
