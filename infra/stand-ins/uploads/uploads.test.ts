import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRange } from './range.ts';
import { checkRequest, checkSignature } from './signature.ts';
import { openUploads } from './uploads.ts';

/** Of AWS's own published examples; they open nothing. */
const EXAMPLE = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: ['wJalrXUtnFEMI', 'K7MDENG', 'bPxRfiCYEXAMPLEKEY'].join('/'),
};

describe('a signature', () => {
  it('of the example of a POST policy is the one that AWS publishes', () => {
    // docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html
    const policy = [
      '{ "expiration": "2015-12-30T12:00:00.000Z",',
      '  "conditions": [',
      '    {"bucket": "sigv4examplebucket"},',
      '    ["starts-with", "$key", "user/user1/"],',
      '    {"acl": "public-read"},',
      '    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},',
      '    ["starts-with", "$Content-Type", "image/"],',
      '    {"x-amz-meta-uuid": "14365123651274"},',
      '    {"x-amz-server-side-encryption": "AES256"},',
      '    ["starts-with", "$x-amz-meta-tag", ""],',
      '',
      '    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},',
      '    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},',
      '    {"x-amz-date": "20151229T000000Z" }',
      '  ]',
      '}',
    ].join('\r\n');
    const given = {
      credential: 'AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request',
      signature: '8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e',
    };
    const encoded = Buffer.from(policy).toString('base64');
    expect(() => checkSignature(encoded, given, EXAMPLE)).not.toThrow();
    expect(() => checkSignature(`${encoded}=`, given, EXAMPLE)).toThrow(/does not match/);
    expect(() => checkSignature(encoded, given, { ...EXAMPLE, accessKeyId: 'another' })).toThrow(/does not exist/);
  });

  it('of the example of a request is the one that AWS publishes, and good for a quarter of an hour', () => {
    // docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "GET Object"
    const headers = {
      host: 'examplebucket.s3.amazonaws.com',
      range: 'bytes=0-9',
      'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'x-amz-date': '20130524T000000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    };
    const check = (changes: object, at: string) =>
      checkRequest({ method: 'GET', path: '/test.txt', headers, ...changes }, EXAMPLE, Date.parse(at));
    expect(() => check({}, '2013-05-24T00:14:59Z')).not.toThrow();
    expect(() => check({}, '2013-05-24T00:15:00Z')).toThrow(/too large/);
    expect(() => check({ method: 'DELETE' }, '2013-05-24T00:00:00Z')).toThrow(/does not match/);
    expect(() => check({ path: '/other.txt' }, '2013-05-24T00:00:00Z')).toThrow(/does not match/);
    expect(() => check({ headers: {} }, '2013-05-24T00:00:00Z')).toThrow(/Access Denied/);
  });
});

describe('a range', () => {
  it.each([
    [undefined, 'whole'],
    ['bytes=0-', { start: 0, end: 9 }],
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=9-', { start: 9, end: 9 }],
    ['bytes=4-99', { start: 4, end: 9 }],
    ['bytes=-3', { start: 7, end: 9 }],
    ['bytes=-99', { start: 0, end: 9 }],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=5-4', 'whole'],
    ['bytes=0-1,3-4', 'whole'],
    ['bytes=-', 'whole'],
    ['lines=0-1', 'whole'],
  ])('%s of ten bytes is %j', (header, expected) => {
    expect(parseRange(header, 10)).toEqual(expected);
  });
});

