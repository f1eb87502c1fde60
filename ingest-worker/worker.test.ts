import { afterEach, describe, expect, it } from 'vitest';
import {
  type FixtureName,
  fixture,
  greet,
  openSocket,
  sendMedia,
  startTestWorker,
  type TestWorker,
} from './worker.testing.ts';

let running: TestWorker | undefined;
afterEach(() => running?.close());

const start = async (...options: Parameters<typeof startTestWorker>): Promise<TestWorker> => {
  running = await startTestWorker(...options);
  return running;
};

describe('a whole show', () => {
  it.each<[FixtureName, number]>([
    ['vp8-opus.webm', 120],
    ['h264-opus.mkv', 120],
    ['h264-aac.mkv', 120],
    ['h264-aac.mp4', 120],
  ])('%s arrives whole', async (name, frames) => {
    const { url, sink, memory } = await start();
    const { bytes, media } = fixture(name);
    const socket = openSocket(url());
    const { epoch } = await greet(socket, media);
    sendMedia(socket, { bytes, epoch });
    socket.tell({ type: 'stop', at: bytes.byteLength });
    expect(await socket.closed).toMatchObject({ code: 1000, reason: 'finished' });
    const [session] = sink.sessions;
    expect(session?.frames.filter(({ kind }) => kind === 'video')).toHaveLength(frames);
    expect(memory.released).toEqual([{ streamId: expect.anything(), because: 'finished' }]);
  });

  it('plain', async () => {
    const { url, sink } = await start();
    const { chunks } = fixture('vp8-opus.webm');
    const { socket, closed } = openSocket(url(), { plain: true });
    socket.on('open', () => {
      for (const chunk of chunks) socket.send(chunk);
      socket.close(1000);
    });
    await closed;
    await sink.until('the end', () => sink.sessions[0]?.end !== undefined);
    expect(sink.sessions[0]?.frames.filter(({ kind }) => kind === 'video')).toHaveLength(120);
  });
});
