import * as z from 'zod/mini';
import type { Operation } from './operation.ts';

/** https://oembed.com, 2.2: what a consumer asks. */
export const OEmbedQuery = z.object({
  url: z.string().check(z.maxLength(2_048)),
  format: z._default(z.string(), 'json'),
  maxwidth: z.optional(z.coerce.number().check(z.int(), z.gte(1))),
  maxheight: z.optional(z.coerce.number().check(z.int(), z.gte(1))),
});

/** https://oembed.com, 2.3: what it is told. A show is a video, all else is a link. */
export const OEmbed = z.object({
  type: z.enum(['video', 'link']),
  version: z.literal('1.0'),
  title: z.string(),
  author_name: z.optional(z.string()),
  author_url: z.optional(z.string()),
  provider_name: z.string(),
  provider_url: z.string(),
  cache_age: z.number(),
  thumbnail_url: z.optional(z.string()),
  thumbnail_width: z.optional(z.number()),
  thumbnail_height: z.optional(z.number()),
  html: z.optional(z.string()),
  width: z.optional(z.number()),
  height: z.optional(z.number()),
});
export type OEmbed = z.infer<typeof OEmbed>;

export const SHARING_OPERATIONS: readonly Operation[] = [
  {
    method: 'GET',
    path: '/oembed',
    does: 'What an address of this site is, for who puts it into another page (https://oembed.com)',
    who: 'anyone',
    query: OEmbedQuery,
    status: 200,
    answer: OEmbed,
    refusals: ['not-found', 'format-not-offered'],
  },
];
