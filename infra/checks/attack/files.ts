import sharp from 'sharp';
import type { AttackCase } from './attack-case.ts';
import type { PlatformBed } from '../lib/platform-bed.ts';

type Case = AttackCase<PlatformBed>;
type Form = { id: string; url: string; fields: Record<string, string> };

const announce = async (bed: PlatformBed, type = 'image/png', bytes = 100_000): Promise<Form> =>
  (await bed.call('POST', '/posts/uploads', { token: bed.tokens.bilal, body: { type, bytes } })).body;
const send = async ({ url, fields }: Form, file: Uint8Array | string): Promise<string> => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([typeof file === 'string' ? file : new Uint8Array(file)]), 'file');
  const answer = await fetch(url, { method: 'POST', body: form });
  const code = /<Code>(.*)<\/Code>/.exec(await answer.text())?.[1];
  return code ?? String(answer.status);
};
const picture = (type: 'png' | 'jpeg' = 'png', background = 'red'): Promise<Buffer> =>
  sharp({ create: { width: 32, height: 32, channels: 3, background } })
    .withExif({ IFD0: { Make: 'A camera' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1' } })
    .toFormat(type)
    .toBuffer();
const publish = (bed: PlatformBed, uploadId: string) =>
  bed.call('POST', '/posts', { token: bed.tokens.bilal, body: { text: 'Look', uploadId } });

const changed = (attack: string, change: (form: Form) => Record<string, string>): Case => ({
  attack: `a form ${attack}`,
  expected: ['AccessDenied', 'InvalidArgument', 'SignatureDoesNotMatch', 'InvalidPolicyDocument'],
  play: async (bed) => {
    const form = await announce(bed);
    return send({ ...form, fields: { ...form.fields, ...change(form) } }, await picture());
  },
});
const unusable = (attack: string, type: string, file: () => Promise<Uint8Array | string> | string): Case => ({
  attack: `${attack} as ${type}`,
  expected: 'upload-unusable',
  play: async (bed) => {
    const content = await file();
    const form = await announce(bed, type, Buffer.byteLength(content));
    await send(form, content);
    return (await publish(bed, form.id)).error;
  },
});

/** Files that are put back, put elsewhere, or are not what they say. */
export const FILES: readonly Case[] = [
  changed('for a page', () => ({ 'Content-Type': 'text/html' })),
  changed('for a picture that runs', () => ({ 'Content-Type': 'image/svg+xml' })),
  changed('to another’s folder', ({ fields }) => ({
    key: (fields['key'] ?? '').replace(/usr_\w+/, 'usr_00000000000000000000000000'),
  })),
  changed('straight to where people look', ({ fields }) => ({
    key: (fields['key'] ?? '').replace('incoming/', 'media/'),
  })),
  changed('that leads out of its folder', ({ fields }) => ({ key: `${fields['key']}/../../../secrets.json` })),
  changed('that lets everybody write', () => ({ acl: 'public-read-write' })),
  changed('that redirects', () => ({ success_action_redirect: 'https://evil.example' })),
  changed('with a policy of one’s own', () => ({
    Policy: Buffer.from('{"expiration":"2999-01-01T00:00:00Z","conditions":[]}').toString('base64'),
  })),
  {
    attack: 'a file larger than its form says',
    expected: 'EntityTooLarge',
    play: async (bed) => send(await announce(bed, 'image/png', 1_000), new Uint8Array(1_001)),
  },
  {
    attack: 'a form of a picture that runs',
    expected: 'invalid-request',
    play: async (bed) =>
      (
        await bed.call('POST', '/posts/uploads', {
          token: bed.tokens.bilal,
          body: { type: 'image/svg+xml', bytes: 10 },
        })
      ).error,
  },
  {
    attack: 'a form for a film asked for by who is no creator',
    expected: 'not-a-creator',
    play: async (bed) =>
      (await bed.call('POST', '/posts/uploads', { token: bed.tokens.chen, body: { type: 'video/mp4', bytes: 10 } }))
        .error,
  },
  {
    attack: 'another’s file shown as one’s own picture',
    expected: 'upload-not-found',
    play: async (bed) => {
      const form = await announce(bed);
      await send(form, await picture());
      return (await bed.call('PUT', '/users/me/avatar', { token: bed.tokens.chen, body: { uploadId: form.id } })).error;
    },
  },
  {
    attack: 'another’s file posted',
    expected: 'upload-not-found',
    play: async (bed) => {
      const form = await announce(bed);
      await send(form, await picture());
      return (await bed.call('POST', '/posts', { token: bed.tokens.asha, body: { text: 'Mine', uploadId: form.id } }))
        .error;
    },
  },
  unusable('a page', 'image/png', () => '<!doctype html><script>alert(1)</script>'),
  unusable('a script in a picture’s clothes', 'image/png', () => '\x89PNG\r\n\x1a\n<script>alert(1)</script>'),
  unusable('a JPEG', 'image/png', () => picture('jpeg')),
  unusable('an SVG', 'image/webp', () => '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'),
  unusable('a page', 'video/mp4', () => '<!doctype html><script>alert(1)</script>'),
  unusable('a page', 'video/webm', () => '<!doctype html><script>alert(1)</script>'),
  unusable('64 million pixels and more', 'image/png', () =>
    sharp({ create: { width: 8_100, height: 8_100, channels: 3, background: 'red' } })
      .png({ compressionLevel: 9 })
      .toBuffer(),
  ),
  {
    attack: 'a photograph that says where it was taken',
    expected: 'it says nothing',
    play: async (bed) => {
      const form = await announce(bed, 'image/jpeg');
      await send(form, await picture('jpeg'));
      const { body } = await publish(bed, form.id);
      const served = Buffer.from(await (await fetch(body.mediaUrl)).arrayBuffer());
      return (await sharp(served).metadata()).exif === undefined && !served.includes('A camera')
        ? 'it says nothing'
        : 'it still says it';
    },
  },
  {
    attack: 'a public picture replaced by its form',
    expected: 'the first stays',
    play: async (bed) => {
      const form = await announce(bed);
      await send(form, await picture('png', 'red'));
      const { body } = await publish(bed, form.id);
      const before = await (await fetch(body.mediaUrl)).text();
      await send(form, await picture('png', 'blue'));
      return (await (await fetch(body.mediaUrl)).text()) === before ? 'the first stays' : 'replaced';
    },
  },
  {
    attack: 'a picture put back that was taken down',
    expected: ['403', '404'],
    play: async (bed) => {
      const form = await announce(bed);
      await send(form, await picture());
      const { body } = await publish(bed, form.id);
      await bed.call('DELETE', `/posts/${body.id}`, { token: bed.tokens.bilal });
      // the sweep removes it every few seconds
      for (let left = 60; left > 0 && (await fetch(body.mediaUrl)).ok; left -= 1)
        await new Promise((resolve) => setTimeout(resolve, 500));
      await send(form, await picture());
      await publish(bed, form.id);
      return String((await fetch(body.mediaUrl)).status);
    },
  },
  {
    attack: 'a file read where forms put it',
    expected: ['403', '404', '405'],
    play: async (bed) => {
      const form = await announce(bed);
      await send(form, await picture());
      return String((await fetch(`${form.url}${form.fields['key']}`)).status);
    },
  },
];
