import type { StreamId } from '#domain/ids';
import { CLOSE, type CloseReason, type Media, type MediaFrame } from '#wire';
import { LIMITS, LOAD_UNITS } from '../limits.ts';
import type { Log } from '../log.ts';
import { type Pipeline, pipelineOf } from '../media/container.ts';
import type { StartEncoder } from '../media/encoder.ts';
import type { Client } from './client.ts';
import { createEncoderLine } from './encoder-line.ts';
import { createHealthMeter } from './health.ts';
import { createIntake } from './intake.ts';
import { keepLease } from './lease-keeper.ts';
import type { IngestStore } from './lease.ts';
import { createOutlet } from './outlet.ts';
import type { CreatePublisher, Publisher, PublisherEvent } from './publisher.ts';
import { createRate } from './rate.ts';
import { begin, type Effect, type Session, type SessionEvent, step } from './session.ts';

export type SessionParts = {
  store: Pick<IngestStore, 'renew' | 'release'>;
  startEncoder: StartEncoder;
  createPublisher: CreatePublisher;
  upstream: { url: string; ca?: string };
  log: Log;
  clock: () => number;
  tally: Tally;
};

/** What a session counts into; the worker's metrics are behind it. */
export type Tally = Record<'restarts' | 'resumes' | 'reconnects' | 'droppedFrames' | 'ended', () => void> & {
  receivedBytes(bytes: number): void;
  publishedBytes(bytes: number): void;
  commitDelayMs(ms: number): void;
  weakRule(): void;
};

/** A lease that has just been claimed, and what it says of the feed so far. */
export type Grant = {
  streamId: StreamId;
  sessionId: string;
  fence: number;
  muxStreamKey: string;
  resumeToken: string;
  /** Byte with which the feed goes on; 0 for a new one. */
  committed: number;
  /** For so long the holder before us may still be publishing. */
  barredMs: number;
  /** What the client says that it sends; a plain one says nothing. */
  media: Media | undefined;
  /** Asks for more room, or gives some back, once it is known what is really sent. */
  reserve: (units: number) => boolean;
};

export type RunningSession = {
  readonly streamId: StreamId;
  readonly sessionId: string;
  readonly resumeToken: string;
  /** A socket of this feed; the one before it is fenced off. `haveFrom`: the first byte that the client still holds. */
  attach(client: Client, haveFrom?: number): void;
  frame(client: Client, frame: MediaFrame): void;
  chunk(client: Client, bytes: Buffer): void;
  skip(client: Client, to: number): void;
  stop(client: Client, at: number): void;
  left(client: Client): void;
  refuse(client: Client, reason: CloseReason, detail: string): void;
  /** Another feed of the same stream begins. */
  replace(): void;
  /** Publishes what is here, gives the lease back and sends the client elsewhere. */
  migrate(): void;
  readonly over: Promise<CloseReason>;
};

