import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { OPERATIONS } from '#contract/operations';
import { newId } from '#domain/ids';
import { openControlPlane, type Person, type TestControlPlane } from './rooms.testing.ts';

/** `FUZZ_REQUESTS=10000 npx vitest run --project functions functions/fuzz.test.ts` for the long run. */
const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 400);
const MINUTE_MS = 60_000;

let plane: TestControlPlane;
let people: Person[];

/** What is there by now, by kind: what has been answered is asked for next. */
const real: Record<string, string[]> = { handle: [], cursor: [], pst: [], str: [], cmt: [], usr: [], upl: [] };

const learn = (value: unknown): void => {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (typeof member !== 'string') learn(member);
    const pool = typeof member === 'string' ? real[name === 'id' ? member.slice(0, 3) : name] : undefined;
    // the newest are the likeliest to be there still
    if (pool && !pool.includes(member)) pool.unshift(member);
    if (pool && pool.length > 20) pool.pop();
  }
};

const KINDS = [{}, { makes_shows: true }, { watches_over: true }];
let made = 0;
/** A person who has signed in by our clock, which the last one of the kind may have left. */
const person = async (kind: number): Promise<Person> => {
  const iat = Math.ceil(plane.base.clock().getTime() / 1000);
  const signedUp = await plane.signUp(`fuzz_${++made}`, { ...KINDS[kind], iat });
  learn(signedUp.user);
  return signedUp;
};

beforeAll(async () => {
  plane = await openControlPlane();
  people = [await person(0), await person(1), await person(2)];
});
afterAll(() => plane.close());

/** Text that has broken things before: half surrogates, nulls, markup, keys of the table and of objects. */
const nasty = fc.oneof(
  fc.constantFrom('\ud800', '\u0000', '<script>', 'USER#', '__proto__', 'constructor', "' OR 1=1", '%', '\u202e', '🙂'),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const junk: fc.Arbitrary<unknown> = fc.oneof(nasty, fc.jsonValue(), fc.constant('x'.repeat(6_000)));

type JsonSchema = {
  type?: string;
  enum?: unknown[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  anyOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
};

/** Mostly that, and now and then anything. */
const likely = (usual: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ arbitrary: usual, weight: 20 }, { arbitrary: junk, weight: 1 });

/** What fits a schema. */
const fitting = (schema: JsonSchema): fc.Arbitrary<unknown> => {
  const { minLength = 0, maxLength = 40, minimum = -1_000, maximum = 1_000, properties = {} } = schema;
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(fitting));
  if (schema.format === 'uri') return fc.webUrl({ withQueryParameters: true });
  if (schema.format === 'date-time')
    return fc
      .date({ min: new Date(), max: new Date(Date.now() + 1e11), noInvalidDate: true })
      .map((at) => at.toISOString());
  if (schema.pattern !== undefined) return fc.stringMatching(new RegExp(schema.pattern));
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'null') return fc.constant(null);
  if (schema.type === 'integer' || schema.type === 'number') return fc.integer({ min: minimum, max: maximum });
  if (schema.type === 'string') {
    const words = fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 200) });
    return fc.oneof(words, nasty, fc.constant('x'.repeat(maxLength)));
  }
  const members = Object.entries(properties).map(([name, member]) => [name, likely(fitting(member))] as const);
  return fc.record(Object.fromEntries(members), { requiredKeys: schema.required ?? [] });
};
const schemaOf = (schema: z.ZodMiniType) => z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;

/** What a parameter is filled with: something that is there, of its kind or another, something that is not, or anything. */
const filler = fc.record({
  as: fc.constantFrom('kind', 'kind', 'kind', 'kind', 'kind', 'kind', 'other', 'absent', 'nasty'),
  pick: fc.nat(),
  text: nasty,
});
type Filler = typeof filler extends fc.Arbitrary<infer Value> ? Value : never;

