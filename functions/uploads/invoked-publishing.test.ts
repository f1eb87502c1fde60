import { expect, it } from 'vitest';
import { newId } from '#domain/ids';
import type { Upload } from '#domain/upload';
import { Sha256 } from '../sha256.testing.ts';
import { createInvokedPublishing } from './invoked-publishing.ts';

const URL_OF_IT =
  'https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/Vybzz-uploads/invocations?Qualifier=live';
const owner = newId('usr', 1);
const upload: Upload = { id: newId('upl', 1), type: 'image/png' };
/** Asks through a Lambda service that answers so; tells what it was asked. */
const ask = async (answer: () => Response | Promise<Response>, url = URL_OF_IT) => {
  const asked: Request[] = [];
  const publish = createInvokedPublishing({
    url,
    credentials: async () => ({
      accessKeyId: 'an id',
      secretAccessKey: 'a secret of a test',
      sessionToken: 'of a session',
    }),
    region: async () => 'us-east-1',
    sha256: Sha256,
    clock: () => new Date(0),
    send: async (to, init) => {
      asked.push(new Request(to, init));
      return answer();
    },
  });
  return { outcome: await publish(owner, upload, 'avatar').catch((cause: Error) => cause.name), asked };
};

it.each([
  [{ published: true }],
  [{ published: true, picture: { width: 3, height: 2 } }],
  [{ published: false, because: 'not-arrived' }],
  [{ published: false, because: 'unusable' }],
])('hands the Lambda one upload, signed, and gives back its answer %j', async (answered) => {
  const { outcome, asked } = await ask(() => Response.json(answered));
  expect(outcome).toEqual(answered);
  expect(asked).toHaveLength(1);
  expect([asked[0]?.method, asked[0]?.url]).toEqual(['POST', URL_OF_IT]);
  expect(await asked[0]?.json()).toEqual({ owner, upload, use: 'avatar' });
  expect(asked[0]?.headers.get('authorization')).toMatch(
    /^AWS4-HMAC-SHA256 Credential=an id\/19700101\/us-east-1\/lambda\/aws4_request, SignedHeaders=.*host/,
  );
  expect(asked[0]?.headers.get('x-amz-security-token')).toBe('of a session');
});

it.each([
  ['is throttled', () => new Response('{}', { status: 429 })],
  ['has failed', () => Response.json({ errorMessage: 'x' }, { headers: { 'x-amz-function-error': 'Unhandled' } })],
  ['is away', () => Promise.reject(new TypeError('fetch failed'))],
] as const)('is to be tried again where the Lambda %s', async (_, answer) => {
  expect((await ask(answer)).outcome).toBe('BucketUnavailable');
});

it('signs which version is meant, too: Lambda refuses a query that is not signed', async () => {
  const signatureFor = async (url: string) => {
    const { asked } = await ask(() => Response.json({ published: true }), url);
    return /Signature=(\w+)/.exec(asked[0]?.headers.get('authorization') ?? '')?.[1];
  };
  const signatures = [URL_OF_IT, URL_OF_IT.replace('live', 'other'), URL_OF_IT.replace(/\?.*/, '')];
  expect(new Set(await Promise.all(signatures.map(signatureFor))).size).toBe(3);
});
