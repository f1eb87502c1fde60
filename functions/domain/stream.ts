import { type Asset, type AssetNews, isFed, merged, recordingOf } from './asset.ts';
import type { StreamId, UserId } from './ids.ts';
import {
  type CaptionLanguage,
  type Category,
  type Latency,
  type ShowLanguage,
  STREAM_LIMITS,
} from './stream-limits.ts';
import type { PublishedUpload } from './upload.ts';
import { superseded, type Trim, TRIM_LIMITS, trimmedAsset, trimming } from './trim.ts';

/**
 * One broadcast, from its announcement to its recording. Two parties tell of it, and neither waits for the other: the ingest worker
 * by its lease, Mux by webhooks. Both tell facts; the state follows from them. A show that its creator's own encoder feeds has no
 * worker: of that one Mux alone tells.
 *
 * | state | is |
 * | --- | --- |
 * | `created` | no worker has taken it yet; `scheduledFor` announces it |
 * | `connecting` | a worker has it, or Mux lets an encoder in; viewers have nothing to play yet |
 * | `live` | Mux plays it and a worker, or an encoder, feeds it |
 * | `reconnecting` | viewers had it, and now the browser, the worker, the encoder or the link to Mux is away |
 * | `ended` | for ever; what comes later may still complete its recording |
 *
 * | event ↓ state → | created | connecting | live | reconnecting | ended |
 * | --- | --- | --- | --- | --- | --- |
 * | claimed (worker) | connecting | connecting | reconnecting until it feeds | reconnecting | · |
 * | reported connecting | · | · | reconnecting | · | · |
 * | reported live | · | live if Mux plays it | · | live if Mux plays it | · |
 * | reported reconnecting | · | · | reconnecting | · | · |
 * | released, final (worker) | · | ended | ended | ended | · |
 * | released, resumable; lapsed | · | · | reconnecting | · | · |
 * | Mux: active | · | live if a worker feeds it | · | live if a worker feeds it | facts |
 * | Mux: disconnected | · | · | reconnecting, live if its end was asked for | · | facts |
 * | Mux: recording over | · | · | as disconnected, ended if no worker has it | as live | facts |
 * | Mux: asset status | facts | facts | facts | facts | facts |
 * | end requested | ended | ended at the release | ended at the release | at once if no worker has it | · |
 * | recording removed (its thumbnail with it), then its chat; trim asked or lost | · | · | · | · | facts |
 * | gave up (sweep) | ended | ended | ended | ended | · |
 *
 * `·` changes nothing. An event of an older lease (fence) changes nothing anywhere.
 *
 * Where an encoder of its creator's own feeds it, no worker ever has it, and the rows of the worker are not for it:
 *
 * | event ↓ state → | created | connecting | live | reconnecting | ended |
 * | --- | --- | --- | --- | --- | --- |
 * | opened (Mux lets an encoder in) | connecting | · | · | · | · |
 * | Mux: active | · | live | · | live | facts |
 * | Mux: disconnected | · | · | reconnecting | · | facts |
 * | Mux: recording over | · | another may come | ended | ended | facts |
 * | end requested | ended | ended | ended | ended | · |
 */
