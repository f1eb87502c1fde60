import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { openStage, type Stage } from '../../ingest-worker/bench/stage.ts';
import { finish, judge, playOn, type Running, startShow, untilArrived } from '../../ingest-worker/bench/theatre.ts';
import { docker, engineMissing, imageBytes } from './engine.testing.ts';
import { startWorkerContainer, type WorkerContainer } from './worker-container.testing.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const IMAGE = 'vybzz-ingest-worker:test';
const BASE = 'node:24-bookworm-slim';
const MEGABYTE = 1_000_000;
const SIZE_LIMIT = 750 * MEGABYTE;
/** What ECS gives a task between SIGTERM and SIGKILL. */
const GRACE_MS = 120_000;
const SECONDS = 1_000;

const NONE = { video: 0, audio: 0 };
const NOTHING = { missing: NONE, doubled: NONE, reordered: NONE };

const say = (line: string): void => console.log(line);

const expectWhole = async (stage: Stage, show: Running, what: string): Promise<void> => {
  const { sent, missing, doubled, reordered, rtmpsSessions } = await judge(stage, show);
  const counts = `${sent.video} pictures and ${sent.audio} frames of sound in ${rtmpsSessions} RTMPS session(s)`;
  assert.equal(show.feeder.ending, 'finished', `${what}: ended with ${show.feeder.ending}`);
  assert.deepEqual({ missing, doubled, reordered }, NOTHING, what);
  say(`✓ ${what}: ${counts}, 0 missing, 0 doubled, 0 out of order`);
};

const build = async (): Promise<void> => {
  const network = process.env['BUILD_NETWORK'] ?? 'default';
  say(`• building ${IMAGE} (network ${network}; BUILD_NETWORK=host where builds reach no registry otherwise) …`);
  await docker('build', '--network', network, '-f', 'ingest-worker/Dockerfile', '-t', IMAGE, ROOT);
  const [size, base] = await Promise.all([imageBytes(IMAGE), imageBytes(BASE)]);
  assert.ok(size <= SIZE_LIMIT, `the image has ${Math.round(size / MEGABYTE)} MB`);
  const over = Math.round((size - base) / MEGABYTE);
  say(`✓ size: ${Math.round(size / MEGABYTE)} MB, ${over} MB over its base of ${Math.round(base / MEGABYTE)} MB`);
  const [user, stop, health] = await Promise.all(
    ['{{.Config.User}}', '{{.Config.StopSignal}}', '{{.Config.Healthcheck.Test}}'].map((format) =>
      docker('image', 'inspect', '--format', format, IMAGE),
    ),
  );
  assert.equal(user, 'node');
  assert.equal(stop, 'SIGTERM');
  assert.match(health ?? '', /healthz/);
  say(
    `✓ ${(await docker('run', '--rm', '--network=none', IMAGE, 'cat', '/app/ffmpeg-version.txt')).replaceAll('\n', ', ')}`,
  );
};

const run = async (): Promise<void> => {
  const missing = await engineMissing();
  if (missing) {
    console.error(`✗ npm run test:container needs a Docker engine on Linux, and ${missing}. Nothing was tested.`);
    process.exitCode = 2;
    return;
  }
  await build();
  const containers: WorkerContainer[] = [];
  const stage = await openStage({
    run: async (environment) => {
      const made = await startWorkerContainer(IMAGE, environment);
      containers.push(made);
      return made;
    },
  });
  try {
    const [first] = containers;
    assert.ok(first);
    await first.healthy();
    const id = await docker('exec', first.id, 'id', '-u');
    assert.notEqual(id, '0');
    await assert.rejects(docker('exec', first.id, 'touch', '/app/x'), /Read-only file system/);
    const capabilities = await docker('exec', first.id, 'grep', 'CapEff', '/proc/1/status');
    assert.match(capabilities, /0000000000000000/);
    say(`✓ runs as user ${id}, on a file system that cannot be written, without capabilities; its health check passes`);

    const plain = await startShow(stage, '1');
    await playOn(stage, [plain], 6 * SECONDS);
    await finish(stage, [plain]);
    await expectWhole(stage, plain, 'a show by the copying pipeline');
    const encoded = await startShow(stage, '4');
    await playOn(stage, [encoded], 6 * SECONDS);
    await finish(stage, [encoded]);
    assert.equal(encoded.feeder.ending, 'finished');
    say('✓ a show that FFmpeg encodes');

    const drained = await startShow(stage, '1');
    await untilArrived(stage, [drained], 4 * SECONDS);
    await stage.startWorker();
    const { ms, exitCode } = await first.stop();
    assert.ok(ms < GRACE_MS);
    assert.equal(exitCode, 0);
    await playOn(stage, [drained], 4 * SECONDS);
    await finish(stage, [drained]);
    await expectWhole(stage, drained, `docker stop, in the middle of a show, took ${ms} ms, exit 0`);

    const killed = await startShow(stage, '1');
    await untilArrived(stage, [killed], 4 * SECONDS);
    containers.at(-1)?.kill('SIGKILL');
    await containers.at(-1)?.gone;
    await stage.startWorker();
    await playOn(stage, [killed], 4 * SECONDS);
    await finish(stage, [killed]);
    await expectWhole(stage, killed, 'killed in the middle of a show and replaced');
  } finally {
    await stage.close();
    for (const container of containers) await container.remove();
  }
  say('✓ npm run test:container: all of it holds');
};

await run();
