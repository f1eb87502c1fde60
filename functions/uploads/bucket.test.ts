import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#domain/ids';
import { incomingKey, type Upload, UPLOAD_FORM_MS, UPLOAD_TYPES, uploadKey } from '#domain/upload';
import { Sha256 } from '../sha256.testing.ts';
import { type Bucket, createBucket } from './bucket.ts';
import { openTestBucket, sendForm } from './bucket.testing.ts';

let ahead = 0;
let stand: Awaited<ReturnType<typeof openTestBucket>>;
beforeAll(async () => {
  stand = await openTestBucket(() => new Date(Date.now() + ahead));
});
afterAll(() => stand.close());

const owner = newId('usr', 1);
const make = (
  credentials = { accessKeyId: 'test', secretAccessKey: 'test' },
  formUrl?: string,
  send: typeof fetch = fetch,
) =>
  createBucket({
    send,
    formUrl,
    url: stand.environment.UPLOADS_URL,
    name: stand.environment.UPLOADS_BUCKET,
    credentials: async () => credentials,
    region: async () => 'us-east-1',
    clock: () => new Date(Date.now() + ahead),
    sha256: Sha256,
  });
const picture = (type: Upload['type'] = 'image/png'): Upload => ({ id: newId('upl', Date.now()), type });
const textOf = async (bucket: Bucket, upload: Upload) => {
  const came = await bucket.incoming(owner, upload);
  return came && [came.bytes, await new Response(came.body).text()];
};
const once = (bucket: Bucket, upload: Upload, text: string) =>
  bucket.putOnce(uploadKey(owner, upload), new TextEncoder().encode(text), { bytes: text.length, type: upload.type });
const url = (upload: Upload) => `http://any/${uploadKey(owner, upload)}`;
const codeOf = async (answer: Response) => [answer.status, /<Code>(.*)<\/Code>/.exec(await answer.text())?.[1]];

describe('a form', () => {
  it.each(Object.keys(UPLOAD_TYPES) as Upload['type'][])(
    'lets one file of %s in, which is then served',
    async (type) => {
      const bucket = make();
      const upload = picture(type);
      expect(await textOf(bucket, upload)).toBe(undefined);
      const answer = await sendForm(await bucket.form(owner, upload, 5, Date.now()), 'hello');
      expect([answer.status, answer.headers.get('content-type')]).toEqual([201, 'application/xml']);
      expect(await answer.text()).toContain(`<Key>${incomingKey(owner, upload)}</Key>`);
      expect(await textOf(bucket, upload)).toEqual([5, 'hello']);
      await once(bucket, upload, 'hello');
      const served = await stand.fetchMedia(url(upload));
      expect([served.status, served.headers.get('content-type'), await served.text()]).toEqual([200, type, 'hello']);
    },
  );

  it('lets in what is as large as it says, and nothing larger, and nothing empty', async () => {
    const bucket = make();
    const [fits, large, empty] = [picture(), picture(), picture()];
    const send = async (upload: Upload, bytes: number) =>
      sendForm(await bucket.form(owner, upload, 1_000, Date.now()), new Uint8Array(bytes));
    expect((await send(fits, 1_000)).status).toBe(201);
    expect(await codeOf(await send(large, 1_001))).toEqual([400, 'EntityTooLarge']);
    expect(await codeOf(await send(empty, 0))).toEqual([400, 'EntityTooSmall']);
    expect([await textOf(bucket, large), await textOf(bucket, empty)]).toEqual([undefined, undefined]);
  });

  it('is good until it expires', async () => {
    const bucket = make();
    const now = Date.now();
    const [upload, late] = [picture(), picture()];
    const forms = [await bucket.form(owner, upload, 9, now), await bucket.form(owner, late, 9, now)] as const;
    expect(forms[0].expiresAt).toBe(now + UPLOAD_FORM_MS);
    ahead = UPLOAD_FORM_MS - 5_000;
    expect((await sendForm(forms[0], 'x')).status).toBe(201);
    ahead = UPLOAD_FORM_MS;
    const answer = await sendForm(forms[1], 'x');
    expect([answer.status, await answer.text()]).toEqual([
      403,
      expect.stringContaining('Invalid according to Policy: Policy expired.'),
    ]);
    ahead = 0;
    expect(await textOf(bucket, late)).toBe(undefined);
  });

  it('holds its type, its key and all that it says', async () => {
    const bucket = make();
    const upload = picture();
    const form = await bucket.form(owner, upload, 9, Date.now());
    const other = uploadKey(newId('usr', 2), upload);
    for (const change of [
      { 'Content-Type': 'text/html' },
      { 'Content-Type': 'image/svg+xml' },
      { key: other },
      { key: `${form.fields['key']}/../../x` },
      { 'Cache-Control': 'no-store' },
      { success_action_status: '200' },
      { success_action_redirect: 'https://elsewhere.test' },
      { acl: 'public-read' },
    ])
      expect(await codeOf(await sendForm({ ...form, fields: { ...form.fields, ...change } }, 'x'))).toEqual([
        403,
        'AccessDenied',
      ]);
    expect(await textOf(bucket, upload)).toBe(undefined);
  });

  it('of a policy that somebody has changed, or signed with another secret, is refused', async () => {
    const form = await make().form(owner, picture(), 9, Date.now());
    const policy = JSON.parse(Buffer.from(form.fields['Policy'] ?? '', 'base64').toString());
    policy.conditions[1][2] = 1_000_000;
    const Policy = Buffer.from(JSON.stringify(policy)).toString('base64');
    const changed = await sendForm({ ...form, fields: { ...form.fields, Policy } }, 'x');
    expect(await codeOf(changed)).toEqual([403, 'SignatureDoesNotMatch']);
    const forged = await make({ accessKeyId: 'test', secretAccessKey: 'another' }).form(
      owner,
      picture(),
      9,
      Date.now(),
    );
    expect(await codeOf(await sendForm(forged, 'x'))).toEqual([403, 'SignatureDoesNotMatch']);
  });

  it('leads to where browsers find the bucket, where that is not where we do', async () => {
    const bucket = make(undefined, 'https://files.test');
    expect((await bucket.form(owner, picture(), 9, Date.now())).url).toBe('https://files.test/');
    expect(await textOf(bucket, picture())).toBe(undefined);
  });

  it('carries the token of credentials that expire, as a Lambda has them', async () => {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test', sessionToken: 'token of a session' };
    const form = await make(credentials).form(owner, picture(), 9, Date.now());
    expect(form.fields['X-Amz-Security-Token']).toBe('token of a session');
    const policy = JSON.parse(Buffer.from(form.fields['Policy'] ?? '', 'base64').toString());
    expect(policy.conditions).toContainEqual({ 'X-Amz-Security-Token': 'token of a session' });
    expect((await sendForm(form, 'x')).status).toBe(201);
  });
});