export type Stream = {
  id: StreamId;
  creatorId: UserId;
  title: string;
  description?: string | undefined;
  /** What it is about, for who looks for such shows. */
  category?: Category | undefined;
  /** In which language it is held, and title and description are written (BCP 47). */
  language?: ShowLanguage | undefined;
  /** Its creator's picture of it; it goes with the recording, and with the show. */
  thumbnail?: PublishedUpload | undefined;
  visibility: Visibility;
  latency: Latency;
  /** In which language what is said in it is written along; absent where it is not. */
  captions?: CaptionLanguage | undefined;
  test: boolean;
  createdAt: number;
  scheduledFor?: number | undefined;
  /** How often its creator has said something else of it, and when last: a calendar takes the later of two words. */
  edits?: number | undefined;
  editedAt?: number | undefined;
  state: StreamState;
  /** When viewers could first watch. */
  startedAt?: number | undefined;
  endedAt?: number | undefined;
  endedBecause?: EndReason | undefined;
  endRequested?: { at: number; because: EndReason } | undefined;
  feed?: Feed | undefined;
  /** An encoder of its creator's own feeds it, straight into Mux: since when Mux lets one in. */
  encoder?: { since: number } | undefined;
  assets: readonly Asset[];
  /** How its recording was to be made shorter, the newest last. */
  trims?: readonly Trim[] | undefined;
  /** When somebody began to tell Mux that it is over. */
  completingAt?: number | undefined;
  /** When Mux took our word that it is over: until then the next show on the channel would go on with this one's recording. */
  completedAt?: number | undefined;
  /** When Mux was last asked for a recording whose webhooks have not come. */
  askedAt?: number | undefined;
  /** When a recording that never came was given up. */
  recordingLostAt?: number | undefined;
  /** When its creator, or a moderator, took the recording away: nobody gets it from then on, and its assets go as soon as they can. */
  recordingRemovedAt?: number | undefined;
  /** When what was said in it had been taken away after that. */
  chatRemovedAt?: number | undefined;
};

/** Every stamp of a stream is in milliseconds since 1970, except those inside `assets`. */
export const STREAM_STATES = ['created', 'connecting', 'live', 'reconnecting', 'ended'] as const;
export type StreamState = (typeof STREAM_STATES)[number];

