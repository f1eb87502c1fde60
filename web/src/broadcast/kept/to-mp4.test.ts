import { readFile } from 'node:fs/promises';
import { BlobSource, EncodedPacketSink, Input, MATROSKA, MP4, WEBM, type InputTrack } from 'mediabunny';
import { describe, expect, test } from 'vitest';
import { belongsInMp4, toMp4 } from './to-mp4.ts';

const fixture = async (name: string) =>
  new Blob([await readFile(new URL(`../../../../ingest-worker/fixtures/${name}`, import.meta.url))]);

const convert = async (recording: Blob) => {
  let file = new Uint8Array(0);
  const shares: number[] = [];
  await toMp4(
    recording,
    ({ data, position }) => {
      const grown = new Uint8Array(Math.max(file.byteLength, position + data.byteLength));
      grown.set(file);
      grown.set(data, position);
      file = grown;
    },
    (share) => shares.push(share),
  );
  return { file: new Blob([file]), shares };
};

/** Times in milliseconds and checksums of a track's packets. */
const packetsOf = async (track: InputTrack | null) => {
  if (!track) throw new Error('there is no such track');
  const found: { atMs: number; bytes: number; sum: number }[] = [];
  for await (const { timestamp, data } of new EncodedPacketSink(track).packets())
    found.push({
      atMs: Math.round(timestamp * 1_000),
      bytes: data.byteLength,
      sum: data.reduce((sum, byte) => (sum * 31 + byte) | 0, 0),
    });
  return found;
};

const tracksOf = async (recording: Blob) => {
  const input = new Input({ source: new BlobSource(recording), formats: [MATROSKA, WEBM, MP4] });
  return {
    video: await packetsOf(await input.getPrimaryVideoTrack()),
    audio: await packetsOf(await input.getPrimaryAudioTrack()),
  };
};

const COPIED = 'h264-aac.mkv';

describe('an MP4 file of a recording', () => {
  test('has each picture and each piece of sound as it was encoded, at its time', async () => {
    const recording = await fixture(COPIED);
    const { file, shares } = await convert(recording);
    const [before, after] = [await tracksOf(recording), await tracksOf(file)];
    const [first] = before.video;
    expect(before.video.length).toBeGreaterThan(100);
    const shift = (after.video[0]?.atMs ?? 0) - (first?.atMs ?? 0);
    const moved = (packets: typeof before.video) =>
      packets.map(({ atMs, ...rest }) => ({ ...rest, atMs: atMs - shift }));
    expect(after.video.map(({ sum }) => sum)).toEqual(before.video.map(({ sum }) => sum));
    expect(after.audio.map(({ sum }) => sum)).toEqual(before.audio.map(({ sum }) => sum));
    for (const [at, { atMs }] of moved(after.video).entries())
      expect(Math.abs(atMs - (before.video[at]?.atMs ?? 0))).toBeLessThanOrEqual(1);
    expect(shares.at(-1)).toBe(1);
  });

  test('is made of what there is, where a crash has cut the recording anywhere', async () => {
    const recording = await fixture(COPIED);
    const before = await tracksOf(recording);
    for (const share of [0.62, 0.93]) {
      const { file } = await convert(recording.slice(0, Math.floor(recording.size * share)));
      const { video } = await tracksOf(file);
      // Less the cluster that was being written, which is of two seconds at most.
      expect(video.length).toBeGreaterThan(before.video.length * share - 62);
      expect(video.map(({ sum }) => sum)).toEqual(before.video.slice(0, video.length).map(({ sum }) => sum));
    }
  });

  test('is not made of pictures that most players do not find in one', async () => {
    expect(await belongsInMp4(await fixture(COPIED))).toBe(true);
    expect(await belongsInMp4(await fixture('vp8-opus.webm'))).toBe(false);
  });
});