const BUCKET = 'uploads';
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
let dir: string;
let origin: string;
let close: () => Promise<unknown>;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vybzz-uploads-'));
  const uploads = openUploads({ dir, bucket: BUCKET, credentials: CREDENTIALS });
  const server = createServer((request, response) => {
    const url = request.url ?? '/';
    const path = decodeURIComponent(url);
    void (path.startsWith('/media') ? uploads.serve : uploads.bucket)(request, response, path);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = async () => {
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
    await rm(dir, { recursive: true, force: true });
  };
});
afterAll(() => close());

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** A signed form with any conditions: what S3 is asked by others than our own control plane. */
const signedForm = (key: string, conditions: unknown[] = [], fields: Record<string, string> = {}) => {
  const credential = 'test/20260101/us-east-1/s3/aws4_request';
  const document = {
    expiration: new Date(Date.now() + 60_000).toISOString(),
    conditions: [
      { bucket: BUCKET },
      { key },
      ['starts-with', '$Content-Type', ''],
      { 'x-amz-algorithm': 'AWS4-HMAC-SHA256' },
      { 'x-amz-credential': credential },
      ...conditions,
    ],
  };
  const policy = Buffer.from(JSON.stringify(document)).toString('base64');
  const signingKey = ['20260101', 'us-east-1', 's3', 'aws4_request'].reduce<string | Buffer>(hmac, 'AWS4test');
  return {
    key,
    'Content-Type': 'image/png',
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': credential,
    policy,
    'x-amz-signature': hmac(signingKey, policy).toString('hex'),
    ...fields,
  };
};
const send = (
  fields: Record<string, string>,
  file: string | undefined = 'hello',
  after: Record<string, string> = {},
) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  if (file !== '') form.append('file', new Blob([file]), 'file');
  for (const [name, value] of Object.entries(after)) form.append(name, value);
  return fetch(`${origin}/${BUCKET}/`, { method: 'POST', body: form });
};
const told = async (answer: Response | Promise<Response>) => {
  const { status } = await answer;
  const text = await (await answer).text();
  return [status, /<Code>(.*)<\/Code>/.exec(text)?.[1], /<Message>(.*)<\/Message>/.exec(text)?.[1]];
};

