import * as z from 'zod/mini';
import { SIMULCAST_STATUSES } from '#domain/channel';
import { BROWSER_ID } from '#domain/presence';
import { PUSH_LIMITS } from '#domain/push';
import { ChatMessageView, ChatRulesView, ReactionCounts } from './chat.ts';
import { HandleText, httpUrl, text, TEXT_CHARACTERS, time } from './fields.ts';
import { CaptionLanguage, Category, Latency, ShowLanguage, STREAM_SOURCES, StreamState, Visibility } from './show.ts';
import { maxUploadBytes, UPLOAD_TYPE_NAMES } from './uploads.ts';

/** HTTP shapes: bodies that we take and views that we give. Times are ISO-8601 UTC; lists are `{ items, cursor? }`. */

/** A page of a list. `cursor` is opaque; without one there is no more. */
export const page = <Item extends z.ZodMiniType>(item: Item) =>
  z.object({ items: z.array(item), cursor: z.optional(z.string()) });
export type Page<Item> = { items: Item[]; cursor?: string | undefined };

/** Query of every list: `limit` 1–100, by default 20. */
export const PageQuery = z.object({
  cursor: z.optional(z.string().check(z.maxLength(2_048))),
  limit: z._default(z.coerce.number().check(z.int(), z.gte(1), z.lte(100)), 20),
});

/** A person as others see one beside a stream, post or comment. */
export const PersonView = z.object({
  id: z.string(),
  handle: z.string(),
  name: z.string(),
  /** An address elsewhere, or a path on the API's own origin. */
  avatarUrl: z.optional(z.string()),
});
export type PersonView = z.infer<typeof PersonView>;

/** A picture that was uploaded and stands still, in its own size and in a smaller one: paths on the API's own origin, and pixels. */
export const PictureView = z.object({
  url: z.string(),
  thumbnailUrl: z.string(),
  width: z.number(),
  height: z.number(),
});

/** How many pages of their own elsewhere a person may name. */
export const MOST_LINKS = 5;

/** What stands first in an address must be the site that opens: a name before an `@` looks like one, and is not. */
const withoutCredentials = (address: string): boolean => {
  // `httpUrl` says so itself of what is no address
  if (!URL.canParse(address)) return true;
  const { username, password } = new URL(address);
  return username === '' && password === '';
};

/** A page of one's own elsewhere, and what one calls it. */
export const ProfileLink = z.object({
  title: text(1, TEXT_CHARACTERS.linkTitle),
  url: httpUrl.check(z.refine(withoutCredentials, 'an address without a name or password')),
});
export type ProfileLink = z.infer<typeof ProfileLink>;

export const ProfileView = z.extend(PersonView, {
  bio: z.optional(z.string()),
  /** Their own pages elsewhere, in their order; absent where there are none. */
  links: z.optional(z.array(z.object({ title: z.string(), url: z.string() }))),
  /** The picture over their page. */
  cover: z.optional(PictureView),
  creator: z.boolean(),
  followers: z.number(),
  following: z.number(),
  /** Whether the caller follows this person; absent for the anonymous. */
  followed: z.optional(z.boolean()),
  /** Whether the caller is told by Web Push that a show of this person begins; absent for the anonymous. */
  notified: z.optional(z.boolean()),
  /** Whether the caller has blocked this person; absent for the anonymous. */
  blocked: z.optional(z.boolean()),
  /** The stream that is on the air now, if any. */
  liveStreamId: z.optional(z.string()),
});
export type ProfileView = z.infer<typeof ProfileView>;

/** The signed-in person, to that person alone. */
export const MeView = z.extend(ProfileView, {
  roles: z.array(z.enum(['creator', 'moderator'])),
  createdAt: time,
});
export type MeView = z.infer<typeof MeView>;

export const UpdateMe = z.partial(
  z.object({
    handle: HandleText,
    name: text(1, TEXT_CHARACTERS.name),
    bio: text(0, TEXT_CHARACTERS.bio),
    /** All of them anew; an empty list takes them away. */
    links: z.array(ProfileLink).check(z.maxLength(MOST_LINKS)),
    avatarUrl: z.nullable(httpUrl),
  }),
);
export type UpdateMe = z.infer<typeof UpdateMe>;

/** A picture of one's own, or of one's show, that has been uploaded, and is to be shown from now on. */
export const SetPicture = z.object({ uploadId: z.string() });

/** `notify`: whether to be told by Web Push that a show begins; left as it is where nothing is said of it. */
export const Follow = z.object({ notify: z.optional(z.boolean()) });
export type Follow = z.infer<typeof Follow>;

