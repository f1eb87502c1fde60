import * as z from 'zod/mini';
import { STREAM_STATES, VISIBILITIES } from '#domain/stream';
import { CAPTION_LANGUAGES, CATEGORIES, LATENCIES, SHOW_LANGUAGES } from '#domain/stream-limits';
import { TRIM_LIMITS } from '#domain/trim';
import { text, time } from './fields.ts';

export { isLiveToViewers, isOnAir } from '#domain/stream';

/** What a creator can say of a show, and within which limits. */
export const SHOW_LIMITS = {
  titleCharacters: 140,
  descriptionCharacters: 5_000,
  /** As long as Mux takes one. */
  recordingSeconds: 12 * 60 * 60,
  /** What is left of one that is trimmed. */
  recordingLeastSeconds: TRIM_LIMITS.leastSeconds,
  /** A show can be announced this far ahead: a year, also where a leap day is in it. */
  aheadMs: 366 * 24 * 60 * 60_000,
} as const;

/** The states of a show, in their order: created → connecting → live ⇄ reconnecting → ended. */
export const StreamState = z.enum(STREAM_STATES);
export type StreamState = z.infer<typeof StreamState>;

export const Visibility = z.enum(VISIBILITIES);
export type Visibility = z.infer<typeof Visibility>;

export const Latency = z.enum(LATENCIES);
export type Latency = z.infer<typeof Latency>;

/** What a show is about. */
export const Category = z.enum(CATEGORIES);
export type Category = z.infer<typeof Category>;

/** In which language a show is held, and its title and description are written. */
export const ShowLanguage = z.enum(SHOW_LANGUAGES);
export type ShowLanguage = z.infer<typeof ShowLanguage>;

/** What feeds a show. */
export const STREAM_SOURCES = ['browser', 'encoder'] as const;

const title = text(1, SHOW_LIMITS.titleCharacters);
const description = text(0, SHOW_LIMITS.descriptionCharacters);

/** The languages in which what is said can be written along. */
export const CaptionLanguage = z.enum(CAPTION_LANGUAGES);
export type CaptionLanguage = z.infer<typeof CaptionLanguage>;

export const CreateStream = z
  .object({
    title,
    description: z.optional(description),
    category: z.optional(Category),
    language: z.optional(ShowLanguage),
    visibility: z._default(Visibility, 'public'),
    latency: z._default(Latency, 'standard'),
    /** Has what is said written along, in the language that is spoken. */
    captions: z.optional(CaptionLanguage),
    /** A Mux test stream: free, watermarked, five minutes long, kept a day. */
    test: z._default(z.boolean(), false),
    /** Announces a show: it is listed with its time until its creator goes live on it. */
    scheduledFor: z.optional(time),
    /** `encoder`: no key is answered; the show waits for an encoder of its creator's own. Of an announced one it is said later. */
    source: z._default(z.enum(STREAM_SOURCES), 'browser'),
  })
  .check(
    z.refine(({ source, test }) => source === 'browser' || !test, {
      path: ['test'],
      message: 'a test show is sent from a browser',
    }),
    z.refine(({ captions, latency }) => captions === undefined || latency !== 'low', {
      path: ['captions'],
      message: 'not where the delay is low',
    }),
  );
export type CreateStream = z.infer<typeof CreateStream>;

/** In seconds of a recording. */
const seconds = z.number().check(z.gte(0), z.lte(SHOW_LIMITS.recordingSeconds));

export const UpdateStream = z
  .partial(
    z.object({
      title,
      description,
      /** null: none of them. */
      category: z.nullable(Category),
      language: z.nullable(ShowLanguage),
      visibility: Visibility,
      scheduledFor: z.nullable(time),
      /** What is left of a recording, in seconds of it as it is now. Another is made of it, which takes its place. */
      trim: z.object({ startSeconds: seconds, endSeconds: seconds }),
    }),
  )
  .check(
    z.refine(
      ({ trim, visibility, scheduledFor }) =>
        trim === undefined || (visibility === undefined && scheduledFor === undefined),
      {
        path: ['trim'],
        message: 'one after the other: who may watch or when it is to begin, and how much of it is left',
      },
    ),
    z.refine(
      ({ trim }) => trim === undefined || trim.endSeconds - trim.startSeconds >= SHOW_LIMITS.recordingLeastSeconds,
      {
        path: ['trim'],
        message: 'a second of it must be left',
      },
    ),
  );
export type UpdateStream = z.infer<typeof UpdateStream>;
