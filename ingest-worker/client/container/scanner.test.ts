import { describe, expect, test } from 'vitest';
import { createScanner } from './scanner.ts';

const bytesOf = (...parts: (number[] | Uint8Array)[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const beBytes = (value: number, length: number) =>
  Array.from({ length }, (_, i) => Math.floor(value / 256 ** (length - 1 - i)) % 256);

const scan = (container: 'matroska' | 'mp4', stream: Uint8Array, pieceBytes: number) => {
  const scanner = createScanner(container);
  const found = [];
  for (let at = 0; at < stream.byteLength; at += pieceBytes)
    found.push(...scanner.push(stream.subarray(at, at + pieceBytes)));
  return found;
};

describe('Matroska', () => {
  const element = (id: number[], body: Uint8Array) => bytesOf(id, [0x08, ...beBytes(body.byteLength, 4)], body);
  const unknownSize = (id: number[]) => bytesOf(id, [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
  const number = (id: number[], value: number) => element(id, bytesOf(beBytes(value, 2)));
  const trackEntry = (track: number, type: number) =>
    element([0xae], bytesOf(number([0xd7], track), number([0x83], type), element([0x86], bytesOf([0x56, 0x5f]))));
  const block = (track: number, time: number, key: boolean, length = 300) =>
    element([0xa3], bytesOf([0x80 | track], beBytes(time, 2), [key ? 0x80 : 0], new Uint8Array(length)));
  const cluster = (time: number, ...blocks: Uint8Array[]) =>
    bytesOf(unknownSize([0x1f, 0x43, 0xb6, 0x75]), number([0xe7], time), ...blocks);

  const VIDEO = 1;
  const AUDIO = 2;
  const init = bytesOf(
    element([0x1a, 0x45, 0xdf, 0xa3], new Uint8Array(20)),
    unknownSize([0x18, 0x53, 0x80, 0x67]),
    element([0x15, 0x49, 0xa9, 0x66], bytesOf(element([0x2a, 0xd7, 0xb1], bytesOf(beBytes(1_000_000, 3))))),
    element([0x16, 0x54, 0xae, 0x6b], bytesOf(trackEntry(VIDEO, 1), trackEntry(AUDIO, 2))),
  );
  // As Chromium writes it: sound before the key frame, and clusters without one.
  const keyCluster = cluster(0, block(AUDIO, 0, true), block(VIDEO, 5, true), block(VIDEO, 38, false));
  const deltaCluster = cluster(1_000, block(VIDEO, 0, false), block(VIDEO, 33, true));
  const soundCluster = cluster(1_500, block(AUDIO, 0, true));
  const laterCluster = cluster(2_000, block(VIDEO, 0, true));
  const stream = bytesOf(init, keyCluster, deltaCluster, soundCluster, laterCluster);
  const found = [
    { type: 'init', bytes: init.byteLength },
    { type: 'boundary', offset: init.byteLength },
    { type: 'boundary', offset: stream.byteLength - laterCluster.byteLength },
  ];

  test.each([1, 7, 100, 1_000_000])('is found in pieces of %d bytes', (pieceBytes) => {
    expect(scan('matroska', stream, pieceBytes)).toEqual(found);
  });

  test('refuses what is none', () => {
    expect(() => scan('matroska', bytesOf([0xff, 0xd8, 0xff, 0xe0], new Uint8Array(100)), 100)).toThrow('not Matroska');
    expect(() => scan('matroska', new Uint8Array(100), 100)).toThrow('not Matroska');
  });
});

describe('MP4', () => {
  const text = (word: string) => Array.from(word, (letter) => letter.charCodeAt(0));
  const box = (type: string, ...body: (number[] | Uint8Array)[]) => {
    const whole = bytesOf(...body);
    return bytesOf(beBytes(whole.byteLength + 8, 4), text(type), whole);
  };
  const full = (flags: number, version = 0) => [version, ...beBytes(flags, 3)];
  const trak = (id: number, handler: string, timescale: number) =>
    box(
      'trak',
      box('tkhd', full(3), new Uint8Array(8), beBytes(id, 4), new Uint8Array(68)),
      box(
        'mdia',
        box('mdhd', full(0), new Uint8Array(8), beBytes(timescale, 4), new Uint8Array(8)),
        box('hdlr', full(0), new Uint8Array(4), text(handler), new Uint8Array(13)),
      ),
    );
  const SYNC = 0x02000000;
  const NON_SYNC = 0x01010000;
  type Flags = { first?: number; sample?: number; fragment?: number };
  const traf = (id: number, time: number, { first, sample, fragment }: Flags) =>
    box(
      'traf',
      box(
        'tfhd',
        full(0x20000 | (fragment === undefined ? 0x8 : 0x28)),
        beBytes(id, 4),
        beBytes(33, 4),
        fragment === undefined ? [] : beBytes(fragment, 4),
      ),
      box('tfdt', full(0, 1), beBytes(time, 8)),
      box(
        'trun',
        full(0x1 | (first === undefined ? 0 : 0x4) | (sample === undefined ? 0x200 : 0x600)),
        beBytes(1, 4),
        beBytes(0, 4),
        first === undefined ? [] : beBytes(first, 4),
        beBytes(500, 4),
        sample === undefined ? [] : beBytes(sample, 4),
      ),
    );
  const fragment = (time: number, flags: Flags) =>
    bytesOf(
      box('moof', box('mfhd', full(0), beBytes(1, 4)), traf(2, 7, { sample: SYNC }), traf(1, time, flags)),
      box('mdat', new Uint8Array(700)),
    );

  const init = bytesOf(
    box('ftyp', text('iso5'), new Uint8Array(4)),
    box('moov', box('mvhd', new Uint8Array(100)), trak(2, 'soun', 48_000), trak(1, 'vide', 30_000)),
  );
  const fragments = [
    fragment(0, { first: SYNC, fragment: NON_SYNC }),
    fragment(30_000, { sample: NON_SYNC }),
    fragment(45_000, { fragment: NON_SYNC }),
    fragment(60_000, { sample: SYNC }),
    fragment(120_000, {}),
  ];
  const stream = bytesOf(init, ...fragments);
  const offsets = fragments.map((_, i) => bytesOf(init, ...fragments.slice(0, i)).byteLength);

  test.each([1, 9, 256, 1_000_000])('is found in pieces of %d bytes', (pieceBytes) => {
    expect(scan('mp4', stream, pieceBytes)).toEqual([
      { type: 'init', bytes: init.byteLength },
      { type: 'boundary', offset: offsets[0] },
      { type: 'boundary', offset: offsets[3] },
      { type: 'boundary', offset: offsets[4] },
    ]);
  });

  test('refuses what is none', () => {
    expect(() => scan('mp4', new Uint8Array(64), 64)).toThrow('not MP4');
    expect(() => scan('mp4', bytesOf(box('ftyp', []), [0, 0, 0, 0], text('mdat')), 64)).toThrow('without a size');
  });
});
