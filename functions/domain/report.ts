import {
  type ActId,
  type CommentId,
  parseCommentId,
  parsePostId,
  parseStreamId,
  parseUserId,
  type PostId,
  type StreamId,
  type UserId,
} from './ids.ts';

/** Limits of what people report to those who watch over the platform. */
export const REPORT_LIMITS = {
  wordCharacters: 500,
  /** What a report keeps of the thing, in case it is changed before anybody looks. */
  textCharacters: 500,
  /** How many of the reports of one thing are shown beside it. */
  shown: 20,
  suspendedDaysMost: 365,
  /** Longer than this nothing is kept of a report, nor of what was done about it. */
  keptMs: 180 * 24 * 3_600_000,
} as const;

export const REPORT_REASONS = [
  'spam',
  'harassment',
  'hate',
  'violence',
  'sexual',
  'self-harm',
  'impersonation',
  'other',
] as const;
export type ReportReason = (typeof REPORT_REASONS)[number];

/** What can be reported. */
export type Reported =
  | { kind: 'message'; streamId: StreamId; seq: number }
  | { kind: 'person'; userId: UserId }
  | { kind: 'post'; postId: PostId }
  | { kind: 'comment'; postId: PostId; commentId: CommentId }
  | { kind: 'show'; streamId: StreamId };
export const REPORTED_KINDS = [
  'message',
  'person',
  'post',
  'comment',
  'show',
] as const satisfies readonly Reported['kind'][];

/** One person's report of a thing: there is one of each, however often they press the button. */
export type Report = { by: UserId; reason: ReportReason; words?: string | undefined; at: number };

/** All reports of one thing. Times are milliseconds since 1970. */
export type ReportCase = {
  about: Reported;
  /** Who has said, or is, what was reported. */
  ownerId: UserId;
  /** What it said when it was last reported. */
  text: string;
  reports: number;
  lastAt: number;
  /** When a moderator has dealt with it. A new report opens it again. */
  settledAt?: number | undefined;
};

export const PLATFORM_ACTS = ['dismiss', 'remove', 'suspend'] as const;

/** What a moderator of the platform has done about something that was reported. */
export type PlatformAct = {
  id: ActId;
  at: number;
  by: UserId;
  act: (typeof PLATFORM_ACTS)[number];
  about: Reported;
  ownerId: UserId;
  text: string;
  /** Of a suspension: how it was until then, and how it became. */
  before?: Suspension | undefined;
  after?: Suspension | undefined;
  undoneAt?: number | undefined;
};

/** Who is suspended says nothing that others read, until then or, without an end, for good. */
export type Suspension = { until?: number | undefined };

/** The suspension that holds now, if one does. */
export const suspensionNow = (
  { suspended }: { suspended?: Suspension | undefined },
  now: number,
): Suspension | undefined =>
  suspended && (suspended.until === undefined || suspended.until > now) ? suspended : undefined;

/** Whether an act can be taken back: what is gone for good cannot. */
export const isUndoable = ({ act, about, undoneAt }: PlatformAct): boolean =>
  undoneAt === undefined && (act !== 'remove' || about.kind === 'message');

/** What a thing is called among the reported ones, e.g. `message/str_…/12`. */
export const reportedName = (about: Reported): string => {
  switch (about.kind) {
    case 'message':
      return `message/${about.streamId}/${about.seq}`;
    case 'person':
      return `person/${about.userId}`;
    case 'post':
      return `post/${about.postId}`;
    case 'comment':
      return `comment/${about.postId}/${about.commentId}`;
    case 'show':
      return `show/${about.streamId}`;
    default:
      return about satisfies never;
  }
};

/** The thing of that name; undefined where it is none. */
export const parseReported = (name: string): Reported | undefined => {
  const [kind, id = '', within, ...more] = name.split('/');
  if (more.length > 0) return undefined;
  const streamId = parseStreamId(id);
  const userId = parseUserId(id);
  const postId = parsePostId(id);
  if (within !== undefined) {
    const commentId = parseCommentId(within);
    if (kind === 'message' && streamId && /^[1-9]\d{0,11}$/.test(within))
      return { kind, streamId, seq: Number(within) };
    if (kind === 'comment' && postId && commentId) return { kind, postId, commentId };
    return undefined;
  }
  if (kind === 'person' && userId) return { kind, userId };
  if (kind === 'post' && postId) return { kind, postId };
  if (kind === 'show' && streamId) return { kind, streamId };
  return undefined;
};
