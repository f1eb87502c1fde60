import { zValidator } from '@hono/zod-validator';
import { createMiddleware } from 'hono/factory';
import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import type { Cursors } from '#store/cursor';
import type { Position } from '#store/dynamo';
import { Refusal } from './refusal.ts';
import type { RoomEnv } from './caller.ts';

// The smaller zod comes without words, and would say of every fault that it is `Invalid input`: what a caller reads must not depend on
// what else a process has loaded.
z.config(en());

const JSON_TYPE = /^application\/(?:[a-z.-]+\+)?json\s*(?:;|$)/i;

/** Every body that we take is JSON: to be used on a room, before its routes. A request without a body passes. */
export const jsonOnly = createMiddleware<RoomEnv>(async (c, next) => {
  const type = c.req.header('content-type');
  const empty = c.req.header('content-length') === '0' || (type === undefined && !c.req.raw.body);
  if (c.req.method !== 'GET' && c.req.method !== 'HEAD' && !empty && !(type && JSON_TYPE.test(type)))
    throw new Refusal('unsupported-media-type', 'Send the body as application/json.');
  await next();
});

/** The JSON body as the contract has it: `c.req.valid('json')`. */
export const body = <Schema extends z.ZodMiniType>(schema: Schema) =>
  zValidator('json', schema, (result) => {
    if (!result.success) throw invalid(result.error.issues, 'body');
  });

/** The query as the contract has it: `c.req.valid('query')`. */
export const query = <Schema extends z.ZodMiniType>(schema: Schema) =>
  zValidator('query', schema, (result) => {
    if (!result.success) throw invalid(result.error.issues, 'query');
  });

/** Where a list goes on; a cursor that is not ours is refused. */
export const openCursor = (cursors: Cursors, list: string, cursor: string | undefined): Position | undefined => {
  if (cursor === undefined) return undefined;
  const position = cursors.open(list, cursor);
  if (!position) throw new Refusal('invalid-request', 'This cursor does not belong to this list.');
  return position;
};

type Issue = { path: PropertyKey[]; message: string };

const invalid = (issues: readonly Issue[], where: 'body' | 'query'): Refusal => {
  const fields = issues.map(({ path, message }) => ({ field: path.map(String).join('.'), message }));
  const [first] = fields;
  const what = first
    ? `${first.field === '' ? `The ${where}` : first.field}: ${first.message}`
    : `The ${where} is wrong.`;
  return new Refusal('invalid-request', what, { details: { where, fields } });
};
