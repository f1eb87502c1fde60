import type { StreamId } from '#domain/ids';
import { type CloseReason, type Media, type MediaFrame, WIRE_VERSION } from '#wire';
import { LIMITS, LOAD_UNITS } from '../limits.ts';
import type { Log } from '../log.ts';
import type { StartEncoder } from '../media/encoder.ts';
import { pipelineOf } from '../media/container.ts';
import type { Client } from './client.ts';
import { declaredPipeline } from './declared.ts';
import { createEncoderLine } from './encoder-line.ts';
import { createHealthMeter } from './health.ts';
import { createIntake, type Taken } from './intake.ts';
import { keepLease } from './lease-keeper.ts';
import type { IngestStore } from './lease.ts';
import { createOutlet } from './outlet.ts';
import type { CreatePublisher } from './publisher.ts';
import { createRate } from './rate.ts';
import { begin, type Effect, type Session, type SessionEvent, step } from './session.ts';
import type { Tally } from './tally.ts';
import { createUpstreamLine, type UpstreamEvent } from './upstream-line.ts';

export type SessionParts = {
  store: Pick<IngestStore, 'renew' | 'release'>;
  startEncoder: StartEncoder;
  createPublisher: CreatePublisher;
  upstream: { url: string; ca?: string };
  log: Log;
  clock: () => number;
  tally: Tally;
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
  /** A socket of this feed; the one before it is fenced off. */
  attach(client: Client): void;
  frame(client: Client, frame: MediaFrame): void;
  chunk(client: Client, bytes: Buffer): void;
  skip(client: Client, to: number): void;
  stop(client: Client, at: number): void;
  left(client: Client): void;
  refuse(client: Client, reason: CloseReason, detail: string): void;
  /** Ends at once, whatever is on its way: another feed of the stream begins, or the process ends. */
  cut(because: 'replaced' | 'going-away'): void;
  /** Publishes up to the end of a GOP, gives the lease back and sends the client elsewhere. */
  migrate(): void;
  readonly over: Promise<CloseReason>;
};