describe('the bucket on this disk', () => {
  it('answers as the form asks: 204, or 200, or 201 with where the file is', async () => {
    const asked = (status: string) =>
      send(signedForm('media/a.png', [{ success_action_status: status }], { success_action_status: status }));
    expect((await send(signedForm('media/a.png'))).status).toBe(204);
    expect((await asked('200')).status).toBe(200);
    const made = await asked('201');
    expect([made.status, await made.text()]).toEqual([
      201,
      `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Location>${origin}/${BUCKET}/media/a.png</Location><Bucket>${BUCKET}</Bucket><Key>media/a.png</Key><ETag>&quot;5d41402abc4b2a76b9719d911017c592&quot;</ETag></PostResponse>`,
    ]);
  });

  it('takes no key that leads out of its folder, whoever has signed it', async () => {
    for (const key of ['../x', 'media/../../x', 'media/./x', '/etc/x', 'media//x', 'media/.x', 'media/\u0000x', 'a\\b'])
      expect((await told(send(signedForm(key)))).slice(0, 2), key).toEqual([400, 'InvalidArgument']);
    expect((await readdir(dir)).sort()).toEqual(['bytes', 'drafts', 'facts']);
    expect(await readdir(join(dir, 'bytes'))).toEqual(['media']);
  });

  it('serves nothing that lies outside it', async () => {
    for (const path of [
      '/media/..%2f..%2f..%2fetc%2fpasswd',
      '/media/%2e%2e/facts/media/a.png.json',
      '/media',
      '/media/',
    ])
      await new Promise<void>((done) => {
        // fetch would tidy the path up
        httpRequest(`${origin}/`, { path }, (answer) => {
          expect(answer.statusCode, path).toBe(403);
          answer.resume().on('end', done);
        }).end();
      });
  });

  it('refuses what is no form, lacks a part, or says more than its policy', async () => {
    const bare = (init: RequestInit) => fetch(`${origin}/${BUCKET}/`, { method: 'POST', ...init });
    expect((await told(bare({ body: '{}' }))).slice(0, 2)).toEqual([412, 'PreconditionFailed']);
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    expect((await told(bare({ headers, body: '--x\r\nnonsense' }))).slice(0, 2)).toEqual([400, 'MalformedPOSTRequest']);
    const { policy: _, ...unsigned } = signedForm('media/b.png');
    expect((await told(send(unsigned))).slice(0, 2)).toEqual([403, 'AccessDenied']);
    expect((await told(send({ ...signedForm('media/b.png'), key: '' }))).slice(0, 2)).toEqual([400, 'InvalidArgument']);
    expect((await told(send(signedForm('media/b.png'), ''))).slice(0, 2)).toEqual([400, 'InvalidArgument']);
    expect(await told(send(signedForm('media/b.png', [], { tagging: 'x' })))).toEqual([
      403,
      'AccessDenied',
      'Invalid according to Policy: Extra input fields: tagging',
    ]);
    expect((await told(send(signedForm('media/b.png', [], { padding: 'x'.repeat(21_000) })))).slice(0, 2)).toEqual([
      400,
      'MalformedPOSTRequest',
    ]);
    expect((await told(send({ ...signedForm('media/b.png'), policy: '' }))).slice(0, 2)).toEqual([
      403,
      'SignatureDoesNotMatch',
    ]);
    expect(await told(send(signedForm('media/b.png', [['any-of', '$key', 'x']])))).toEqual([
      400,
      'InvalidPolicyDocument',
      'Invalid Policy: ',
    ]);
    expect((await told(fetch(`${origin}/another/`, { method: 'POST' }))).slice(0, 2)).toEqual([404, 'NoSuchBucket']);
    expect((await told(fetch(`${origin}/${BUCKET}/media/a.png`))).slice(0, 2)).toEqual([403, 'AccessDenied']);
    expect((await fetch(`${origin}/${BUCKET}/media/a.png`, { method: 'DELETE' })).status).toBe(403);
  });

  it('answers a file of any size that it does not take', async () => {
    const atMost = [['content-length-range', 1, 1_000]];
    for (const bytes of [1_001, 64 * 1024, 1024 * 1024, 20 * 1024 * 1024]) {
      const file = 'x'.repeat(bytes);
      const long = send(signedForm('media/long.png', atMost), file);
      expect((await told(long)).slice(0, 2), String(bytes)).toEqual([400, 'EntityTooLarge']);
      const unsigned = send({ ...signedForm('media/long.png'), policy: '' }, file);
      expect((await told(unsigned)).slice(0, 2), String(bytes)).toEqual([403, 'SignatureDoesNotMatch']);
    }
    expect(await readdir(join(dir, 'drafts'))).toEqual([]);
  });

  it('ignores what follows the file', async () => {
    expect((await send(signedForm('media/c.png'), 'hello', { key: 'media/d.png', more: 'x' })).status).toBe(204);
    expect((await fetch(`${origin}/media/d.png`)).status).toBe(403);
  });

  it('keeps nothing of a file whose sender goes in the middle', async () => {
    const fields = Object.entries(signedForm('media/broken.png'));
    const parts = fields.map(
      ([name, value]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    const file = '--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nhalf';
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    const body = parts.join('') + file;
    const head = `POST /${BUCKET}/ HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: ${body.length + 1_000}\r\n\r\n`;
    await new Promise<void>((sent) => socket.write(head + body, () => sent()));
    await expect.poll(() => readdir(join(dir, 'drafts'))).toHaveLength(1);
    socket.destroy();
    await expect.poll(() => readdir(join(dir, 'drafts'))).toEqual([]);
    expect((await fetch(`${origin}/media/broken.png`)).status).toBe(403);
  });
});

describe('what is served', () => {
  const get = (headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${origin}/media/film.mp4`, { method, headers });
  const facts = ({ status, headers }: Response) => [
    status,
    headers.get('content-range'),
    headers.get('content-length'),
  ];
  beforeAll(async () => {
    const type = { 'Content-Type': 'video/mp4' };
    expect((await send({ ...signedForm('media/film.mp4'), ...type }, '0123456789')).status).toBe(204);
  });

  it('is whole, or a range of it, or nothing new', async () => {
    const whole = await get();
    expect([facts(whole), whole.headers.get('content-type'), await whole.text()]).toEqual([
      [200, null, '10'],
      'video/mp4',
      '0123456789',
    ]);
    const middle = await get({ range: 'bytes=2-4' });
    expect([facts(middle), await middle.text()]).toEqual([[206, 'bytes 2-4/10', '3'], '234']);
    expect(facts(await get({ range: 'bytes=10-' }))).toEqual([416, 'bytes */10', null]);
    const etag = whole.headers.get('etag') ?? '';
    expect((await get({ 'if-none-match': etag })).status).toBe(304);
    expect((await get({ range: 'bytes=2-4', 'if-range': etag })).status).toBe(206);
    expect((await get({ range: 'bytes=2-4', 'if-range': '"another"' })).status).toBe(200);
    expect(facts(await get({}, 'HEAD'))).toEqual([200, null, '10']);
    expect((await get({}, 'POST')).status).toBe(405);
  });

  it('is of the type that was told, and harmless where somebody opens it as a page', async () => {
    const { headers } = await get();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*; sandbox$/);
    expect(headers.get('content-security-policy')).not.toContain('script');
  });
});
