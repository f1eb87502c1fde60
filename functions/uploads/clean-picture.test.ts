import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { cleanPicture } from './clean-picture.ts';
import { pictureOf } from './pictures.testing.ts';

/** What a camera writes beside a picture. */
const CAMERA = {
  IFD0: { Make: 'A camera of somebody' },
  IFD3: {
    GPSLatitudeRef: 'N',
    GPSLatitude: '52/1 31/1 0/1',
    GPSLongitudeRef: 'E',
    GPSLongitude: '13/1 24/1 0/1',
  },
};
const METADATA = ['exif', 'xmp', 'iptc', 'icc'] as const;
const pieceOf = (type: 'jpeg' | 'png' | 'webp' | 'avif') =>
  sharp({ create: { width: 60, height: 40, channels: 3, background: 'green' } })
    .withExif(CAMERA)
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><exif:GPSLatitude>52,31N</exif:GPSLatitude></x:xmpmeta>')
    .withMetadata({ orientation: 6 })
    .toFormat(type)
    .toBuffer();

describe('a picture', () => {
  it.each(['jpeg', 'png', 'webp', 'avif'] as const)(
    'of %s leaves behind what its camera wrote, and is turned',
    async (type) => {
      const taken = await pieceOf(type);
      expect(Object.keys(await sharp(taken).metadata())).toEqual(expect.arrayContaining(['exif', 'xmp']));
      const { bytes, size, thumbnail } = await cleanPicture(taken, `image/${type}`);
      expect(size).toEqual({ width: 40, height: 60 });
      for (const file of [bytes, thumbnail]) {
        const left = await sharp(file).metadata();
        expect(METADATA.filter((name) => left[name] !== undefined)).toEqual([]);
        expect(left.orientation ?? 1).toBe(1);
        expect(Buffer.from(file ?? []).includes('camera')).toBe(false);
      }
    },
  );

  it('of a person has a small square thumbnail, of its middle', async () => {
    const { size, thumbnail } = await cleanPicture(
      await pictureOf('red', { type: 'jpeg', width: 1_200, height: 600 }),
      'image/jpeg',
      'avatar',
    );
    expect(size).toEqual({ width: 1_200, height: 600 });
    expect(await sharp(thumbnail).metadata()).toMatchObject({ format: 'webp', width: 256, height: 256 });
  });

  it('is no larger than a screen, and its thumbnail than a column', async () => {
    const { size, thumbnail } = await cleanPicture(
      await pictureOf('red', { type: 'jpeg', width: 5_120, height: 2_560 }),
      'image/jpeg',
    );
    expect(size).toEqual({ width: 2_560, height: 1_280 });
    expect(await sharp(thumbnail).metadata()).toMatchObject({ format: 'webp', width: 640, height: 320 });
  });

  it('that moves goes on moving, and has no thumbnail', async () => {
    const frames = await Promise.all(['red', 'green', 'blue'].map((colour) => pictureOf(colour)));
    const moving = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    const { bytes, size, thumbnail } = await cleanPicture(moving, 'image/gif');
    expect([(await sharp(bytes).metadata()).pages, size, thumbnail]).toEqual([3, { width: 40, height: 30 }, undefined]);
  });

  it.each([
    ['is of another type', () => pictureOf('red', { type: 'webp' })],
    ['is a script', async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')],
    ['is cut off', async () => (await pictureOf('red', { width: 900, height: 900 })).subarray(0, 200)],
    ['is empty', async () => Buffer.alloc(0)],
  ])('that %s is unusable', async (_, make) => {
    await expect(cleanPicture(await make(), 'image/png')).rejects.toMatchObject({ name: 'Unusable' });
  });

  it('of more pixels than a camera takes is unusable, before they are unpacked', async () => {
    const vast = await pictureOf('red', { width: 8_001, height: 8_000 });
    expect(vast.length).toBeLessThan(1024 * 1024);
    await expect(cleanPicture(vast, 'image/png')).rejects.toMatchObject({ name: 'Unusable' });
  });

  it('loses what is hidden behind it', async () => {
    const two = Buffer.concat([await pictureOf('red'), Buffer.from('<script>alert(1)</script>')]);
    expect((await cleanPicture(two, 'image/png')).bytes.includes('script')).toBe(false);
  });
});
