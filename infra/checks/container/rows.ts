import assert from 'node:assert/strict';
import { openHarness, type Harness } from '../shows/harness.ts';
import { finish, playOn, startShow, untilArrived } from '../shows/running-show.ts';
import { docker } from './engine.ts';
import { checkImage } from './image.ts';
import { playReplaced } from './replaced.ts';
import { playWalled } from './walled.ts';
import { COPIED, expectWhole } from './whole.ts';
import { startWorkerContainer, withLogs, type WorkerContainer } from './worker-container.ts';

type Row = {
  name: string;
  promise: string;
  /** What was found; throws where the promise is not held. */
  play: (image: string) => Promise<string>;
};

/** What ECS gives a task between SIGTERM and SIGKILL. */
const GRACE_MS = 120_000;
const SECONDS = 1_000;
type Place = { harness: Harness; first: WorkerContainer };

const withHarness = async (image: string, play: (place: Place) => Promise<string>): Promise<string> => {
  const containers: WorkerContainer[] = [];
  const harness = await openHarness({
    run: async (environment) => {
      const made = await startWorkerContainer(image, environment);
      containers.push(made);
      return made;
    },
  });
  try {
    const [first] = containers;
    assert.ok(first);
    return await withLogs(containers, () => play({ harness, first }));
  } finally {
    await harness.close();
    for (const container of containers) await container.remove();
  }
};

const begin = (harness: Harness) => Promise.all(COPIED.map((rung) => startShow(harness, rung)));

export const ROWS: readonly Row[] = [
  {
    name: 'image',
    promise: 'at most 750 MB, as nobody, with a health check, and with a list of what is in it',
    play: checkImage,
  },
  {
    name: 'confined',
    promise: 'starts as non-root on a file system that cannot be written, without capabilities, and is healthy',
    play: (image) =>
      withHarness(image, async ({ first }) => {
        await first.healthy();
        const id = await docker('exec', first.id, 'id', '-u');
        assert.notEqual(id, '0');
        await assert.rejects(docker('exec', first.id, 'touch', '/app/x'), /Read-only file system/);
        assert.match(await docker('exec', first.id, 'grep', 'CapEff', '/proc/1/status'), /0000000000000000/);
        return `user ${id}`;
      }),
  },
  {
    name: 'walled',
    promise:
      'a hostile program in FFmpeg’s place gets nothing behind the wall that the image brings; what each wall keeps',
    play: playWalled,
  },
  {
    name: 'copied',
    promise: 'takes a real show over RTMPS',
    play: (image) =>
      withHarness(image, async ({ harness }) => {
        const shows = await begin(harness);
        await playOn(harness, shows, 6 * SECONDS);
        return expectWhole(harness, shows);
      }),
  },
  {
    name: 'encoded',
    promise: 'takes a show that FFmpeg has to encode',
    play: (image) =>
      withHarness(image, async ({ harness }) => {
        const show = await startShow(harness, '4');
        await playOn(harness, [show], 6 * SECONDS);
        await finish(harness, [show]);
        assert.equal(show.publisher.ending, 'finished');
        return `${Math.round(show.publisher.mediaMs / SECONDS)} s`;
      }),
  },
  {
    name: 'stopped',
    promise: 'docker stop in the middle of shows drains them to another worker inside its grace',
    play: (image) =>
      withHarness(image, async ({ harness, first }) => {
        const shows = await begin(harness);
        await untilArrived(harness, shows, 4 * SECONDS);
        await harness.startWorker();
        const { ms, exitCode } = await first.stop();
        assert.ok(ms < GRACE_MS, `it took ${ms} ms`);
        assert.equal(exitCode, 0);
        await playOn(harness, shows, 4 * SECONDS);
        return `took ${ms} ms, exit 0; ${await expectWhole(harness, shows)}`;
      }),
  },
  {
    name: 'killed',
    promise: 'killed in the middle of shows and replaced, they go on',
    play: (image) =>
      withHarness(image, async ({ harness, first }) => {
        const shows = await begin(harness);
        await untilArrived(harness, shows, 4 * SECONDS);
        first.kill('SIGKILL');
        await first.gone;
        await harness.startWorker();
        await playOn(harness, shows, 4 * SECONDS);
        return expectWhole(harness, shows);
      }),
  },
  {
    name: 'replaced',
    promise:
      'the revision replaced under 20 shows in the order of ECS, no frame is missing and no show is 5 s without a socket',
    play: playReplaced,
  },
];
