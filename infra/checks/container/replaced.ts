import assert from 'node:assert/strict';
import { until } from '#stand-ins/until';
import { openHarness } from '../shows/harness.ts';
import { playOn, startShow, type RunningShow, untilArrived } from '../shows/running-show.ts';
import { startFakeEcs } from './ecs.ts';
import { COPIED, expectWhole } from './whole.ts';
import { startWorkerContainer, withLogs, type WorkerContainer } from './worker-container.ts';

const SHOWS = 20;
const WORKERS = 2;
/** As `infra/constructs/ingest-service.ts` has them. */
const DRAIN_MS = 120_000;
const STOP_MS = 120_000;
const PROTECTED_WITHIN_MS = 20_000;
/** The worker looks every 15 s whether a newer deployment waits for it, and wishes every 5 s. */
const UNPROTECTED_WITHIN_MS = 40_000;
const WITHOUT_SOCKET_MS = 5_000;
const SECONDS = 1_000;

type Target = { task: string; container: WorkerContainer };

/** The longest that a show had no socket, from the loss of one to the welcome of the next. */
const withoutSocketMs = ({ publisher: { welcomes, losses = [] } }: RunningShow): number =>
  Math.max(
    0,
    ...welcomes.slice(1).map(({ atMs }, index) => {
      const before = welcomes[index]?.atMs ?? 0;
      const lostAt = losses.find((lossMs) => lossMs > before && lossMs <= atMs);
      return lostAt === undefined ? 0 : atMs - lostAt;
    }),
  );

/**
 * The revision replaced under shows, in the order that ECS documents: new tasks healthy; the old one, once it is not protected, wanted
 * stopped and taken from the balancer; the balancer waits for its sockets and cuts what is left; only then SIGTERM, and SIGKILL.
 */
export const playReplaced = async (image: string): Promise<string> => {
  const ecs = await startFakeEcs();
  const targets: Target[] = [];
  const containers: WorkerContainer[] = [];
  let revision = 1;
  const harness = await openHarness({
    workers: WORKERS,
    // To whoever has the fewest connections, as the balancer does.
    route: (connections) =>
      targets.map(({ container }) => container.port).sort((one, other) => connections(one) - connections(other))[0],
    run: async (environment) => {
      const task = `task-${containers.length}`;
      const container = await startWorkerContainer(image, { ...environment, ...ecs.environmentOf(task, revision) });
      containers.push(container);
      targets.push({ task, container });
      return container;
    },
  });
  const play = async (): Promise<string> => {
    const shows = await Promise.all(
      Array.from({ length: SHOWS }, (_, index) => startShow(harness, COPIED[index % COPIED.length] ?? '1')),
    );
    await untilArrived(harness, shows, 4 * SECONDS, 60 * SECONDS);
    const old = [...targets];
    await until('both tasks to be protected', () => old.every(({ task }) => ecs.isProtected(task)), {
      withinMs: PROTECTED_WITHIN_MS,
    });

    revision = 2;
    const deployment = ecs.deploy(revision);
    for (let started = 0; started < WORKERS; started += 1) await harness.startWorker();
    await Promise.all(containers.slice(-WORKERS).map((container) => container.healthy()));
    const stoppedInMs: number[] = [];
    for (const { task, container } of old) {
      await until(`${task} to give its protection up`, () => !ecs.isProtected(task), {
        withinMs: UNPROTECTED_WITHIN_MS,
      });
      const stopped = performance.now();
      ecs.stop(task);
      targets.splice(
        targets.findIndex((target) => target.task === task),
        1,
      );
      const { port } = container;
      await until('the balancer to carry nothing of it', () => harness.network.connections(port) === 0, {
        withinMs: DRAIN_MS,
      }).catch(() => harness.network.cut(port));
      if (!container.isGone) container.kill('SIGTERM');
      const killing = setTimeout(() => container.kill('SIGKILL'), STOP_MS);
      await container.gone;
      clearTimeout(killing);
      stoppedInMs.push(Math.round(performance.now() - stopped));
    }
    deployment.done();

    await playOn(harness, shows, 4 * SECONDS);
    const whole = await expectWhole(harness, shows);
    const longest = Math.max(...shows.map(withoutSocketMs));
    const moved = shows.filter(({ publisher }) => publisher.welcomes.length > 1).length;
    assert.equal(moved, SHOWS, 'every show has moved');
    assert.ok(longest <= WITHOUT_SOCKET_MS, `a show had no socket for ${Math.round(longest)} ms`);
    return `${SHOWS} shows moved, none without a socket for more than ${Math.round(longest)} ms; the tasks had left ${stoppedInMs.join(' and ')} ms after ECS wanted them stopped; ${whole}`;
  };
  try {
    return await withLogs(containers, play);
  } finally {
    await harness.close();
    for (const container of containers) await container.remove();
    await ecs.close();
  }
};