const base64url = (bytes: number) =>
  z
    .string()
    .check(z.regex(new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((bytes * 4) / 3)}}={0,2}$`), `${bytes} bytes in base64url`));

/** A browser's subscription to Web Push, as `PushSubscription.toJSON()` gives it. */
export const Subscribe = z.object({
  endpoint: z.string().check(z.maxLength(PUSH_LIMITS.endpointCharacters), z.regex(/^https?:\/\//, 'an address')),
  keys: z.object({ p256dh: base64url(65), auth: base64url(16) }),
});
export type Subscribe = z.infer<typeof Subscribe>;

/** `id` names the browser to whoever takes it away again. */
export const Subscribed = z.object({ id: z.string() });
export type Subscribed = z.infer<typeof Subscribed>;

/** How to be told by Web Push. */
export const PushView = z.object({
  /** The key that subscriptions are for (RFC 8292), in base64url; absent where nobody can be told. */
  publicKey: z.optional(z.string()),
  /** The browsers in which one is told. */
  browsers: z.array(Subscribed),
});
export type PushView = z.infer<typeof PushView>;

/** What a browser needs to sign in by the authorization code flow with PKCE (RFC 7636). */
export const AuthConfig = z.object({
  kind: z.enum(['oidc', 'cognito', 'clerk']),
  issuer: z.string(),
  clientId: z.string(),
  scopes: z.array(z.string()),
});
export type AuthConfig = z.infer<typeof AuthConfig>;

export const Session = z.object({ user: MeView });
export type Session = z.infer<typeof Session>;

/** What a browser calls itself where nobody is signed in, so that its tabs count as one viewer. */
export const BrowserId = z.string().check(z.regex(BROWSER_ID, '16 to 64 of the characters of base64url'));

export const CreateTicket = z.object({ browser: z.optional(BrowserId) });

/** Where a player is, in seconds of its own clock. */
export const PlayerPosition = z.number().check(z.gte(0), z.lte(1e12));

/** A player goes on. */
export const Beat = z.object({ at: PlayerPosition, browser: z.optional(BrowserId) });
export type Beat = z.infer<typeof Beat>;

export const Ticket = z.object({ ticket: z.string(), expiresAt: time });
export type Ticket = z.infer<typeof Ticket>;

/** How the feed does, to its creator. `level` is the worker's summary. */
export const StreamHealth = z.object({
  level: z.enum(['good', 'fair', 'poor', 'unknown']),
  fpsIn: z.optional(z.number()),
  kbpsIn: z.optional(z.number()),
  kbpsOut: z.optional(z.number()),
  delayMs: z.optional(z.number()),
  droppedFrames: z.optional(z.number()),
  restarts: z.optional(z.number()),
  at: z.optional(time),
});
export type StreamHealth = z.infer<typeof StreamHealth>;

export const StreamView = z.object({
  id: z.string(),
  creator: PersonView,
  title: z.string(),
  description: z.optional(z.string()),
  category: z.optional(Category),
  /** In which language it is held, and title and description are written. */
  language: z.optional(ShowLanguage),
  visibility: Visibility,
  latency: Latency,
  /** In which language what is said in it is written along, where it is. */
  captions: z.optional(CaptionLanguage),
  test: z.boolean(),
  state: StreamState,
  /** What feeds it: an encoder of its creator's own; absent where it is their browser. */
  source: z.optional(z.enum(STREAM_SOURCES)),
  /** To its creator, of a show that an encoder feeds: whether one is in. */
  encoderIn: z.optional(z.boolean()),
  /** Its creator or a moderator has asked for the end; it is `ended` once the media is. */
  ending: z.boolean(),
  /** Why it ended, as a machine code: `finished`, `moderated`, `lost-connection`, `encoder-failed`, … */
  endedBecause: z.optional(z.string()),
  /** How many watch now; of a show that has ended none. */
  viewers: z.number(),
  /** The most at once, and how many different ones; absent before anybody has watched. */
  peakViewers: z.optional(z.number()),
  totalViewers: z.optional(z.number()),
  createdAt: time,
  scheduledFor: z.optional(time),
  startedAt: z.optional(time),
  endedAt: z.optional(time),
  /** `preparing` after the end until Mux has the asset ready. */
  recording: z.enum(['none', 'preparing', 'ready', 'failed']),
  durationSeconds: z.optional(z.number()),
  /** Of a recording that was trimmed: how far into the show it begins, and how long it was before; in seconds. */
  trimmed: z.optional(z.object({ startSeconds: z.number(), wholeSeconds: z.optional(z.number()) })),
  /** What has become of a trim that is not what people get. */
  trimming: z.optional(z.enum(['preparing', 'failed'])),
  /** Its creator's picture of it. */
  thumbnail: z.optional(PictureView),
  /** Mux's picture of it. */
  posterUrl: z.optional(z.string()),
  /** Only to its creator; `warnings` says in sentences what the show suffers from. */
  health: z.optional(StreamHealth),
  warnings: z.optional(z.array(z.string())),
});
export type StreamView = z.infer<typeof StreamView>;

/** Where to send media. `url` holds the single-use key: it opens once, before `expiresAt`, and never reaches a log. */
export const Ingest = z.object({ url: z.string(), streamKey: z.string(), expiresAt: time });
export type Ingest = z.infer<typeof Ingest>;

export const CreatedStream = z.object({ stream: StreamView, ingest: z.optional(Ingest) });
export type CreatedStream = z.infer<typeof CreatedStream>;

/** For which shows a key is wanted: those for followers have one of their own. */
export const EncoderKeyWanted = z.object({ visibility: z._default(Visibility, 'public') });

/** How an encoder gets in. The key, and with it the address by SRT, is in this answer and in no other: whoever loses it makes another. */
export const EncoderAccess = z.object({
  visibility: Visibility,
  rtmpsUrl: z.string(),
  streamKey: z.string(),
  /** With the key in it; absent where SRT is not taken. */
  srtUrl: z.optional(z.string()),
});
export type EncoderAccess = z.infer<typeof EncoderAccess>;

/** Where encoders send, and when their keys were made: of none that there is nothing. */
export const EncoderView = z.object({
  rtmpsUrl: z.string(),
  keys: z.array(z.object({ visibility: Visibility, madeAt: time })),
});
export type EncoderView = z.infer<typeof EncoderView>;

export const IngestAnswer = z.object({ ingest: Ingest });

/** The small view that crowds poll; cacheable for two seconds. */
export const LiveView = z.object({
  id: z.string(),
  state: StreamState,
  title: z.string(),
  viewers: z.number(),
  /** Of how many viewers one tells of itself (`isSampled` of `domain/presence`); absent where all do. */
  sampling: z.optional(z.number()),
  startedAt: z.optional(time),
  recording: z.enum(['none', 'preparing', 'ready', 'failed']),
  /** Whether the audience is told of every change, or is so large that it asks here. */
  mode: z.enum(['push', 'poll']),
  /** How many milliseconds who asks waits before they ask again, give or take a quarter. */
  askAfterMs: z.number(),
  /** What was said last: the messages whose number is `chatFrom` or higher, as far as `chatOneIn` has them. */
  chat: z.array(ChatMessageView),
  /** The number of the last thing that was said or done. */
  seq: z.number(),
  /** The number from which on `chat` has the messages. */
  chatFrom: z.number(),
  /**
   * Absent where `chat` has all messages. Where more is said than anybody reads, it has those whose number is a multiple of this, and
   * what the creator and moderators say.
   */
  chatOneIn: z.optional(z.number()),
  rules: ChatRulesView,
  /** How often each reaction has been given. */
  reactions: ReactionCounts,
});
export type LiveView = z.infer<typeof LiveView>;

/** How many watched, from the beginning of the show on; nobody did where there is no point. */
export const ViewerCurve = z.object({
  items: z.array(z.object({ atSeconds: z.number(), viewers: z.number() })),
});

export const PlaybackView = z.object({
  kind: z.enum(['live', 'recording']),
  /** The HLS playlist, its token included where the stream is not public. */
  hls: z.string(),
  /** While it is live: all of it so far, for whoever goes back; absent where there is none, as with low latency. */
  dvr: z.optional(z.string()),
  poster: z.string(),
  token: z.optional(z.string()),
  /** Where there is a token: how many milliseconds it is good for. Ask again before, as long as you may watch. */
  goodForMs: z.optional(z.number()),
});
export type PlaybackView = z.infer<typeof PlaybackView>;

/** A recording as one file to keep: `preparing` for a while after it was first asked for. Its address is good for a minute. */
export const RecordingFile = z.discriminatedUnion('is', [
  z.object({ is: z.literal('preparing') }),
  z.object({ is: z.literal('ready'), url: z.string() }),
]);
export type RecordingFile = z.infer<typeof RecordingFile>;

/** Where a creator's public shows are sent besides, by RTMP. Its key is written and never read. */
export const CreateSimulcastTarget = z.object({
  name: text(1, TEXT_CHARACTERS.simulcastName),
  url: z.url({ protocol: /^rtmps?$/ }).check(z.maxLength(1_024)),
  streamKey: z.string().check(z.regex(/^[!-~]+$/, 'printable characters without spaces'), z.maxLength(512)),
});
export type CreateSimulcastTarget = z.infer<typeof CreateSimulcastTarget>;

export const SimulcastTargetView = z.object({
  id: z.string(),
  name: z.string(),
  url: z.string(),
  /** How it did when Mux last told. */
  status: z.enum(SIMULCAST_STATUSES),
});
export type SimulcastTargetView = z.infer<typeof SimulcastTargetView>;

/** All of them: at most six. */
export const SimulcastTargets = z.object({ items: z.array(SimulcastTargetView) });

export const StreamQuery = z.extend(PageQuery, {
  state: z.optional(z.enum(['live', 'scheduled', 'recorded'])),
  creator: z.optional(HandleText),
});
export type StreamQuery = z.infer<typeof StreamQuery>;

const LARGEST_BYTES = Math.max(...UPLOAD_TYPE_NAMES.map(maxUploadBytes));

/** A file that is to be uploaded: `File.type` and `File.size` of a browser. What each type may weigh is in `contract/uploads`. */
export const CreateUpload = z.object({
  type: z.enum(UPLOAD_TYPE_NAMES),
  bytes: z.number().check(z.int(), z.gte(1), z.lte(LARGEST_BYTES)),
});
export type CreateUpload = z.infer<typeof CreateUpload>;

/**
 * Where and how to send the file: `fields`, in their order, and then the file as `file`, as one multipart/form-data POST to `url`,
 * before `expiresAt`. It answers 201. `id` then goes into a post, within two hours.
 */
export const UploadForm = z.object({
  id: z.string(),
  url: z.string(),
  fields: z.record(z.string(), z.string()),
  expiresAt: time,
});
export type UploadForm = z.infer<typeof UploadForm>;

export const CreatePost = z.object({
  text: text(1, TEXT_CHARACTERS.post),
  /** Media by address, or by `uploadId` what has been uploaded; not both. */
  mediaUrl: z.optional(httpUrl),
  uploadId: z.optional(z.string()),
  /** What the media shows, for who does not see it. */
  mediaAlt: z.optional(text(1, TEXT_CHARACTERS.mediaAlt)),
  streamId: z.optional(z.string()),
});
export type CreatePost = z.infer<typeof CreatePost>;

/** Other media leaves the description of what was there before behind. */
export const UpdatePost = z.partial(
  z.object({
    text: text(1, TEXT_CHARACTERS.post),
    mediaUrl: z.nullable(httpUrl),
    mediaAlt: z.nullable(text(1, TEXT_CHARACTERS.mediaAlt)),
  }),
);
export type UpdatePost = z.infer<typeof UpdatePost>;

/** Query of `GET /posts`: one author's, or the one that announced a show. */
export const PostQuery = z.extend(PageQuery, {
  author: z.optional(HandleText),
  stream: z.optional(z.string().check(z.maxLength(64))),
});

export const PostView = z.object({
  id: z.string(),
  author: PersonView,
  text: z.string(),
  mediaUrl: z.optional(z.string()),
  /** Of media that was uploaded; of media by address nobody knows. */
  mediaType: z.optional(z.enum(UPLOAD_TYPE_NAMES)),
  /** Of a picture that was uploaded and does not move: its pixels, and a copy of it as a thumbnail. */
  mediaSize: z.optional(z.object({ width: z.number(), height: z.number() })),
  mediaThumbnailUrl: z.optional(z.string()),
  mediaAlt: z.optional(z.string()),
  /** The stream that this post announces while live and holds as a recording afterwards. */
  stream: z.optional(StreamView),
  /** Whoever deletes the post deletes the recording of its stream as well. */
  takesRecording: z.optional(z.boolean()),
  likes: z.number(),
  liked: z.optional(z.boolean()),
  comments: z.number(),
  createdAt: time,
  editedAt: z.optional(time),
});
export type PostView = z.infer<typeof PostView>;

export const CreateComment = z.object({ text: text(1, TEXT_CHARACTERS.comment) });
export const CommentView = z.object({ id: z.string(), author: PersonView, text: z.string(), createdAt: time });
export type CommentView = z.infer<typeof CommentView>;

export const Health = z.object({ ok: z.boolean(), version: z.string() });
