import { readFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createByteSource } from './byte-source.ts';
import { cleanMp4 } from './clean-mp4.ts';
import { cleanWebm } from './clean-webm.ts';

const WHERE = '+52.5163+013.3777/';
const box = (type: string, ...parts: (Buffer | string)[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
};
const large = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(16);
  head.writeUInt32BE(1);
  head.write(type, 4, 'latin1');
  head.writeBigUInt64BE(BigInt(16 + body.length), 8);
  return Buffer.concat([head, body]);
};
const track = (kind: string, ...more: Buffer[]) =>
  box(
    'trak',
    box('tkhd', 't'),
    box('mdia', box('hdlr', Buffer.alloc(8), kind, Buffer.alloc(12)), box('minf', 'm'), ...more),
  );
const where = () => [box('\xa9xyz', WHERE), box('loci', WHERE)];
/** A film as a telephone takes it: the index behind the samples, its position in four places. */
const TAKEN = Buffer.concat([
  box('ftyp', 'isom'),
  box('wide'),
  large('mdat', Buffer.from('samples of the film')),
  box('uuid', 'XMP', WHERE),
  box(
    'moov',
    box('mvhd', 'h'),
    track('vide', box('udta', ...where())),
    track('soun'),
    track('text', box('gmhd', WHERE)),
    box('udta', ...where(), box('meta', WHERE)),
    box('meta', box('keys', 'com.apple.quicktime.location.ISO6709'), box('ilst', WHERE)),
  ),
]);

const pieces = async function* (bytes: Buffer, cuts: readonly number[]) {
  let at = 0;
  for (const cut of cuts) {
    yield bytes.subarray(at, at + cut);
    at += cut;
  }
  yield bytes.subarray(at);
};
const run = async (clean: typeof cleanMp4, bytes: Buffer, cuts: readonly number[] = []): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of clean(createByteSource(pieces(bytes, cuts)))) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
};
const fixture = (name: string) => readFile(new URL(`../../ingest-worker/fixtures/${name}`, import.meta.url));
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 40 });

describe('an MP4', () => {
  it('loses where it was taken, and keeps its length, its samples and its tracks', async () => {
    const cleaned = await run(cleanMp4, TAKEN);
    expect(TAKEN.toString('latin1').split(WHERE)).toHaveLength(9);
    expect(cleaned.length).toBe(TAKEN.length);
    expect(cleaned.includes(WHERE)).toBe(false);
    for (const kept of ['samples of the film', 'mvhd', 'vide', 'soun']) expect(cleaned.includes(kept), kept).toBe(true);
    expect(cleaned.indexOf('mdat')).toBe(TAKEN.indexOf('mdat'));
  });

  it('of a browser, whole or in fragments, stays as it is to whoever plays it', async () => {
    const recorded = await fixture('h264-aac.mp4');
    const cleaned = await run(cleanMp4, recorded);
    const inOrder = (bytes: Buffer) => bytes.toString('latin1').match(/moov|trak|mdia|stbl|mvex|moof|traf|trun|mdat/g);
    expect(cleaned.length).toBe(recorded.length);
    expect(inOrder(cleaned)).toEqual(inOrder(recorded));
  });

  it('comes out the same however it arrives', async () => {
    const whole = await run(cleanMp4, TAKEN);
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        expect((await run(cleanMp4, TAKEN, at)).equals(whole)).toBe(true);
      }),
    );
  });
});

const element = (id: number[], body: Buffer | string, width = 1): Buffer => {
  const bytes = Buffer.from(body);
  const size = Buffer.alloc(width);
  size.writeUIntBE(bytes.length, Math.max(0, width - 6), Math.min(width, 6));
  size[0] = (size[0] ?? 0) | (0x100 >> width);
  return Buffer.concat([Buffer.from(id), size, bytes]);
};
const EBML = element([0x1a, 0x45, 0xdf, 0xa3], 'webm');
const SEGMENT = Buffer.from([0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
const CLUSTER = Buffer.from([0x1f, 0x43, 0xb6, 0x75, 0xff]);
const BLOCK = element([0xa3], 'a block');

describe('a WebM', () => {
  it('loses its tags and attachments, of every size and way to say it, and keeps its length', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 90 }),
        fc.integer({ min: 1, max: 8 }),
        cuts,
        async (length, width, at) => {
          const secret = 's'.repeat(length);
          const file = Buffer.concat([
            EBML,
            SEGMENT,
            CLUSTER,
            BLOCK,
            element([0x12, 0x54, 0xc3, 0x67], secret, width),
            CLUSTER,
            BLOCK,
            element([0x19, 0x41, 0xa4, 0x69], secret, width),
            element([0x1c, 0x53, 0xbb, 0x6b], 'cues'),
          ]);
          const cleaned = await run(cleanWebm, file, at);
          expect(cleaned.length).toBe(file.length);
          expect(length < 2 || !cleaned.includes('ss')).toBe(true);
          expect(cleaned.toString('latin1').match(/a block|cues/g)).toEqual(['a block', 'a block', 'cues']);
          // what is there instead is what a reader passes over
          expect((await run(cleanWebm, cleaned)).equals(cleaned)).toBe(true);
        },
      ),
    );
  });

  it.each(['vp8-opus.webm', 'firefox-vp8-opus.webm', 'h264-aac.mkv'])(
    'of a browser (%s) stays as it is',
    async (name) => {
      const recorded = await fixture(name);
      expect((await run(cleanWebm, recorded)).length).toBe(recorded.length);
    },
  );
});

describe('a film that is none', () => {
  const clean = [
    ['MP4', cleanMp4, TAKEN],
    ['WebM', cleanWebm, Buffer.concat([EBML, SEGMENT, element([0x12, 0x54, 0xc3, 0x67], 'tags')])],
  ] as const;

  it.each(clean)('of %s is unusable wherever it is cut', async (_, cleaner, file) => {
    for (let end = 1; end < file.length; end += 1) {
      const cut = run(cleaner, file.subarray(0, end));
      await cut.then(
        (left) => expect(left.length).toBe(end),
        (cause: unknown) => expect(cause).toMatchObject({ name: 'Unusable' }),
      );
    }
  });

  it.each(clean)('of %s ends as unusable or as long as it was, whatever its bytes', async (_, cleaner, file) => {
    const change = fc.tuple(fc.nat(file.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 6 }), async (changes) => {
        const mutated = Buffer.from(file);
        for (const [at, value] of changes) mutated[at] = value;
        await run(cleaner, mutated).then(
          (left) => expect(left.length).toBe(file.length),
          (cause: unknown) => expect(cause).toMatchObject({ name: 'Unusable' }),
        );
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['MP4', cleanMp4],
    ['WebM', cleanWebm],
  ] as const)('but a page, is no %s', async (_, cleaner) => {
    await expect(run(cleaner, Buffer.from('<!doctype html><script>alert(1)</script>'))).rejects.toMatchObject({
      name: 'Unusable',
    });
  });
});
