import type { StreamId } from '#domain/ids';
import type { CloseReason, Media } from '#wire';
import { LIMITS } from '../limits.ts';
import { limitLog, type Log } from '../log.ts';
import type { StartEncoder } from '../media/encoder.ts';
import { createPictureSetUp } from '../media/picture-set-up.ts';
import { createAccounts } from './accounts.ts';
import { createDeparture } from './departure.ts';
import { createEncoderLine } from './encoder-line.ts';
import { createIntake } from './intake.ts';
import { keepLease } from './lease-keeper.ts';
import type { IngestStore, Loss } from './lease.ts';
import { createOutlet } from './outlet.ts';
import type { CreatePublisher } from './publisher.ts';
import { createReception, type Reception, type ReceptionEvent } from './reception.ts';
import { begin, type Effect, isWished, type Session } from './session.ts';
import { createStepper } from './stepper.ts';
import type { Tally } from './tally.ts';
import { createUpstreamLine, type UpstreamEvent } from './upstream-line.ts';

export type SessionParts = {
  store: Pick<IngestStore, 'renew' | 'release'>;
  startEncoder: StartEncoder;
  createPublisher: CreatePublisher;
  upstream: { url: string; ca?: string };
  log: Log;
  /** Time in which this process has heard and done what it should. */
  clock: () => number;
  /** Time as everybody's clock has it: a lease runs out however long the process stood still. */
  leaseClock: () => number;
  tally: Tally;
};

/** A lease that has just been claimed, and what it says of the feed so far. */
export type Grant = {
  streamId: StreamId;
  sessionId: string;
  fence: number;
  muxStreamKey: string;
  resumeToken: string;
  /** It was under way elsewhere, and would have ended there if the server had refused its key. */
  resumed: boolean;
  /** Byte with which the feed goes on; 0 for a new one. */
  committed: number;
  /** For so long the holder before us may still be publishing. */
  barredMs: number;
  /** What the client says that it sends; a plain one says nothing. */
  media: Media | undefined;
  /** Asks for more room, or gives some back, once it is known what is really sent. */
  reserve: (units: number) => boolean;
};

/** A feed under way: what its sockets do is the reception's. */
export type RunningSession = Pick<Reception, 'attach' | 'frame' | 'chunk' | 'skip' | 'stop' | 'left' | 'refuse'> & {
  readonly streamId: StreamId;
  readonly sessionId: string;
  readonly resumeToken: string;
  /** Ends at once, whatever is on its way: another feed of the stream begins, or the process ends. */
  cut(because: 'replaced' | 'going-away'): void;
  /** Publishes up to the end of a GOP, gives the lease back and sends the client elsewhere. */
  migrate(): void;
  readonly over: Promise<CloseReason>;
};

