import type { StreamId } from '#domain/ids';
import type { CloseReason, Media } from '#wire';
import { LIMITS } from '../limits.ts';
import { limitLog, type Log } from '../log.ts';
import { createContainerStream, type ContainerStream } from './container-stream.ts';
import type { EncoderSupervisor } from './encoder-supervisor.ts';
import { createEnding, type Ending } from './ending.ts';
import { createHandover, type Handover } from './handover.ts';
import { leaseToSession } from './lease-events.ts';
import { keepLease, type LeaseKeeper } from './lease-keeper.ts';
import type { IngestStore, Renewal } from './lease.ts';
import { createMediaPath, type MediaPathParts } from './media-path.ts';
import { createPerform } from './perform.ts';
import { type ClockState, toText } from '../media/media-clock.ts';
import { createProgress, type Progress } from './progress.ts';
import { startPulse } from './pulse.ts';
import { receiverToSession } from './receiver-events.ts';
import { createReceiver, type Receiver } from './receiver.ts';
import { createReplayBuffer } from './replay-buffer.ts';
import { createSessionMachine, type SessionMachine } from './session-machine.ts';
import type { SessionMetrics } from './session-metrics.ts';
import { createSessionStats, type SessionStats } from './session-stats.ts';
import { begin, type Session } from './session.ts';
import { upstreamToSession } from './upstream-events.ts';

export type SessionParts = {
  store: Pick<IngestStore, 'renew' | 'release' | 'renewDrain' | 'endDrain'>;
  log: Log;
  /** Time in which this process has heard and done what it should. */
  clock: () => number;
  /** Time as everybody's clock has it: a lease runs out however long the process stood still. */
  leaseClock: () => number;
  metrics: SessionMetrics;
} & Pick<MediaPathParts, 'startEncoder' | 'startRepackager' | 'createPublisher' | 'upstream'>;

/** A lease that has just been claimed, and what it says of the session so far. */
export type Grant = {
  streamId: StreamId;
  sessionId: string;
  fence: number;
  muxStreamKey: string;
  resumeToken: string;
  /** The session was under way elsewhere, and would have ended there if the server had refused its key. */
  resumed: boolean;
  /** Byte with which the session goes on; 0 for a new one. */
  committed: number;
  /** What the container stream's clock knew there. */
  mediaClock: ClockState | undefined;
  /** How long the holder before us may still be publishing. */
  barredMs: number;
  /** It takes the place of a feed that may still publish what it has received. */
  replaces: boolean;
  /** What the client says that it sends; a plain one says nothing. */
  media: Media | undefined;
  /** Asks for more room, or gives some back, once it is known what is really sent. */
  reserve: (units: number) => boolean;
};

/** A session under way, for its sockets and for the worker. */
export type RunningSession = Pick<Receiver, 'attach' | 'frame' | 'chunk' | 'skip' | 'stop' | 'left' | 'refuse'> & {
  readonly streamId: StreamId;
  readonly sessionId: string;
  readonly resumeToken: string;
  /** Another feed has the lease: what was received is still published, and the lease asked how long that may take. */
  replace(): void;
  /** The feed that this one has replaced has stopped. */
  freed(): void;
  /** Ends at once, whatever is on its way: an older feed has come back, or the process ends. */
  cut(because: 'replaced' | 'going-away'): void;
  /** Publishes up to the end of a GOP, gives the lease back and sends the client elsewhere. */
  migrate(): void;
  readonly over: Promise<CloseReason>;
};

/** The shell around `step`: connects what performs a session's effects with what causes its events (SPEC §S). */
export const runSession = (parts: SessionParts, grant: Grant): RunningSession => {
  const { store, clock, leaseClock, metrics } = parts;
  const { streamId, sessionId, resumeToken, fence, media, reserve } = grant;
  const log = limitLog(parts.log.with({ streamId, sessionId }), logLimit(clock));
  const containerStream = createContainerStream(grant.committed, grant.mediaClock);
  const replayBuffer = createReplayBuffer();
  const shared = { containerStream, replayBuffer, metrics, log, clock };
  const stats = createSessionStats({ ...shared, frameRate: media?.frameRate });
  const handover = createHandover({ ring: containerStream.ring, clock });

  const machine = createSessionMachine({
    beginning: beginningOf(grant, clock()),
    clock,
    perform: (effect) => perform(effect),
    onMoved: (session) => {
      if (session.at === 'live') return;
      log.info(`feed ${session.at}`, { because: session.because });
      receiver.shut();
    },
  });
  const { dispatch } = machine;

  const keeper = keepLease({
    store,
    streamId,
    sessionId,
    fence,
    clock: leaseClock,
    report: () => leaseReport(machine.session, receiver, progress, stats),
    onEvent: (event) => {
      if (event.type === 'unreachable') log.warn('lease not renewed', { cause: messageOf(event.cause) });
      dispatch(leaseToSession(event));
    },
  });

  const receiver = createReceiver({
    ...shared,
    media,
    reserve,
    facts: () => ({ resumeToken, committed: progress.committed }),
    unacknowledgedMs: () => progress.unacknowledgedMs,
    onEvent: (event) => {
      dispatch(receiverToSession(event));
      if (event.type !== 'came') return;
      stats.came(receiver.isHeldBack);
      goOn();
    },
  });

  const progress = createProgress({
    from: grant.committed,
    clock: grant.mediaClock,
    containerStream,
    replayBuffer,
    handover,
    keeper,
    receiver,
  });
  const ending = createEnding({ keeper, receiver, metrics });
  const { encoder, upstream, pictureChanges } = createMediaPath({
    ...parts,
    ...shared,
    frameRate: media?.frameRate,
    keeper,
    stats,
    streamKey: grant.muxStreamKey,
    onExited: dispatch,
    onUpstream: (event) => {
      const handedOver = progress.follow(event, machine.session);
      const meaning = upstreamToSession(event);
      return handedOver ? void handedOver.then(() => dispatch(meaning)) : dispatch(meaning);
    },
  });

  const tellState = onStateChanged(() => leaseState(machine.session, receiver), keeper);
  /** Feeds the encoder, and stops where the end has been reached. */
  const goOn = (): void => {
    encoder.pump();
    tellState();
    const because = machine.session.at === 'live' ? endReached(receiver, handover) : undefined;
    dispatch(because && { type: 'stopped', because });
  };

  const tellHealth = (): void => {
    const health = stats.look({ session: machine.session, encoder, receiver, upstream, changes: pictureChanges() });
    receiver.say({ type: 'health', health });
  };
  const stopPulse = startPulse({ leaseClock, replayBuffer, keeper, receiver, dispatch, goOn, tellHealth });
  const perform = createPerform({ encoder, upstream, stats, ending, progress, machine, stopPulse });

  log.info('feed opened', { resumedAt: grant.committed, barredMs: Math.round(grant.barredMs) });
  machine.start();

  const ofWorker = forTheWorker({ containerStream, encoder, ending, goOn, handover, keeper, log, machine, receiver });
  return { ...ofSockets(receiver), ...ofWorker, streamId, sessionId, resumeToken, over: ending.over };
};

