import type { Context } from 'hono';
import * as z from 'zod';
import { LIMITS, type Limits } from '../limits.ts';
import { Refusal } from './refusal.ts';

/** The body of a request, or a refusal that names what is wrong with it. */
export const parseBody = async <T>(c: Context, schema: z.ZodType<T>): Promise<T> => {
  const text = await readBody(c.req.raw.body);
  const parsed = schema.safeParse(text === '' ? {} : toJson(text));
  if (!parsed.success)
    throw Refusal.invalid(...parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`));
  return parsed.data;
};

/** Hono's own limit cannot be used: it rebuilds the request, which Node's does not allow unless the global one is replaced. */
const readBody = async (body: ReadableStream<Uint8Array> | null): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > LIMITS.bodyBytes)
      throw new Refusal('too_large', [`The body is larger than ${LIMITS.bodyBytes} bytes.`]);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const toJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw Refusal.invalid('The body is not JSON.');
  }
};

const Paging = z.object({
  limit: z.coerce.number().int().min(1).default(25),
  page: z.coerce.number().int().min(1).default(1),
});

/** One page of a list, newest first. */
export const pageOf = <T extends { created_at: number }>(c: Context, items: T[], limits: Limits): T[] => {
  const parsed = Paging.safeParse(c.req.query());
  if (!parsed.success) throw Refusal.invalid('limit and page must be positive whole numbers.');
  const limit = Math.min(parsed.data.limit, limits.pageItems);
  const start = (parsed.data.page - 1) * limit;
  // Later ones of the same second come later in the store: turned round before the stable sort.
  return items
    .reverse()
    .sort((a, b) => b.created_at - a.created_at)
    .slice(start, start + limit);
};