/** The shell around `step`: performs effects, and turns what the world does into events (SPEC §S). */
export const runSession = (parts: SessionParts, grant: Grant): RunningSession => {
  const { clock, tally } = parts;
  const { streamId, sessionId, media, resumeToken } = grant;
  const log = parts.log.with({ streamId, sessionId });
  const startedMs = clock();
  const intake = createIntake(grant.committed);
  const { ring } = intake;
  const outlet = createOutlet();
  const meter = createHealthMeter({ intake, outlet, clock });
  const rate = createRate({ kbps: media ? media.videoKbps + media.audioKbps : LIMITS.plainKbps, clock });

  let client: Client | undefined;
  let epoch = 0;
  let committed = { offset: grant.committed, ms: 0 };
  let toldReceived = grant.committed;
  let began = false;
  let connectedBefore = false;
  /** The client's last byte; nothing follows it. */
  let stopAt: number | undefined;
  /** We leave at the first GOP that begins here or later, or at this time. */
  let leaving: { after: number; byMs: number } | undefined;
  let refusal: string | undefined;
  let heldBackMs: number | undefined;
  let mediaMs = startedMs;
  const counts = { restarts: 0, skips: 0, receivedBytes: 0 };

  let released = Promise.resolve();
  let settle: (because: CloseReason) => void = () => undefined;
  const over = new Promise<CloseReason>((resolve) => {
    settle = resolve;
  });

  // ── events in, effects out ──

  const [opening, firstEffects] = begin({ nowMs: startedMs, freeMs: startedMs + grant.barredMs });
  let session: Session = opening;
  const pending: SessionEvent[] = [];
  let stepping = false;

  const happened = (event: Untimed<SessionEvent>): void => {
    pending.push({ ...event, nowMs: clock() });
    if (stepping) return;
    stepping = true;
    for (let next = pending.shift(); next; next = pending.shift()) {
      const before = session.at;
      const [after, effects] = step(session, next);
      session = after;
      if (after.at !== before && after.at !== 'live') log.info(`feed ${after.at}`, { because: after.because });
      for (const effect of effects) perform(effect);
    }
    stepping = false;
  };

  const perform = (effect: Effect): void => {
    switch (effect.do) {
      case 'start-encoder':
        if (effect.again) {
          counts.restarts++;
          tally.restarts();
        }
        return line.start(effect.past);
      case 'end-encoder-input':
        if (leaving) line.limit(boundaryAfter(leaving.after)?.offset ?? Infinity);
        return line.end();
      case 'kill-encoder':
        return line.kill();
      case 'connect-upstream':
        return upstream.connect();
      case 'close-upstream':
        return upstream.close();
      case 'abandon-upstream':
        return upstream.abandon();
      case 'release':
        clearInterval(pulse);
        tally.ended();
        released = keeper.release(effect.because);
        return void released.then(() => settle(effect.because));
      case 'close-client':
        // Whoever is sent elsewhere must find the stream free there.
        if (effect.reason === 'migrate') return void released.then(() => closeClient('migrate'));
        return closeClient(effect.reason);
    }
  };

  const keeper = keepLease({
    store: parts.store,
    streamId,
    fence: grant.fence,
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
      else log.warn('lease not renewed', { cause: event.cause instanceof Error ? event.cause.message : '' });
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
    onExited: ({ clean, more, detail, at }) => {
      if (!clean) log.warn('encoder died', { detail });
      happened({ type: 'encoder-exited', clean, more, at });
    },
  });

  const upstream = createUpstreamLine({
    createPublisher: parts.createPublisher,
    upstream: parts.upstream,
    streamKey: grant.muxStreamKey,
    outlet,
    keeper,
    onEvent: (event) => heard(event),
  });

  const heard = (event: UpstreamEvent): void => {
    switch (event.type) {
      case 'connected':
        log.info('upstream connected', { afterMs: Math.round(clock() - startedMs) });
        if (connectedBefore) tally.reconnects();
        connectedBefore = true;
        return happened({ type: 'upstream-connected' });
      case 'failed':
        log.warn('upstream lost', { because: event.because, detail: event.detail });
        return happened({ type: 'upstream-failed', because: event.because });
      case 'drained':
        return line.hold(outlet.full);
      case 'arrived':
        if (event.weak) tally.weakAcknowledgements();
        line.hold(outlet.full);
        return commit();
      case 'closed':
        return void closed(event.flushed);
    }
  };

  const commit = (): void => {
    const boundary = ring.commit(outlet.arrived);
    if (!boundary) return;
    committed = { offset: boundary.offset, ms: boundary.videoMs };
    tally.commitDelayMs((ring.newestMs ?? boundary.videoMs) - boundary.videoMs);
    client?.say({ type: 'committed', offset: boundary.offset });
  };

  const closed = async (flushed: boolean): Promise<void> => {
    if (!flushed) log.error('upstream closed before it had read all');
    const cut = leaving && boundaryAfter(leaving.after);
    if (flushed && cut) {
      // All before this GOP has arrived and nothing after it was sent: the next worker begins exactly here.
      committed = { offset: cut.offset, ms: cut.videoMs };
      await keeper.check();
    }
    happened({ type: 'upstream-closed' });
  };

  // ── media in ──

  const took = (taken: Taken): void => {
    if (!taken.taken) {
      if (taken.because === 'gap') return client?.say({ type: 'nack', expected: intake.next });
      return refuse(taken.because, taken.detail);
    }
    mediaMs = clock();
    if (!began && intake.init && !isWelcome()) return;
    if (!began && intake.ready) {
      began = true;
      if (intake.init) client?.say({ type: 'init', bytes: intake.init.bytes.byteLength });
      happened({ type: 'media-began' });
    }
    line.pump();
    pressure();
    if (intake.next - toldReceived > LIMITS.windowBytes / 4) sayReceived();
    whetherDone();
  };

  /** Now that the recording says what it is: whether that was announced, and there is room for it. */
  const isWelcome = (): boolean => {
    const { init } = intake;
    if (!init || session.at !== 'live') return false;
    const pipeline = pipelineOf(init.facts);
    if (media && pipeline !== declaredPipeline(media)) {
      refuse('unsupported-media', `${init.facts.video.codec} where ${media.videoCodec} was announced`);
      return false;
    }
    if (grant.reserve(LOAD_UNITS[pipeline])) return true;
    refuse('overloaded', 'no room for this kind of media');
    return false;
  };

  const whetherDone = (): void => {
    if (stopAt !== undefined && intake.next >= stopAt) return happened({ type: 'stopped', because: 'finished' });
    if (leaving && (boundaryAfter(leaving.after) || clock() > leaving.byMs || !client))
      happened({ type: 'stopped', because: 'migrate' });
  };

  const boundaryAfter = (offset: number) => ring.resumePoint({ videoMs: undefined, audioMs: undefined }, offset);

  const admitted = (bytes: Uint8Array): boolean => {
    counts.receivedBytes += bytes.byteLength;
    tally.receivedBytes(bytes.byteLength);
    if (rate.spend(bytes.byteLength)) return true;
    refuse('too-fast', 'more bytes than the bitrate allows');
    return false;
  };

  /** Whether more is held than may be: plain clients are then held back, the window of others stays shut. */
  const pressure = (): boolean => {
    const overfull = (): boolean => ring.heldBytes > LIMITS.ringBytes || ring.heldMs > LIMITS.ringMs;
    if (overfull() && outlet.empty) ring.hollow(outlet.arrived);
    const full = overfull();
    if (client?.mode === 'plain') client.hold(full);
    if (client?.mode === 'v1' && ring.heldBytes > LIMITS.ringBytes + LIMITS.windowBytes + LIMITS.frameBytes)
      refuse('too-fast', 'more bytes than the window allows');
    heldBackMs = full ? (heldBackMs ?? clock()) : undefined;
    return full;
  };

  const sayReceived = (): void => {
    if (toldReceived >= ring.end || intake.needsInit || pressure()) return;
    toldReceived = ring.end;
    client?.say({ type: 'received', offset: toldReceived });
  };

  // ── the client ──

  const refuse = (reason: CloseReason, detail: string): void => {
    refusal = detail;
    log.warn('client refused', { reason, detail });
    happened({ type: 'refused', because: reason });
  };

  const closeClient = (reason: CloseReason): void => {
    if (reason === 'finished' || reason === 'ended-elsewhere') client?.say({ type: 'ended', reason });
    if (reason === 'migrate') client?.say({ type: 'migrate', afterMs: 0 });
    client?.close(reason, refusal);
    client = undefined;
  };

  const watchClient = (): void => {
    const nowMs = clock();
    if (!client) return;
    if (client.mode === 'plain' && heldBackMs !== undefined && nowMs - heldBackMs > LIMITS.heldBackMs)
      return refuse('too-slow', 'held back for too long');
    if (nowMs - mediaMs > LIMITS.awayMs) return refuse('idle', 'no media');
    if (!began && nowMs - startedMs > LIMITS.firstPictureMs)
      return refuse(intake.next > 0 ? 'unsupported-media' : 'idle', 'no picture came');
  };

  let pulses = 0;
  const pulse = setInterval(() => {
    sayReceived();
    line.pump();
    if (keeper.doubtful) happened({ type: 'fenced', because: 'lease-lost' });
    if (session.at === 'live') {
      watchClient();
      whetherDone();
    }
    happened({ type: 'tick', published: outlet.bytes });
    if (++pulses % (LIMITS.healthEveryMs / LIMITS.pulseMs) !== 0) return;
    const { restarts, receivedBytes } = counts;
    const dropped = line.droppedFrames + counts.skips;
    client?.say({
      type: 'health',
      health: meter.measure({ session, restarts, dropped, held: heldBackMs !== undefined, receivedBytes }),
    });
  }, LIMITS.pulseMs);

  const isCurrent = (from: Client): boolean => from === client && session.at === 'live';

  log.info('feed opened', { resumedAt: grant.committed, barredMs: Math.round(grant.barredMs) });
  for (const effect of firstEffects) perform(effect);

  return {
    streamId,
    sessionId,
    resumeToken,
    over,
    attach: (next) => {
      // Not `replaced`, after which nobody comes back: its owner may read this before the new socket's welcome.
      client?.close('migrate', 'another socket of this feed');
      client = next;
      if (session.at !== 'live') return closeClient(session.because);
      epoch++;
      if (epoch > 1) tally.resumes();
      mediaMs = clock();
      toldReceived = ring.end;
      next.say({
        type: 'welcome',
        version: WIRE_VERSION,
        sessionId,
        resumeToken,
        nextOffset: ring.end,
        needsInit: intake.needsInit,
        committed: committed.offset,
        epoch,
        windowBytes: LIMITS.windowBytes,
        frameBytes: LIMITS.frameBytes,
        pipeline: media ? declaredPipeline(media) : 'transcode',
      });
      if (intake.init) next.say({ type: 'init', bytes: intake.init.bytes.byteLength });
      return happened({ type: 'client-returned' });
    },
    frame: (from, { epoch: its, init, offset, payload }) => {
      if (!isCurrent(from) || its !== epoch || !admitted(payload)) return;
      const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
      took(intake.needsInit && init ? intake.takeInit(offset, bytes) : intake.take(offset, bytes));
    },
    chunk: (from, bytes) => {
      if (isCurrent(from) && admitted(bytes)) took(intake.take(intake.next, bytes));
    },
    skip: (from, to) => {
      if (!isCurrent(from) || to <= ring.end) return;
      log.warn('client left media out', { bytes: to - ring.end });
      counts.skips++;
      tally.skips();
      intake.skip(to);
      toldReceived = to;
    },
    stop: (from, at) => {
      if (!isCurrent(from)) return;
      stopAt = at;
      whetherDone();
    },
    left: (from) => {
      if (from !== client) return;
      client = undefined;
      log.info('client left');
      // A plain client cannot come back to the same recording: its end is the show's.
      happened(from.mode === 'plain' ? { type: 'stopped', because: 'finished' } : { type: 'client-left' });
    },
    refuse: (from, reason, detail) => {
      if (from === client) refuse(reason, detail);
    },
    cut: (because) => happened({ type: 'fenced', because }),
    migrate: () => {
      if (client?.mode === 'plain') return happened({ type: 'stopped', because: 'going-away' });
      leaving = { after: ring.end - 1, byMs: clock() + (began ? LIMITS.leaveAtGopMs : 0) };
      line.limit(ring.end);
      log.info('feed leaving');
      return whetherDone();
    },
  };
};

const stateOf = (session: Session): 'connecting' | 'live' | 'reconnecting' => {
  if (session.at === 'over') return 'reconnecting';
  const { client, encoder, upstream } = session.feed;
  if (client.is === 'away') return 'reconnecting';
  if (upstream.is === 'closing') return 'live';
  return upstream.is === 'connected' && encoder.is !== 'waiting' ? 'live' : 'connecting';
};

type Untimed<Event> = Event extends unknown ? Omit<Event, 'nowMs'> : never;