const logLimit = (clock: () => number) => ({ most: LIMITS.logLines, everyMs: LIMITS.logEveryMs, clock });

const beginningOf = ({ barredMs, resumed, replaces }: Grant, nowMs: number) =>
  begin({ nowMs, freeMs: nowMs + barredMs, keyTaken: resumed, replaces });

/** What a session does with the events of its sockets. */
const ofSockets = (receiver: Receiver): Pick<Receiver, 'frame' | 'chunk' | 'skip' | 'stop' | 'left' | 'refuse'> => ({
  frame: (client, frame) => receiver.frame(client, frame),
  chunk: (client, bytes) => receiver.chunk(client, bytes),
  skip: (client, to) => receiver.skip(client, to),
  stop: (client, at) => receiver.stop(client, at),
  left: (client) => receiver.left(client),
  refuse: (client, reason, detail) => receiver.refuse(client, reason, detail),
});

/** What the worker asks of a session, and a socket that joins it. */
const forTheWorker = ({
  containerStream,
  encoder,
  ending,
  goOn,
  handover,
  keeper,
  log,
  machine,
  receiver,
}: {
  containerStream: ContainerStream;
  encoder: EncoderSupervisor;
  ending: Ending;
  goOn: () => void;
  handover: Handover;
  keeper: LeaseKeeper;
  log: Log;
  machine: SessionMachine;
  receiver: Receiver;
}): Pick<RunningSession, 'attach' | 'replace' | 'freed' | 'cut' | 'migrate'> => ({
  attach: (client) => {
    receiver.attach(client);
    ending.tell(machine.session);
  },
  replace: () => void keeper.check(),
  freed: () => machine.dispatch({ type: 'upstream-freed' }),
  cut: (because) => machine.dispatch({ type: 'fenced', because }),
  migrate: () => {
    if (receiver.mode === 'plain') return machine.dispatch({ type: 'stopped', because: 'going-away' });
    handover.begin(hasMedia(machine.session));
    encoder.limit(containerStream.ring.end);
    log.info('feed leaving');
    return goOn();
  },
});

/** What a renewal of the lease says of the session. */
const leaseReport = (
  session: Session,
  receiver: Receiver,
  progress: Progress,
  stats: SessionStats,
): Pick<Renewal, 'committed' | 'mediaClock' | 'state' | 'health'> => ({
  committed: progress.committed,
  ...(progress.clock && { mediaClock: toText(progress.clock) }),
  state: leaseState(session, receiver),
  health: { ...stats.latest },
});

/** Viewers hear of a client that is away, or back, when it is, and not with the next renewal. */
const onStateChanged = (stateNow: () => Renewal['state'], keeper: Pick<LeaseKeeper, 'check'>): (() => void) => {
  let told: Renewal['state'] | undefined;
  return () => {
    const state = stateNow();
    if (told !== undefined && state !== told) void keeper.check();
    told = state;
  };
};

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : '');

const hasMedia = (session: Session): boolean => session.at === 'live' && session.feed.encoder.is !== 'waiting';

/** The end that a live session has reached: of the client's container stream, or of what this worker still takes of it. */
const endReached = (
  { complete, mode }: Pick<Receiver, 'complete' | 'mode'>,
  { isDue, begun }: Handover,
): 'finished' | 'migrate' | undefined => {
  if (complete) return 'finished';
  return isDue || (begun && mode === undefined) ? 'migrate' : undefined;
};

/** The state that the lease shows to the control plane. */
const leaseState = (session: Session, { isSilent }: Pick<Receiver, 'isSilent'>): Renewal['state'] => {
  if (session.at === 'over') return 'reconnecting';
  const { client, encoder, upstream } = session.feed;
  if (client.is === 'away' || (session.at === 'live' && isSilent)) return 'reconnecting';
  // while it waits, the feed before it is what people see
  if (upstream.is === 'closing' || (upstream.is === 'barred' && upstream.drains)) return 'live';
  return upstream.is === 'connected' && encoder.is !== 'waiting' ? 'live' : 'connecting';
};