/** Who may watch. */
export const VISIBILITIES = ['public', 'followers'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

/** What the worker last told. `lostAt`: nobody holds the lease since then. */
export type Feed = { fence: number; is: FeedState; at: number; lostAt?: number | undefined };
export const FEED_STATES = ['connecting', 'live', 'reconnecting'] as const;
export type FeedState = (typeof FEED_STATES)[number];

/** Why a worker lets go of a stream that somebody may take up again. */
export const RESUMABLE = [
  'going-away',
  'migrate',
  'internal-error',
  'hello-timeout',
  'too-slow',
  'idle',
  'lease-lost',
] as const;

/** Why a stream has ended. */
export const END_REASONS = [
  'finished',
  'moderated',
  'lost-connection',
  'never-started',
  'channel-disabled',
  'account-deleted',
  'malformed-message',
  'unsupported-media',
  'frame-too-large',
  'too-fast',
  'show-too-long',
  'replaced',
  'key-refused',
  'resume-refused',
  'encoder-failed',
  'upstream-refused',
  'upstream-unreachable',
  'ended-elsewhere',
] as const;

export type EndReason = (typeof END_REASONS)[number];
/** Why a worker lets go: every close reason of the wire is one. */
export type ReleaseReason = EndReason | (typeof RESUMABLE)[number];

export type StreamEvent =
  | { type: 'claimed'; at: number; fence: number }
  | { type: 'opened'; at: number }
  | { type: 'reported'; at: number; fence: number; is: FeedState }
  | { type: 'released'; at: number; fence: number; because: ReleaseReason }
  | { type: 'lapsed'; at: number; fence: number }
  | { type: 'end-requested'; at: number; because: EndReason }
  | { type: 'mux-told'; news: AssetNews }
  | { type: 'mux-completing'; at: number }
  | { type: 'mux-completed'; at: number }
  /** Mux did not take it: another caller may try. */
  | { type: 'mux-not-completed'; at: number }
  | { type: 'mux-asked'; at: number }
  | { type: 'recording-lost'; at: number }
  | { type: 'recording-removed'; at: number }
  | { type: 'chat-removed'; at: number }
  | { type: 'trim-asked'; at: number; from: number; to: number }
  | { type: 'trim-lost'; at: number }
  | { type: 'gave-up'; at: number };

/** Assets that one show may have; each takes an outage longer than the reconnect window, so more is not a show. */
const ASSETS_PER_STREAM = 40;

/** A stream that is announced or about to begin. */
export const newStream = (
  facts: Pick<Stream, 'id' | 'creatorId' | 'title' | 'visibility' | 'latency' | 'test' | 'createdAt'> &
    Partial<Pick<Stream, 'description' | 'category' | 'language' | 'scheduledFor' | 'captions'>>,
): Stream => ({ ...facts, state: 'created', assets: [] });

/** Whether there is anything of it that a picture could stand for: not once it is over, and nothing is left to watch. */
export const isPictured = (stream: Stream): boolean =>
  stream.state !== 'ended' || ['ready', 'preparing'].includes(recording(stream).is);

/** What a creator says of a show. */
export type StreamEdit = Partial<
  Pick<Stream, 'title' | 'description' | 'category' | 'language' | 'visibility' | 'scheduledFor'>
>;

/** The stream as its creator describes it now; the very same object where nothing changes. */
export const edited = (stream: Stream, edit: StreamEdit, at: number): Stream => {
  const said = { ...stream, ...edit };
  const same =
    said.title === stream.title &&
    said.description === stream.description &&
    said.category === stream.category &&
    said.language === stream.language &&
    said.visibility === stream.visibility &&
    said.scheduledFor === stream.scheduledFor;
  return same ? stream : { ...said, edits: (stream.edits ?? 0) + 1, editedAt: at };
};

/** The stream after the event; the very same object where the event changes nothing. */
export const step = (stream: Stream, event: StreamEvent): Stream => {
  const told = withFact(stream, event);
  if (told === stream) return stream;
  return settled(told);
};

const withFact = (stream: Stream, event: StreamEvent): Stream => {
  const { feed } = stream;
  if (event.type === 'mux-told') return withNews(stream, event.news);
  if (event.type === 'mux-completing')
    return !awaitsCompletion(stream) || isCompleting(stream, event.at) ? stream : { ...stream, completingAt: event.at };
  if (event.type === 'mux-completed') return stream.completedAt ? stream : { ...stream, completedAt: event.at };
  if (event.type === 'mux-not-completed') return { ...stream, completingAt: undefined };
  if (event.type === 'mux-asked') return { ...stream, askedAt: event.at };
  if (event.type === 'recording-lost') return { ...stream, recordingLostAt: event.at };
  if (event.type === 'recording-removed')
    return stream.state === 'ended' && stream.recordingRemovedAt === undefined
      ? { ...stream, recordingRemovedAt: event.at, thumbnail: undefined }
      : stream;
  if (event.type === 'chat-removed') return hasChatToRemove(stream) ? { ...stream, chatRemovedAt: event.at } : stream;
  if (event.type === 'trim-asked') return withTrim(stream, event);
  if (event.type === 'trim-lost')
    return trimming(stream) === 'preparing'
      ? {
          ...stream,
          trims: stream.trims?.map((trim, i, { length }) => (i === length - 1 ? { ...trim, lostAt: event.at } : trim)),
        }
      : stream;
  if (stream.state === 'ended') return stream;
  switch (event.type) {
    case 'claimed':
      if (feed && event.fence <= feed.fence) return stream;
      return {
        ...stream,
        feed: { fence: event.fence, is: hasPlayed(stream) ? 'reconnecting' : 'connecting', at: event.at },
      };
    case 'opened':
      return feed || stream.encoder ? stream : { ...stream, encoder: { since: event.at } };
    case 'reported': {
      if (!feed || event.fence !== feed.fence) return stream;
      const is = event.is === 'connecting' && hasPlayed(stream) ? 'reconnecting' : event.is;
      if (is === feed.is && feed.lostAt === undefined) return stream;
      return { ...stream, feed: { fence: feed.fence, is, at: event.at } };
    }
    case 'released': {
      if (!feed || event.fence !== feed.fence) return stream;
      const lost = { ...stream, feed: { ...feed, lostAt: event.at } };
      return isResumable(event.because) ? lost : ended(lost, event.at, event.because);
    }
    case 'lapsed':
      if (!feed || event.fence !== feed.fence || feed.lostAt !== undefined) return stream;
      return { ...stream, feed: { ...feed, lostAt: event.at } };
    case 'end-requested':
      if (stream.endRequested) return stream;
      return { ...stream, endRequested: { at: event.at, because: event.because } };
    default:
      event satisfies Extract<StreamEvent, { type: 'gave-up' }>;
      return ended(stream, event.at, feed || hasPlayed(stream) ? 'lost-connection' : 'never-started');
  }
};

/** The state that follows from the facts. */
const settled = (stream: Stream): Stream => {
  const played = stream.assets.reduce((first, asset) => Math.min(first, playableFrom(asset) ?? Infinity), Infinity);
  const started: Stream = Number.isFinite(played) ? { ...stream, startedAt: Math.floor(played / 1_000) } : stream;
  if (started.state === 'ended') return started;

  const { feed, endRequested } = started;
  if (started.encoder) return settledByMux(started);
  if (!feed) return endRequested ? ended(started, endRequested.at, endRequested.because) : started;

  const asset = newestAsset(started);
  if (feed.lostAt !== undefined) {
    if (endRequested) return ended(started, Math.max(feed.lostAt, endRequested.at), endRequested.because);
    if (asset?.overAt !== undefined)
      return ended(started, Math.max(feed.lostAt, Math.floor(asset.overAt / 1_000)), 'lost-connection');
  }
  if (!hasPlayed(started)) return { ...started, state: 'connecting' };
  const plays = asset !== undefined && isFed(asset) && feed.lostAt === undefined && feed.is !== 'reconnecting';
  // media that stops after the end was asked for is the end coming, and no interruption
  const closing = endRequested !== undefined && started.state === 'live';
  return { ...started, state: plays || closing ? 'live' : 'reconnecting' };
};

/** Of a show without a worker: whether its encoder is in, and has come to stay away, Mux alone knows. */
const settledByMux = (stream: Stream): Stream => {
  const { endRequested } = stream;
  if (endRequested) return ended(stream, endRequested.at, endRequested.because);
  const asset = newestAsset(stream);
  // what never could be played was a trial: its creator mends the encoder, and comes again
  if (!asset || !hasPlayed(stream)) return { ...stream, state: 'connecting' };
  // whoever stops an encoder ends the show so; Mux has waited for it to come back
  if (asset.overAt !== undefined) return ended(stream, Math.floor(asset.overAt / 1_000), 'finished');
  return { ...stream, state: isFed(asset) ? 'live' : 'reconnecting' };
};

/** Since when it could be played. Where nobody told, its recording is proof that it once could. */
const playableFrom = (asset: Asset): number | undefined =>
  asset.activeAt ?? (recordingOf(asset) === 'ready' ? asset.seenAt : undefined);

const ended = (stream: Stream, at: number, because: EndReason): Stream => ({
  ...stream,
  state: 'ended',
  endedAt: at,
  // whoever asked for the end knows better why than the worker that carried it out
  endedBecause: stream.endRequested?.because ?? because,
});

/** Only where all of the recording is there, nothing else is being done to it, and enough of it would be left. */
const withTrim = (stream: Stream, { at, from, to }: Extract<StreamEvent, { type: 'trim-asked' }>): Stream => {
  const { assetId, durationSeconds = 0 } = recording(stream);
  const { trims = [] } = stream;
  if (!isKept(stream) || assetId === undefined || trims.length >= TRIM_LIMITS.perStream) return stream;
  if (from < 0 || to > durationSeconds || to - from < TRIM_LIMITS.leastSeconds) return stream;
  const newest = Math.max(at, (trims.at(-1)?.at ?? 0) + 1);
  return { ...stream, trims: [...trims, { at: newest, of: assetId, from, to }] };
};

const withNews = (stream: Stream, news: AssetNews): Stream => {
  const known = stream.assets.find(({ id }) => id === news.id);
  if (!known)
    return stream.assets.length < ASSETS_PER_STREAM ? { ...stream, assets: [...stream.assets, news] } : stream;
  const now = merged(known, news);
  if (JSON.stringify(now) === JSON.stringify(merged(known, known))) return stream;
  return { ...stream, assets: stream.assets.map((asset) => (asset === known ? now : asset)) };
};

const isResumable = (because: ReleaseReason): because is (typeof RESUMABLE)[number] =>
  RESUMABLE.some((reason) => reason === because);

const hasPlayed = (stream: Stream): boolean => stream.assets.some(({ activeAt }) => activeAt !== undefined);

/** The asset that is fed, or was last. */
export const newestAsset = ({ assets }: Stream): Asset | undefined =>
  assets.reduce<Asset | undefined>(
    (newest, asset) =>
      !newest || asset.seenAt > newest.seenAt || (asset.seenAt === newest.seenAt && asset.id > newest.id)
        ? asset
        : newest,
    undefined,
  );

/** Whether a worker holds it, as far as the table knows. */
export const isHeld = ({ feed }: Stream): boolean => feed !== undefined && feed.lostAt === undefined;

/** Whether an encoder is in at Mux, as far as Mux has told. */
export const hasEncoder = (stream: Stream): boolean => {
  const asset = newestAsset(stream);
  return asset?.link?.is === 'up' && asset.overAt === undefined;
};

/** Whether the creator is on the air with it: no other show of theirs may begin. */
export const isOnAir = ({ state }: { state: StreamState }): boolean =>
  state === 'connecting' || state === 'live' || state === 'reconnecting';

/** Whether it has ended or is to end: nobody may feed it anew. */
export const isOver = ({ state, endRequested }: Pick<Stream, 'state' | 'endRequested'>): boolean =>
  state === 'ended' || endRequested !== undefined;

/** Whether viewers can watch it live, be it interrupted just now. */
export const isLiveToViewers = ({ state }: { state: StreamState }): boolean =>
  state === 'live' || state === 'reconnecting';

/** A length that was told while the asset still grew is none of the recording's. */
const isFinal = ({ overAt }: Asset, duration: { at: number }): boolean => overAt !== undefined && duration.at >= overAt;

/** The recording that people get: as it was trimmed last; else, of several, the longest that is ready. */
export const recording = (
  stream: Stream,
): {
  is: 'none' | 'preparing' | 'ready' | 'failed';
  assetId?: string;
  playbackId?: string;
  durationSeconds?: number;
} => {
  if (stream.recordingRemovedAt !== undefined) return { is: 'none' };
  const recorded = stream.assets.filter(({ trimAt }) => trimAt === undefined);
  const trimmed = trimmedAsset(stream);
  const ready = trimmed ? [trimmed.asset] : recorded.filter((asset) => recordingOf(asset) === 'ready');
  const [best] = ready.sort((a, b) => (b.duration?.is ?? 0) - (a.duration?.is ?? 0) || a.id.localeCompare(b.id));
  if (best?.playback)
    return {
      is: 'ready',
      assetId: best.id,
      playbackId: best.playback.is,
      ...(best.duration && isFinal(best, best.duration) && { durationSeconds: best.duration.is }),
    };
  const states = recorded.map(recordingOf);
  if (stream.state !== 'ended') return { is: 'none' };
  if (states.includes('preparing')) return { is: stream.recordingLostAt === undefined ? 'preparing' : 'failed' };
  return { is: states.includes('failed') ? 'failed' : 'none' };
};

/** By what a live show can be played from its beginning; Mux has that not where the delay is low. */
export const soFar = (stream: Stream): string | undefined => {
  const asset = newestAsset(stream);
  if (stream.latency === 'low' || asset?.activeAt === undefined || asset.overAt !== undefined) return undefined;
  return asset.playback?.is;
};

/**
 * Whether Mux must still be told that it is over: its recording may be open although nobody feeds it any more. What Mux has said of
 * recordings that it closed does not count: another may be open of which it has not said anything yet.
 */
export const awaitsCompletion = ({ state, feed, encoder, completedAt }: Stream): boolean =>
  state === 'ended' && completedAt === undefined && (feed !== undefined || encoder !== undefined);

/** Whether somebody may be telling Mux so at this very time: told twice, the second might come when the next show is on. */
export const isCompleting = ({ completedAt, completingAt }: Stream, now: number): boolean =>
  completedAt === undefined && completingAt !== undefined && now < completingAt + STREAM_LIMITS.completingMs;

/**
 * From when on another show may begin on its channel, with nothing of this one left open behind it; undefined: not before Mux has
 * been told. The rest between them lets Mux's clock differ from ours by up to `clockSkewMs`, either way: an asset is given to its
 * show by when it began.
 */
export const freesChannelAt = (stream: Stream): number | undefined => {
  const { feed, encoder, state, endedAt = 0, completedAt = 0 } = stream;
  if (feed === undefined && encoder === undefined) return stream.createdAt;
  if (state !== 'ended' || awaitsCompletion(stream)) return undefined;
  // an encoder sends on until Mux has shut it out
  const still = encoder ? Math.max(endedAt, completedAt) : (feed?.lostAt ?? endedAt);
  return still + STREAM_LIMITS.channelRestMs;
};

/** Whether what is known of its recording is not all yet: it is not ready, or its final length has not been told. */
export const awaitsRecording = (stream: Stream): boolean => {
  if (stream.state !== 'ended' || stream.recordingLostAt !== undefined || stream.recordingRemovedAt !== undefined)
    return false;
  const { is, durationSeconds } = recording(stream);
  return is === 'preparing' || (is === 'ready' && durationSeconds === undefined);
};

/** Whether nothing more is expected of its recording, which people can watch: then who may watch it, and how much, can be changed. */
export const isKept = (stream: Stream): boolean =>
  recording(stream).is === 'ready' &&
  !awaitsRecording(stream) &&
  !awaitsCompletion(stream) &&
  trimming(stream) !== 'preparing';

/**
 * What is still at Mux of a recording that was taken away, or has been trimmed since; one that grows is not touched before Mux has
 * closed it.
 */
export const assetsToRemove = (stream: Stream): readonly Asset[] => {
  if (awaitsCompletion(stream)) return [];
  const gone = stream.recordingRemovedAt === undefined ? superseded(stream) : stream.assets;
  return gone.filter(({ status }) => status?.is !== 'deleted');
};

/** Whether what was said in it is still to go after its recording. Nobody is shown it from the moment at which that is taken away. */
export const hasChatToRemove = ({ recordingRemovedAt, chatRemovedAt }: Stream): boolean =>
  recordingRemovedAt !== undefined && chatRemovedAt === undefined;

/** When somebody must look at it, whatever its worker and Mux do or leave undone; undefined: never again. */
export const dueAt = (stream: Stream): number | undefined => {
  if (stream.state === 'created') return (stream.scheduledFor ?? stream.createdAt) + STREAM_LIMITS.unstartedMs;
  if (isOnAir(stream))
    return stream.encoder ? askDueAt(stream, stream.encoder.since) : (stream.feed?.at ?? stream.createdAt);
  if (awaitsCompletion(stream)) return stream.endedAt;
  if (assetsToRemove(stream).length > 0 || hasChatToRemove(stream)) return stream.recordingRemovedAt ?? stream.endedAt;
  const trim = awaitedTrim(stream);
  if (trim) return Math.max(stream.askedAt ?? 0, trim.at) + STREAM_LIMITS.recordingAskMs;
  if (awaitsRecording(stream)) return (stream.askedAt ?? stream.endedAt ?? 0) + STREAM_LIMITS.recordingAskMs;
  return undefined;
};

/** The trim that Mux has still to tell of. */
export const awaitedTrim = (stream: Stream): Trim | undefined =>
  stream.recordingRemovedAt === undefined && trimming(stream) === 'preparing' ? stream.trims?.at(-1) : undefined;

/** When Mux is asked about a show that it alone can tell of. */
const askDueAt = ({ state, askedAt = 0, startedAt = 0 }: Stream, since: number): number =>
  state === 'live'
    ? Math.max(askedAt, startedAt) + STREAM_LIMITS.encoderLiveAskMs
    : Math.max(askedAt, since) + STREAM_LIMITS.encoderAskMs;

/** Whether Mux has let an encoder in for so long that none is to be waited for any more. */
export const isWaitedFor = ({ state, encoder }: Stream, now: number): boolean =>
  state !== 'connecting' || encoder === undefined || now < encoder.since + STREAM_LIMITS.encoderWaitMs;

/** Whether a word is a reason for which a worker may let go. */
export const isReleaseReason = (word: string): word is ReleaseReason =>
  [...END_REASONS, ...RESUMABLE].some((reason) => reason === word);
