import { execFileSync } from 'node:child_process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cluster, element, init, track } from './media/matroska.testing.ts';
import { fixture, greet, openSocket, sendMedia, startTestWorker, killEncoder } from './worker.testing.ts';

const PICTURES = 120;
const GOP = 40;
/** An access unit delimiter, with which each picture begins. */
const BEGINNING = Buffer.from('0000000109', 'hex');

const pictures = (): Buffer[] => {
  const source = `-v error -f lavfi -i testsrc2=size=320x180:rate=30 -frames:v ${PICTURES}`;
  const encoder = `-c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -x264-params aud=1:keyint=${GOP}:scenecut=0`;
  const stream = execFileSync('ffmpeg', `${source} ${encoder} -f h264 pipe:1`.split(' '), { maxBuffer: 2 ** 26 });
  const cuts: number[] = [];
  for (let at = stream.indexOf(BEGINNING); at !== -1; at = stream.indexOf(BEGINNING, at + 1)) cuts.push(at);
  return cuts.map((from, index) => stream.subarray(from, cuts[index + 1]));
};

/** As Chromium's recorder writes it: no set-up but in the pictures, and every third picture at the time of the one before. */
const recording = (): Buffer => {
  const block = (picture: Buffer, index: number): Buffer =>
    element(0xa3, Buffer.from([0x81, 0, 0, index % GOP === 0 ? 0x80 : 0]), picture);
  const times = (index: number): number => Math.floor((index - (index % 3 === 2 ? 1 : 0)) * 33);
  const blocks = pictures().map((picture, index) => cluster(times(index), block(picture, index)));
  return Buffer.concat([init({ docType: 'matroska', tracks: [track('video', 'V_MPEG4/ISO/AVC')] }), ...blocks]);
};

describe('[E3] pictures of one millisecond', () => {
  it.each(['none', 'encoder', 'connection'])('all arrive, once each: harm to %s', async (harm) => {
    const test = await startTestWorker();
    onTestFinished(() => test.close());
    const bytes = recording();
    const socket = openSocket(test.url());
    const { epoch } = await greet(socket, { ...fixture('h264-aac.mkv').media, videoKbps: 2_000 });
    const half = Math.floor(bytes.byteLength * 0.6);
    sendMedia(socket, { bytes, epoch, to: half });
    await test.sink.until('a part', () => (test.sink.sessions[0]?.frames.length ?? 0) > GOP);
    if (harm === 'encoder') killEncoder(test);
    if (harm === 'connection') test.sink.reset();
    sendMedia(socket, { bytes, epoch, from: half });
    socket.tell({ type: 'stop', at: bytes.byteLength });
    expect(await socket.closed).toMatchObject({ reason: 'finished' });

    const sessions = test.sink.sessions.map(({ frames }) => frames.map(({ crc }) => crc));
    expect(sessions).toHaveLength(harm === 'connection' ? 2 : 1);
    const [first = [], second = []] = sessions;
    const all = [...first.slice(0, first.length - overlap(first, second)), ...second];
    expect(new Set(all).size).toBe(PICTURES);
    expect(all).toHaveLength(PICTURES);
  });
});

/** How many at the end of one stand at the beginning of the other, too. */
const overlap = (one: number[], other: number[]): number => {
  const from = one.indexOf(other[0] ?? -1);
  return from === -1 ? 0 : one.length - from;
};