const fill = ({ as, pick, text }: Filler, kind: string): string => {
  if (as === 'nasty') return text;
  if (as === 'absent') return kind === 'handle' ? 'nobody_at_all' : newId('pst', pick).replace('pst', kind);
  const pool = as === 'kind' ? real[kind]! : Object.values(real).flat();
  return pool[pick % pool.length] ?? 'none';
};
const kindOf = (path: string, name: string): string => {
  if (name === 'handle') return 'handle';
  if (name === 'commentId') return 'cmt';
  return path.startsWith('/posts') ? 'pst' : 'str';
};

/** A file that is to go into a post is mostly one that has been announced. */
const withUpload = (body: unknown): unknown =>
  typeof body === 'object' && body !== null && 'uploadId' in body && !Array.isArray(body)
    ? { ...body, uploadId: real['upl']?.[0] ?? body.uploadId, mediaUrl: undefined }
    : body;

const encoded = (text: string) => encodeURIComponent(text.toWellFormed());
const queryOf = (query: unknown) => {
  const pairs = Object.entries(Object(query) as object).map(([name, value]) => {
    const known = name === 'author' || name === 'creator' ? real['handle']?.[0] : undefined;
    return `${encoded(name)}=${encoded(known ?? String(value))}`;
  });
  return pairs.length > 0 ? `?${pairs.join('&')}` : '';
};

const rarely = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: 24 }, { arbitrary: value, weight: 1 });
const request = fc.constantFrom(...OPERATIONS.filter(({ path }) => path !== '/healthz')).chain((operation) =>
  fc.record({
    operation: fc.constant(operation),
    fillers: fc.tuple(filler, filler),
    query: operation.query ? likely(fitting(schemaOf(operation.query))) : rarely(fc.dictionary(nasty, nasty)),
    body: operation.body ? likely(fitting(schemaOf(operation.body))) : rarely(junk),
    raw: rarely(fc.oneof(nasty, fc.constantFrom('{"text":', 'x'.repeat(70_000)))),
    who: fc.constantFrom(0, 1, 1, 1, 2, 0, 2, undefined, 'not a token'),
    type: rarely(fc.constantFrom('text/plain', 'application/json; charset=utf-16', '')),
    method: rarely(fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS')),
  }),
);

it(
  `answers ${REQUESTS} requests of any kind, none of them with a fault, all of them by the contract`,
  async () => {
    const seen: Record<string, number> = {};
    await fc.assert(
      fc.asyncProperty(request, async ({ operation, fillers, query, body, raw, who, type, method }) => {
        let next = 0;
        const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
          encoded(fill(fillers[next++]!, kindOf(operation.path, name))),
        );
        const verb = method ?? operation.method;
        const bodiless = verb === 'GET';
        // `call` holds the answer to the contract
        const answer = await plane.call(verb, path + queryOf(query), {
          token: typeof who === 'number' ? people[who]!.token : who,
          body: bodiless ? undefined : (raw ?? withUpload(body)),
          headers: type === undefined || bodiless ? {} : { 'content-type': type },
        });
        // oEmbed has a refusal of its own for a format that is not offered, and it is a 501
        const isNotOffered = operation.path === '/oembed' && answer.body?.error === 'format-not-offered';
        expect(answer.status, JSON.stringify(answer.body)).toSatisfy((status: number) =>
          isNotOffered ? status === 501 : status < 500,
        );
        const key = `${answer.status} ${answer.body?.error ?? 'done'}`;
        seen[key] = (seen[key] ?? 0) + 1;
        learn(answer.body);
        const left = answer.status === 204 && /users\/me|sign-out/.test(path);
        if (left && typeof who === 'number') people[who] = await person(who);
        // nobody is to be refused for asking too often
        plane.later(MINUTE_MS);
      }),
      { numRuns: REQUESTS, endOnFailure: true },
    );
    // it got past the doors
    const done = Object.entries(seen).filter(([key]) => key.endsWith('done'));
    expect(
      done.reduce((sum, [, count]) => sum + count, 0),
      JSON.stringify(seen),
    ).toBeGreaterThan(REQUESTS / 8);
    expect(plane.lines.filter(({ level }) => level === 'error')).toEqual([]);
  },
  Math.max(60_000, REQUESTS * 100),
);
