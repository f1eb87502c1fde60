import { describe, expect, it } from 'vitest';
import { createFlvReader } from './flv-reader.ts';
import type { FlvTag } from './flv-tag.ts';

const HEADER = Buffer.from('464c5601050000000900000000', 'hex');

const tag = (type: number, timestampMs: number, body: Buffer): Buffer => {
  const head = Buffer.alloc(11);
  head.writeUInt8(type);
  head.writeUIntBE(body.byteLength, 1, 3);
  head.writeUIntBE(timestampMs % 0x1000000, 4, 3);
  head.writeUInt8(Math.floor(timestampMs / 0x1000000), 7);
  return Buffer.concat([head, body, Buffer.alloc(4)]);
};

const read = (bytes: Buffer, pieceBytes = bytes.byteLength): FlvTag[] => {
  const tags: FlvTag[] = [];
  const reader = createFlvReader((made) => void tags.push(made));
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) reader.push(bytes.subarray(at, at + pieceBytes));
  return tags;
};

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

describe('FLV from FFmpeg', () => {
  it('knows set-up, key frames, other frames and sound apart', () => {
    const stream = Buffer.concat([
      HEADER,
      tag(18, 0, hex('02')),
      tag(9, 0, hex('1700000000aa')),
      tag(8, 0, hex('af001210')),
      tag(9, 100, hex('1701000000bb')),
      tag(8, 100, hex('af01cc')),
      tag(9, 133, hex('2701000000dd')),
      tag(8, 140, hex('2fee')),
    ]);
    const seen = read(stream).map(({ kind, key, header, timestampMs }) => [kind, key, header, timestampMs]);
    expect(seen).toEqual([
      ['script', false, true, 0],
      ['video', false, true, 0],
      ['audio', false, true, 0],
      ['video', true, false, 100],
      ['audio', false, false, 100],
      ['video', false, false, 133],
      ['audio', false, false, 140],
    ]);
    expect(read(stream, 1)).toEqual(read(stream));
  });

  it('passes over the mark that a sequence has ended: another encoder goes on', () => {
    expect(read(Buffer.concat([HEADER, tag(9, 9, hex('1702000000'))]))).toEqual([]);
  });

  it('reads times beyond 24 bits', () => {
    expect(read(Buffer.concat([HEADER, tag(8, 43_200_000, hex('af0100'))]))[0]?.timestampMs).toBe(43_200_000);
  });

  it('throws on what is no FLV', () => {
    expect(() => read(Buffer.from('RIFF and so on'))).toThrow('does not write FLV');
    expect(() => read(Buffer.concat([HEADER, tag(7, 0, hex('00'))]))).toThrow('type 7');
  });
});