/** The thin shell around `step`: performs effects, and turns what the world does into events (SPEC §S). */
export const runSession = (parts: SessionParts, grant: Grant): RunningSession => {
  const { clock, tally } = parts;
  const { streamId, sessionId, fence, media } = grant;
  const log = parts.log.with({ streamId, sessionId });
  const intake = createIntake(grant.committed);
  const outlet = createOutlet();
  const meter = createHealthMeter({ intake, outlet, clock });
  const rate = createRate({ kbps: media ? media.videoKbps + media.audioKbps : LIMITS.plainKbps, clock });
  const { promise: over, resolve: settle } = withResolvers<CloseReason>();

  let client: Client | undefined;
  let epoch = 0;
  let publisher: Publisher | undefined;
  let connectedOnce = false;
  let committed = { offset: grant.committed, ms: 0 };
  let tellReceived = grant.committed;
  let stopAt: number | undefined;
  let began = false;
  let detail: string | undefined;
  let heldBackMs: number | undefined;
  let mediaMs = clock();
  let restarts = 0;
  let skips = 0;
  let receivedBytes = 0;
  const startedMs = clock();

  let [session]: [Session, Effect[]] = begin({ nowMs: clock(), freeMs: clock() + grant.barredMs });
  const pending: SessionEvent[] = [];
  let stepping = false;
  let released = Promise.resolve();

  const happened = (event: DistributiveOmit<SessionEvent, 'nowMs'>): void => {
    pending.push({ ...event, nowMs: clock() });
    if (stepping) return;
    stepping = true;
    for (let next = pending.shift(); next; next = pending.shift()) {
      const before = session;
      const [after, effects] = step(session, next);
      session = after;
      if (after.at !== before.at)
        log.info(`feed ${after.at}`, { ...('because' in after && { because: after.because }) });
      for (const effect of effects) perform(effect);
    }
    stepping = false;
  };

  const keeper = keepLease({
    store: parts.store,
    streamId,
    fence,
    clock,
    report: () => ({
      committed: committed.offset,
      committedMs: committed.ms,
      state: stateOf(session),
      health: { ...meter.latest },
    }),
    onEvent: (event) => {
      if (event.type === 'lost') happened({ type: 'fenced', because: 'replaced' });
      else if (event.type === 'end-requested') happened({ type: 'stopped', because: 'ended-elsewhere' });
      else log.warn('lease not renewed', { cause: textOf(event.cause) });
    },
  });

  const line = createEncoderLine({
    startEncoder: parts.startEncoder,
    intake,
    published: () => outlet.published,
    onTag: (tag) => {
      outlet.take(tag);
      line.hold(outlet.full);
    },
    onExited: ({ clean, detail: words, at }) => {
      if (!clean) log.warn('encoder died', { detail: words });
      happened({ type: 'encoder-exited', clean, at });
    },
  });

  const perform = (effect: Effect): void => {
    switch (effect.do) {
      case 'start-encoder':
        if (began) {
          tally.restarts();
          restarts++;
        }
        began = true;
        return line.start(effect.past);
      case 'end-encoder-input':
        return line.end();
      case 'kill-encoder':
        return line.kill();
      case 'connect-upstream':
        return void connect();
      case 'close-upstream':
        return void closeUpstream();
      case 'abandon-upstream':
        publisher?.abandon();
        publisher = undefined;
        return outlet.detach();
      case 'close-client':
        // Whoever is sent elsewhere must find the stream free there.
        if (effect.reason === 'migrate') return void released.then(() => closeClient('migrate'));
        return closeClient(effect.reason);
      case 'release':
        clearInterval(pulse);
        tally.ended();
        released = keeper.release(effect.because);
        return void released.then(() => settle(effect.because));
    }
  };

  const closeClient = (reason: CloseReason): void => {
    if (reason === 'finished' || reason === 'ended-elsewhere') client?.say({ type: 'ended', reason });
    if (reason === 'migrate') client?.say({ type: 'migrate', afterMs: 0 });
    client?.close(reason, detail);
    client = undefined;
  };

  const connect = async (): Promise<void> => {
    publisher?.abandon();
    publisher = undefined;
    outlet.detach();
    // A lease that may have gone to somebody else must not publish: asked before every connection (SPEC §S).
    if (!(await keeper.check())) return happened({ type: 'upstream-failed', because: 'unreachable' });
    if (session.at === 'over') return;
    const made: Publisher = parts.createPublisher({
      ...parts.upstream,
      streamKey: grant.muxStreamKey,
      onEvent: (event) => {
        if (publisher === made) heard(event);
      },
    });
    publisher = made;
    const answer = await made.connect();
    if (publisher !== made) return made.abandon();
    if (!answer.connected) {
      log.warn('upstream not reached', { because: answer.because, detail: answer.detail });
      return happened({ type: 'upstream-failed', because: answer.because });
    }
    log.info('upstream connected', { afterMs: Math.round(clock() - startedMs) });
    if (connectedOnce) tally.reconnects();
    connectedOnce = true;
    outlet.attach(made);
    happened({ type: 'upstream-connected' });
  };

  const heard = (event: PublisherEvent): void => {
    switch (event.type) {
      case 'drained':
        outlet.flush();
        return line.hold(outlet.full);
      case 'acknowledged':
        if (event.rule === 'flushed-5s') tally.weakRule();
        outlet.acknowledged(event.tags);
        line.hold(outlet.full);
        return commit();
      case 'closed':
        log.warn('upstream lost', { because: event.because, detail: event.detail });
        outlet.detach();
        return happened({ type: 'upstream-failed', because: event.because });
    }
  };

  const commit = (): void => {
    const boundary = intake.ring.commit(outlet.arrived);
    if (!boundary) return;
    committed = { offset: boundary.offset, ms: boundary.videoMs };
    tally.commitDelayMs((intake.ring.newestMs ?? boundary.videoMs) - boundary.videoMs);
    client?.say({ type: 'committed', offset: boundary.offset });
  };

  const closeUpstream = async (): Promise<void> => {
    const closing = publisher;
    while (!outlet.empty && publisher === closing && session.at !== 'over') await wait(DRAIN_POLL_MS);
    const { flushed } = (await closing?.close()) ?? { flushed: false };
    if (!flushed) log.error('upstream closed before all was sent');
    happened({ type: 'upstream-closed' });
  };

  /** Media has come, or what it needs: everything that may follow from it. */
  const advance = (): void => {
    mediaMs = clock();
    if (!began && intake.ready) {
      happened({ type: 'media-began' });
      const { init } = intake;
      if (init) client?.say({ type: 'init', bytes: init.bytes.byteLength });
    }
    line.pump();
    pressure();
    if (intake.next - tellReceived > LIMITS.windowBytes / 4) sayReceived();
    if (stopAt !== undefined && intake.next >= stopAt) happened({ type: 'stopped', because: 'finished' });
  };

  /** Whether more is held than may be; plain clients are then held back, others see their window stay shut. */
  const pressure = (): boolean => {
    const { ring } = intake;
    const overfull = (): boolean => ring.heldBytes > LIMITS.ringBytes || ring.heldMs > LIMITS.ringMs;
    if (overfull() && outlet.empty) ring.hollow(outlet.arrived);
    const full = overfull();
    if (client?.mode === 'plain') client.hold(full);
    heldBackMs = full ? (heldBackMs ?? clock()) : undefined;
    return full;
  };

  const sayReceived = (): void => {
    if (tellReceived === intake.next || intake.needsInit || pressure()) return;
    tellReceived = intake.next;
    client?.say({ type: 'received', offset: tellReceived });
  };

  const admitted = (bytes: Buffer | Uint8Array): boolean => {
    tally.receivedBytes(bytes.byteLength);
    receivedBytes += bytes.byteLength;
    if (rate.spend(bytes.byteLength)) return true;
    refuse('too-fast', 'more bytes than its bitrate allows');
    return false;
  };

  const refuse = (reason: CloseReason, words: string): void => {
    detail = words;
    log.warn('client refused', { reason, detail: words });
    happened({ type: 'refused', because: reason });
  };

  const settleFacts = (): void => {
    const { init } = intake;
    if (!init || began) return;
    const pipeline = pipelineOf(init.facts);
    if (media && pipeline !== declaredPipeline(media)) {
      return refuse('unsupported-media', `${init.facts.video.codec} where ${media.videoCodec} was declared`);
    }
    if (!grant.reserve(LOAD_UNITS[pipeline])) refuse('overloaded', 'no room for this kind of media');
  };

  const took = (taken: ReturnType<typeof intake.take>): void => {
    if (taken.taken) {
      settleFacts();
      return advance();
    }
    if (taken.because === 'gap') return client?.say({ type: 'nack', expected: intake.next });
    return refuse(taken.because, taken.detail);
  };

  let pulses = 0;
  const pulse = setInterval(() => {
    sayReceived();
    line.pump();
    if (keeper.doubtful) happened({ type: 'fenced', because: 'lease-lost' });
    if (session.at === 'live' && client) watchClient();
    happened({ type: 'tick' });
    if (++pulses % (LIMITS.healthEveryMs / LIMITS.pulseMs) === 0 && session.at !== 'over') {
      const dropped = line.droppedFrames + skips;
      const health = meter.measure({ session, restarts, dropped, held: heldBackMs !== undefined, receivedBytes });
      client?.say({ type: 'health', health });
    }
  }, LIMITS.pulseMs);

  const watchClient = (): void => {
    const nowMs = clock();
    if (client?.mode === 'plain' && heldBackMs !== undefined && nowMs - heldBackMs > LIMITS.heldBackMs)
      refuse('too-slow', 'held back for too long');
    else if (nowMs - mediaMs > LIMITS.awayMs) refuse('idle', 'no media');
    else if (!began && nowMs - startedMs > LIMITS.firstPictureMs)
      refuse(intake.next > 0 ? 'unsupported-media' : 'idle', 'no picture came');
  };

  const current = (from: Client): boolean => from === client && session.at === 'live';

  log.info('feed opened', { resumedAt: grant.committed, barredMs: grant.barredMs });
  if (grant.barredMs <= 0) perform({ do: 'connect-upstream' });

  return {
    streamId,
    sessionId,
    resumeToken: grant.resumeToken,
    over,
    attach: (next, haveFrom) => {
      client?.close('migrate', 'another socket of the same feed');
      client = next;
      mediaMs = clock();
      if (session.at !== 'live') return closeClient(session.because);
      epoch++;
      if (haveFrom !== undefined && haveFrom > intake.next && !intake.needsInit) intake.skip(haveFrom);
      if (epoch > 1) tally.resumes();
      tellReceived = intake.ring.end;
      next.say({
        type: 'welcome',
        version: 1,
        sessionId,
        resumeToken: grant.resumeToken,
        nextOffset: intake.ring.end,
        needsInit: intake.needsInit,
        committed: committed.offset,
        epoch,
        windowBytes: LIMITS.windowBytes,
        frameBytes: LIMITS.frameBytes,
        pipeline: media ? declaredPipeline(media) : 'transcode',
      });
      if (intake.init) next.say({ type: 'init', bytes: intake.init.bytes.byteLength });
      happened({ type: 'client-returned' });
    },
    frame: (from, frame) => {
      if (!current(from) || frame.epoch !== epoch || !admitted(frame.payload)) return;
      const bytes = Buffer.from(frame.payload.buffer, frame.payload.byteOffset, frame.payload.byteLength);
      if (intake.needsInit && frame.init) took(intake.takeInit(frame.offset, bytes));
      else took(intake.take(frame.offset, bytes));
    },
    chunk: (from, bytes) => {
      if (current(from) && admitted(bytes)) took(intake.take(intake.next, bytes));
    },
    skip: (from, to) => {
      if (!current(from)) return;
      log.warn('client left media out', { bytes: to - intake.next });
      tally.droppedFrames();
      skips++;
      intake.skip(to);
    },
    stop: (from, at) => {
      if (!current(from)) return;
      stopAt = at;
      if (intake.next >= at) happened({ type: 'stopped', because: 'finished' });
    },
    left: (from) => {
      if (from !== client) return;
      client = undefined;
      log.info('client left');
      // A plain client cannot come back to the same recording: its end is the show's.
      if (from.mode === 'plain') happened({ type: 'stopped', because: 'finished' });
      else happened({ type: 'client-left' });
    },
    refuse: (from, reason, words) => {
      if (from === client) refuse(reason, words);
    },
    replace: () => happened({ type: 'fenced', because: 'replaced' }),
    migrate: () => happened({ type: 'stopped', because: client?.mode === 'plain' ? 'going-away' : 'migrate' }),
  };
};

const DRAIN_POLL_MS = 20;

const stateOf = (session: Session): 'connecting' | 'live' | 'reconnecting' => {
  if (session.at === 'over') return 'reconnecting';
  const { client, encoder, upstream } = session.feed;
  if (client.is === 'away') return 'reconnecting';
  if (upstream.is !== 'connected') return upstream.is === 'closing' ? 'live' : 'connecting';
  return encoder.is === 'waiting' ? 'connecting' : 'live';
};

/** What the hello's codecs (RFC 6381) come to. */
export const declaredPipeline = ({ videoCodec, audioCodec }: Media): Pipeline => {
  if (!/^(avc[13]|h264)/i.test(videoCodec)) return 'transcode';
  return /^(mp4a|aac)/i.test(audioCodec) ? 'copy' : 'copy-video';
};

const withResolvers = <T>(): { promise: Promise<T>; resolve: (value: T) => void } => {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
};

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const textOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