describe('the bucket', () => {
  it('shows what was put first, and nothing that was removed, whatever a form brings later', async () => {
    const bucket = make();
    const upload = picture();
    const form = await bucket.form(owner, upload, 9, Date.now());
    await sendForm(form, 'first');
    expect((await stand.fetchMedia(url(upload))).status).toBe(403);
    await once(bucket, upload, 'first');
    await Promise.all(['second', 'third'].map((text) => once(bucket, upload, text)));
    expect((await sendForm(form, 'fourth')).status).toBe(201);
    expect(await (await stand.fetchMedia(url(upload))).text()).toBe('first');
    await bucket.remove(owner, upload);
    expect((await sendForm(form, 'fifth')).status).toBe(201);
    expect((await stand.fetchMedia(url(upload))).status).toBe(403);
  });

  it('has nothing of a file that breaks off or is not as long as it says', async () => {
    const bucket = make();
    const upload = picture();
    const breaks = async function* () {
      yield new TextEncoder().encode('hal');
      throw new Error('a fault');
    };
    const put = bucket.putOnce(uploadKey(owner, upload), ReadableStream.from(breaks()), {
      bytes: 6,
      type: upload.type,
    });
    await expect(put).rejects.toThrow('PUT got no answer');
    expect((await stand.fetchMedia(url(upload))).status).toBe(403);
  });

  it('gives a file up once it is removed, and minds no repeat', async () => {
    const bucket = make();
    const upload = picture();
    await sendForm(await bucket.form(owner, upload, 9, Date.now()), 'x');
    await bucket.remove(owner, upload);
    await bucket.remove(owner, upload);
    expect(await textOf(bucket, upload)).toBe(undefined);
    expect((await stand.fetchMedia(url(upload))).status).toBe(403);
  });

  it('that refuses us or is away is a fault to be tried again, and never a file that is not there', async () => {
    const stranger = make({ accessKeyId: 'test', secretAccessKey: 'another' });
    await expect(once(stranger, picture(), 'x')).rejects.toThrow('PUT answered 403');
    await expect(stranger.incoming(owner, picture())).rejects.toThrow('GET answered 403');
    stand.fail(true);
    await expect(make().remove(owner, picture())).rejects.toThrow('DELETE answered 503');
    stand.fail(false);
  });
});
