import * as z from 'zod';
import { Refused } from './refused.ts';
import { checkSignature, type Credentials } from './signature.ts';

/** What a form that is let in asks for. */
export type Admitted = {
  key: string;
  contentType: string;
  cacheControl: string | undefined;
  minBytes: number;
  maxBytes: number;
  /** What it wants to be answered. */
  status: 200 | 201 | 204;
};

/** S3's own ceiling of one POST. */
const LARGEST_BYTES = 5 * 1024 ** 3;
/** Fields of a form that no condition has to speak of. */
const FREE = /^(?:policy|x-amz-signature|file|x-ignore-.*)$/;

const Condition = z.union([
  z.tuple([z.literal('content-length-range'), z.coerce.number().int(), z.coerce.number().int()]),
  z.tuple([z.enum(['eq', 'starts-with']), z.string().startsWith('$'), z.string()]),
  z
    .record(z.string(), z.string())
    .refine((only) => Object.keys(only).length === 1)
    .transform((only): ['eq', string, string] => {
      const [[name, value] = ['', '']] = Object.entries(only);
      return ['eq', `$${name}`, value];
    }),
]);
const Policy = z.object({ expiration: z.iso.datetime().transform(Date.parse), conditions: z.array(Condition) });

const parsePolicy = (encoded: string): z.infer<typeof Policy> => {
  try {
    return Policy.parse(JSON.parse(Buffer.from(encoded, 'base64').toString()));
  } catch (cause) {
    throw new Refused(
      'InvalidPolicyDocument',
      `Invalid Policy: ${cause instanceof SyntaxError ? 'Invalid JSON.' : ''}`,
    );
  }
};

const against = (what: string): Refused => new Refused('AccessDenied', `Invalid according to Policy: ${what}`);

/**
 * Lets a form in as S3 does: its policy is signed by who may sign, has not expired, and has a condition for each of its fields, all
 * of which hold (docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html). The size is held later, while
 * the file comes.
 *
 * @param given the fields before the file, by name in lower case
 */
export const admitForm = (
  given: ReadonlyMap<string, string>,
  { bucket, credentials, now }: { bucket: string; credentials: Credentials; now: number },
): Admitted => {
  const field = (name: string): string | undefined => given.get(name);
  const key = field('key');
  if (key === undefined || key === '')
    throw new Refused(
      'InvalidArgument',
      "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
    );
  const encoded = field('policy');
  if (encoded === undefined) throw new Refused('AccessDenied', 'Access Denied.');
  if (field('x-amz-algorithm') !== 'AWS4-HMAC-SHA256')
    throw new Refused('InvalidArgument', 'Only AWS4-HMAC-SHA256 is supported.');
  const credential = field('x-amz-credential') ?? '';
  checkSignature(encoded, { credential, signature: field('x-amz-signature') ?? '' }, credentials);

  const { expiration, conditions } = parsePolicy(encoded);
  if (expiration <= now) throw against('Policy expired.');
  const spoken = new Set(['bucket']);
  let [minBytes, maxBytes] = [0, LARGEST_BYTES];
  for (const condition of conditions) {
    const [kind, of, value] = condition;
    if (kind === 'content-length-range') {
      minBytes = Math.max(minBytes, of);
      maxBytes = Math.min(maxBytes, value);
      continue;
    }
    const name = of.slice(1).toLowerCase();
    spoken.add(name);
    const found = name === 'bucket' ? bucket : (field(name) ?? '');
    const holds = kind === 'eq' ? found === value : found.startsWith(value);
    if (!holds) throw against(`Policy Condition failed: ${JSON.stringify(condition)}`);
  }
  const extra = [...given.keys()].filter((name) => !spoken.has(name) && !FREE.test(name));
  if (extra.length > 0) throw against(`Extra input fields: ${extra.join(', ')}`);

  const status = field('success_action_status');
  return {
    key,
    contentType: field('content-type') ?? 'binary/octet-stream',
    cacheControl: field('cache-control'),
    minBytes,
    maxBytes,
    status: status === '200' ? 200 : status === '201' ? 201 : 204,
  };
};