/** The shell around `step`: performs effects, and turns what the world does into events (SPEC §S). */
export const runSession = (parts: SessionParts, grant: Grant): RunningSession => {
  const { clock, leaseClock, tally } = parts;
  const { streamId, sessionId, resumeToken, media, reserve } = grant;
  const limit = { most: LIMITS.logLines, everyMs: LIMITS.logEveryMs, clock };
  const log = limitLog(parts.log.with({ streamId, sessionId }), limit);
  const startedMs = clock();
  const intake = createIntake(grant.committed);
  const { ring } = intake;
  const outlet = createOutlet();
  const pictureSetUp = createPictureSetUp();
  const accounts = createAccounts({ intake, outlet, tally, clock });
  const departure = createDeparture({ ring, clock });

  let { committed } = grant;
  let released = Promise.resolve();
  let settle: (because: CloseReason) => void = () => undefined;
  const over = new Promise<CloseReason>((resolve) => {
    settle = resolve;
  });

  const stepper = createStepper({
    beginning: begin({ nowMs: startedMs, freeMs: startedMs + grant.barredMs, keyTaken: grant.resumed }),
    clock,
    perform: (effect) => perform(effect),
    onMoved: (session) => {
      if (session.at === 'live') return;
      log.info(`feed ${session.at}`, { because: session.because });
      reception.shut();
    },
  });
  const { happened } = stepper;

  const perform = (effect: Effect): void => {
    switch (effect.do) {
      case 'start-encoder':
        if (effect.again) accounts.restarted();
        return line.start(effect.past);
      case 'end-encoder-input':
        line.limit(handedOver()?.offset ?? Infinity);
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
      default:
        // Whoever is sent elsewhere must find the stream free there.
        if (effect.reason === 'migrate') return void released.then(() => reception.close('migrate'));
        return reception.close(effect.reason);
    }
  };

  const keeper = keepLease({
    store: parts.store,
    streamId,
    sessionId,
    fence: grant.fence,
    clock: leaseClock,
    report: () => ({
      committed,
      state: stateOf(stepper.session),
      health: { ...accounts.latest },
    }),
    onEvent: (event) => {
      if (event.type === 'lost') happened({ type: 'fenced', because: TOLD[event.because] });
      else if (event.type === 'end-requested') happened({ type: 'stopped', because: 'ended-elsewhere' });
      else log.warn('lease not renewed', { cause: event.cause instanceof Error ? event.cause.message : '' });
    },
  });

  const reception = createReception({
    intake,
    outlet,
    media,
    reserve,
    facts: () => ({ resumeToken, committed }),
    log,
    clock,
    tally,
    onEvent: (event) => received(event),
  });

  const received = (event: ReceptionEvent): void => {
    switch (event.type) {
      case 'came':
        line.pump();
        return whetherDone();
      case 'began':
        return happened({ type: 'media-began' });
      case 'refused':
        return happened(event);
      case 'returned':
        return happened({ type: 'client-returned' });
      default:
        // A plain client cannot come back to the same recording: its end is the show's.
        return happened(event.mode === 'plain' ? { type: 'stopped', because: 'finished' } : { type: 'client-left' });
    }
  };

  const line = createEncoderLine({
    startEncoder: parts.startEncoder,
    intake,
    published: () => outlet.published,
    onBegun: () => outlet.beginAgain(),
    onTag: (tag) => {
      const passed = pictureSetUp.pass(tag);
      if (passed.length > 1) log.warn('picture changed', { atMs: tag.timestampMs });
      for (const one of passed) outlet.take(one);
      line.hold(outlet.full);
    },
    onExited: ({ clean, more, detail, at, stuck }) => {
      if (!clean) log.warn('encoder died', { detail });
      happened({ type: 'encoder-exited', clean, more, at, stuck });
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
        accounts.connected();
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
      default:
        return void closed(event.flushed);
    }
  };

  const commit = (): void => {
    const boundary = ring.commit(outlet.arrived);
    if (!boundary) return;
    committed = boundary.offset;
    reception.say({ type: 'committed', offset: committed });
  };

  const closed = async (flushed: boolean): Promise<void> => {
    if (!flushed) log.error('upstream closed before it had read all');
    const cut = handedOver();
    if (flushed && cut) {
      // All before this GOP has arrived and nothing after it was sent: the next worker begins exactly here.
      committed = cut.offset;
      await keeper.check();
    }
    happened({ type: 'upstream-closed' });
  };

  /** The GOP with which another worker goes on; none where another end has come first, which is an end of all there is. */
  const handedOver = () => {
    const { session } = stepper;
    return session.at === 'draining' && session.because === 'migrate' ? departure.next : undefined;
  };

  const whetherDone = (): void => {
    if (stepper.session.at !== 'live') return;
    if (reception.complete) return happened({ type: 'stopped', because: 'finished' });
    if (departure.isDue || (departure.begun && reception.mode === undefined))
      happened({ type: 'stopped', because: 'migrate' });
  };

  let pulses = 0;
  let pulsedMs = leaseClock();
  const pulse = setInterval(() => {
    if (leaseClock() - pulsedMs > LIMITS.pausedMs) keeper.woke();
    pulsedMs = leaseClock();
    if (keeper.doubtful) happened({ type: 'fenced', because: 'lease-lost' });
    reception.pulse();
    line.pump();
    whetherDone();
    happened({ type: 'tick', published: outlet.bytes });
    if (++pulses % (LIMITS.healthEveryMs / LIMITS.pulseMs) !== 0) return;
    const { changes } = pictureSetUp;
    reception.say({ type: 'health', health: accounts.look({ session: stepper.session, line, reception, changes }) });
  }, LIMITS.pulseMs);

  log.info('feed opened', { resumedAt: grant.committed, barredMs: Math.round(grant.barredMs) });
  stepper.begin();

  return {
    streamId,
    sessionId,
    resumeToken,
    over,
    attach: (client) => {
      reception.attach(client);
      const { session } = stepper;
      if (session.at === 'live') return;
      const { at, because } = session;
      // Who comes back into an end that nobody is to blame for hears of it when it is done, and the stream free elsewhere.
      if (at === 'over') void released.then(() => reception.close(because));
      else if (!isWished(because)) reception.close(because);
    },
    frame: (client, frame) => reception.frame(client, frame),
    chunk: (client, bytes) => reception.chunk(client, bytes),
    skip: (client, to) => reception.skip(client, to),
    stop: (client, at) => reception.stop(client, at),
    left: (client) => reception.left(client),
    refuse: (client, reason, detail) => reception.refuse(client, reason, detail),
    cut: (because) => happened({ type: 'fenced', because }),
    migrate: () => {
      if (reception.mode === 'plain') return happened({ type: 'stopped', because: 'going-away' });
      const { session } = stepper;
      departure.begin(session.at === 'live' && session.feed.encoder.is !== 'waiting');
      line.limit(ring.end);
      log.info('feed leaving');
      return whetherDone();
    },
  };
};

/** What a client hears of a lease that is lost: one whose feed goes on elsewhere is to go there, or is there already. */
const TOLD = { moved: 'migrate', replaced: 'replaced', ended: 'ended-elsewhere' } as const satisfies Record<
  Loss,
  CloseReason
>;

const stateOf = (session: Session): 'connecting' | 'live' | 'reconnecting' => {
  if (session.at === 'over') return 'reconnecting';
  const { client, encoder, upstream } = session.feed;
  if (client.is === 'away') return 'reconnecting';
  if (upstream.is === 'closing') return 'live';
  return upstream.is === 'connected' && encoder.is !== 'waiting' ? 'live' : 'connecting';
};
