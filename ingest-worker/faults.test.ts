import { afterEach, describe, expect, it } from 'vitest';
import type { Recorded, RecordedFrame } from './publish/sink/recording.testing.ts';
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

const of = (kind: RecordedFrame['kind'], sessions: readonly Recorded[]) =>
  sessions.flatMap(({ frames }) => frames).filter((frame) => frame.kind === kind);
const times = (kind: RecordedFrame['kind'], sessions: readonly Recorded[]) =>
  of(kind, sessions).map(({ dtsMs }) => dtsMs);

const maxGap = (ms: number[]) => Math.max(...ms.slice(1).map((at, i) => at - (ms[i] ?? 0)));

describe('an encoder that is killed', () => {
  it.each<FixtureName>(['vp8-opus.webm', 'h264-opus.mkv', 'h264-aac.mkv', 'h264-aac.mp4'])('%s', async (name) => {
    const { url, sink, encoders } = await start();
    const { bytes, media } = fixture(name);
    const socket = openSocket(url());
    const { epoch } = await greet(socket, media);
    const half = Math.floor(bytes.byteLength * 0.6);
    sendMedia(socket, { bytes, epoch, to: half });
    await sink.until('half', () => of('video', sink.sessions).length > 45);
    process.kill(encoders[0]?.pid ?? 0, 'SIGKILL');
    sendMedia(socket, { bytes, epoch, from: half });
    socket.tell({ type: 'stop', at: bytes.byteLength });
    console.log(await socket.closed);
    const v = times('video', sink.sessions),
      a = times('audio', sink.sessions);
    console.log(
      name,
      sink.sessions.length,
      encoders.length,
      'v',
      v.length,
      new Set(v).size,
      maxGap(v),
      v.at(-1),
      'a',
      a.length,
      new Set(a).size,
      maxGap(a),
      a.at(-1),
    );
    console.log(encoders[1]?.args.join(' '));
  });
});
