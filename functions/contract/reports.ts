import * as z from 'zod/mini';
import { PLATFORM_ACTS, REPORT_LIMITS, REPORT_REASONS, REPORTED_KINDS } from '#domain/report';
import { HandleText, text, time } from './fields.ts';
import { page, PageQuery, PersonView } from './http.ts';
import type { Operation } from './operation.ts';

export { REPORT_LIMITS, REPORT_REASONS, type ReportReason } from '#domain/report';

const IdText = z.string().check(z.maxLength(64));

/** What is reported, as whoever sees it can name it. */
export const About = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('message'), streamId: IdText, seq: z.number().check(z.int(), z.gte(1)) }),
  z.object({ kind: z.literal('person'), handle: HandleText }),
  z.object({ kind: z.literal('post'), postId: IdText }),
  z.object({ kind: z.literal('comment'), postId: IdText, commentId: IdText }),
  z.object({ kind: z.literal('show'), streamId: IdText }),
]);
export type About = z.infer<typeof About>;

export const CreateReport = z.object({
  about: About,
  reason: z.enum(REPORT_REASONS),
  words: z.optional(text(1, REPORT_LIMITS.wordCharacters)),
});
export type CreateReport = z.infer<typeof CreateReport>;

/** `by` is absent where they have gone since. */
export const ReportView = z.object({
  by: z.optional(PersonView),
  reason: z.enum(REPORT_REASONS),
  words: z.optional(z.string()),
  at: time,
});
export type ReportView = z.infer<typeof ReportView>;

/** Until when somebody says nothing that others read; without an end where it is for good. */
export const SuspensionView = z.object({ until: z.optional(time) });

/** One thing that was reported, and who says what of it: at most `REPORT_LIMITS.shown` of them, in no order. */
export const ReportCaseView = z.object({
  /** Names it to whoever does something about it. */
  id: z.string(),
  kind: z.enum(REPORTED_KINDS),
  /** Where it is: a message's and a show's stream, a post, a comment's post. */
  streamId: z.optional(z.string()),
  postId: z.optional(z.string()),
  /** Whether it is still to be seen. */
  there: z.boolean(),
  /** Who has said, or is, what was reported; absent where they have gone. */
  owner: z.optional(PersonView),
  suspended: z.optional(SuspensionView),
  /** What it said when it was last reported. */
  text: z.string(),
  reports: z.number(),
  latest: z.array(ReportView),
  lastAt: time,
});
export type ReportCaseView = z.infer<typeof ReportCaseView>;

/** What a moderator of the platform does. */
export const ActOnReport = z.discriminatedUnion('act', [
  z.object({ act: z.literal('dismiss'), caseId: z.string().check(z.maxLength(128)) }),
  /** Takes the message, post, comment or show away; a person is suspended instead. */
  z.object({ act: z.literal('remove'), caseId: z.string().check(z.maxLength(128)) }),
  /** Null suspends for good. */
  z.object({
    act: z.literal('suspend'),
    caseId: z.string().check(z.maxLength(128)),
    days: z.nullable(z.number().check(z.int(), z.gte(1), z.lte(REPORT_LIMITS.suspendedDaysMost))),
  }),
  z.object({ act: z.literal('undo'), actId: z.string().check(z.maxLength(64)) }),
]);
export type ActOnReport = z.infer<typeof ActOnReport>;

export const PlatformActView = z.object({
  id: z.string(),
  at: time,
  act: z.enum(PLATFORM_ACTS),
  kind: z.enum(REPORTED_KINDS),
  by: z.optional(PersonView),
  owner: z.optional(PersonView),
  text: z.string(),
  /** Of a suspension. */
  suspended: z.optional(SuspensionView),
  undone: z.boolean(),
  undoable: z.boolean(),
});
export type PlatformActView = z.infer<typeof PlatformActView>;

export const ReportCasePage = page(ReportCaseView);
export const PlatformActPage = page(PlatformActView);

/** What people report to those who watch over the platform, and what these do about it. */
export const REPORT_OPERATIONS: readonly Operation[] = [
  {
    method: 'POST',
    path: '/reports',
    does: 'Reports a message, a person, a post, a comment or a show to the moderators of the platform, once; whose it is hears nothing of it',
    who: 'signed in',
    body: CreateReport,
    status: 204,
    refusals: [
      'not-allowed',
      'message-not-found',
      'user-not-found',
      'post-not-found',
      'comment-not-found',
      'stream-not-found',
    ],
  },
  {
    method: 'GET',
    path: '/reports',
    does: 'What was reported and waits for a moderator of the platform, the latest first',
    who: 'signed in',
    query: PageQuery,
    status: 200,
    answer: ReportCasePage,
    refusals: ['not-allowed'],
  },
  {
    method: 'GET',
    path: '/reports/acts',
    does: 'What moderators of the platform have done, the latest first',
    who: 'signed in',
    query: PageQuery,
    status: 200,
    answer: PlatformActPage,
    refusals: ['not-allowed'],
  },
  {
    method: 'POST',
    path: '/reports/acts',
    does: 'Does something about what was reported, or takes that back: a moderator of the platform',
    who: 'signed in',
    body: ActOnReport,
    status: 204,
    refusals: ['conflict', 'not-allowed', 'not-found'],
  },
];
