import { expect, it, onTestFinished } from 'vitest';
import { fixture, greet, openSocket, resume, sendMedia, startTestWorker } from '../worker.testing.ts';

/** A table that takes its time, so that the second socket asks before the first has its answer. */
const TABLE_MS = 100;

const moved = async () => {
  const first = await startTestWorker();
  const { bytes, media } = fixture('h264-aac.mkv');
  const socket = openSocket(first.url());
  const welcome = await greet(socket, media);
  sendMedia(socket, { bytes, epoch: welcome.epoch, to: Math.floor(bytes.byteLength / 2) });
  await socket.until('committed', ({ offset }) => offset > 0);
  await first.memory.renewed();
  const memory = first.memory.afterCrash();
  const { store } = memory;
  const resumeLease: typeof store.resume = store.resume.bind(store);
  store.resume = async (wanted) => {
    const answer = await resumeLease(wanted);
    await new Promise((later) => setTimeout(later, TABLE_MS));
    return answer;
  };
  const second = await startTestWorker({ memory, sink: first.sink, workerId: 'another' });
  onTestFinished(async () => {
    await second.close();
    await first.close();
  });
  return { second, memory, media, welcome, bytes };
};

it('[W14] two sockets that come back at once to another worker are one feed there, and neither is replaced', async () => {
  const { second, memory, media, welcome, bytes } = await moved();
  const sockets = [openSocket(second.url()), openSocket(second.url())] as const;
  const [one, other] = await Promise.all(sockets.map((socket) => resume(socket, { media, welcome, bytes })));
  const epochs = [one?.epoch, other?.epoch];
  expect(new Set(epochs)).toEqual(new Set([1, 2]));
  const older = sockets[epochs.indexOf(1)];
  expect(await older?.closed).toMatchObject({ reason: 'migrate' });
  // One lease was taken for the feed that moved, not one for each socket.
  expect([...memory.leases.values()].map(({ fence }) => fence)).toEqual([2]);
  expect(second.lines.join()).not.toContain('replaced');
});
