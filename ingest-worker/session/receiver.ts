import { type CloseReason, type Media, type MediaFrame, type ServerMessage, WIRE_VERSION } from '#wire';
import { LIMITS } from '../limits.ts';
import type { Log } from '../log.ts';
import type { MediaFacts } from '../media/container.ts';
import type { Client } from './client.ts';
import { isAsDeclared, loadUnits } from './declared-pipeline.ts';
import type { ContainerStream, Taken } from './container-stream.ts';
import type { ReplayBuffer } from './replay-buffer.ts';
import { createRate } from './rate.ts';
import type { SessionMetrics } from './session-metrics.ts';

type Parts = {
  containerStream: ContainerStream;
  replayBuffer: Pick<ReplayBuffer, 'empty' | 'acknowledged' | 'encoded'>;
  /** What the client says that it sends; a plain one says nothing. */
  media: Media | undefined;
  /** Asks for the room that the media really needs; false where there is none. */
  reserve: (units: number) => boolean;
  /** The fields of a welcome that the receiver does not know itself. */
  facts: () => { resumeToken: string; committed: number };
  /** What has come and not arrived upstream, in milliseconds of media. */
  unacknowledgedMs: () => number;
  log: Log;
  clock: () => number;
  metrics: Pick<SessionMetrics, 'resumes' | 'skips' | 'receivedBytes'>;
  onEvent: (event: ReceiverEvent) => void;
};

export type ReceiverEvent =
  /** More of the container stream is in the ring. */
  | { type: 'came' }
  /** The ring holds enough for the first encoder to begin with. */
  | { type: 'began' }
  /** The client has done something for which it loses its show. */
  | { type: 'refused'; because: CloseReason }
  /** A socket has been welcomed. */
  | { type: 'returned' }
  /** The current socket has closed. */
  | { type: 'left'; mode: Client['mode'] };

/** The client's side of a session: takes the bytes of its sockets, within the limits, and tells it how far they came (SPEC §W, §L). */
export type Receiver = {
  /** Welcomes a socket; the one before it is fenced off. */
  attach(client: Client): void;
  /** Takes a media frame. False where it was not taken: what follows it at once will not be either. */
  frame(client: Client, frame: MediaFrame): boolean;
  /** Takes the next bytes of a plain client. */
  chunk(client: Client, bytes: Buffer): void;
  /** The client left out what lies before byte `to`. */
  skip(client: Client, to: number): void;
  /** The container stream ends at byte `at`. */
  stop(client: Client, at: number): void;
  /** The socket has closed. */
  left(client: Client): void;
  /** The socket broke a rule: the session ends for this reason. */
  refuse(client: Client, reason: CloseReason, detail: string): void;
  /** Sends a message to the current socket, if there is one. */
  say(message: ServerMessage): void;
  /** Closes the current socket, after the message that belongs to the reason. */
  close(reason: CloseReason): void;
  /** From now on nothing is taken. */
  shut(): void;
  /** Tells what was received and looks at time-outs; to be called every `pulseMs`. */
  pulse(): void;
  /** Mode of the current socket; undefined while there is none. */
  readonly mode: Client['mode'] | undefined;
  /** The client has said where the stream ends, and all before that has come. */
  readonly complete: boolean;
  /** More is held than may be, so that the client has to wait. */
  readonly isHeldBack: boolean;
  /** Nothing has come for `silentMs` from a client that is there and may send: one that is well always sends sound. */
  readonly isSilent: boolean;
  /** Payload bytes of all sockets, repeated ones too. */
  readonly receivedBytes: number;
};

export const createReceiver = (parts: Parts): Receiver => {
  const { containerStream, replayBuffer, media, log, clock, metrics, onEvent } = parts;
  const { ring } = containerStream;
  const rate = createRate({ kbps: media ? media.videoKbps + media.audioKbps : LIMITS.plainKbps, clock });
  let receivedBytes = 0;
  const openedMs = clock();
  let client: Client | undefined;
  let epoch = 0;
  let open = true;
  let began = false;
  /** What there is room for. */
  let admitted: MediaFacts | undefined;
  let toldReceived = ring.end;
  /** What was taken since `received` was last told, and up to which byte. What the client left out does not count. */
  let untold = { bytes: 0, upTo: ring.end };
  let stopAt: number | undefined;
  let refusal: string | undefined;
  let heldBackMs: number | undefined;
  let mediaMs = openedMs;
  /** Until when it could not have sent anything, or has. */
  let audibleMs = openedMs;

  const refuse = (because: CloseReason, detail: string): void => {
    if (!open) return;
    refusal = detail;
    log.warn('client refused', { reason: because, detail });
    onEvent({ type: 'refused', because });
  };

  const isCurrent = (from: Client): boolean => from === client && open;

  const isAdmitted = (bytes: Uint8Array): boolean => {
    receivedBytes += bytes.byteLength;
    metrics.receivedBytes(bytes.byteLength);
    if (rate.spend(bytes.byteLength)) return true;
    refuse('too-fast', 'more bytes than the bitrate allows');
    return false;
  };

  /** Elements count, too: a message of nothing else costs more than one of media. */
  const isAfforded = (elements: number, bytes: number): boolean => {
    if (rate.owe(elements * LIMITS.elementCostBytes - bytes)) return true;
    refuse('too-fast', 'more elements than the bitrate allows');
    return false;
  };

  /** Reads a piece; false where it was not taken. */
  const read = (bytes: Buffer, take: () => Taken): boolean => {
    const before = containerStream.elements;
    const taken = take();
    if (!isAfforded(containerStream.elements - before, bytes.byteLength)) return false;
    took(taken);
    return taken.taken && open;
  };

  const took = (taken: Taken): void => {
    if (!taken.taken) {
      if (taken.because === 'gap') return client?.say({ type: 'nack', expected: containerStream.next });
      return refuse(taken.because, taken.detail);
    }
    if (containerStream.mediaMs > clock() - openedMs + LIMITS.clockLeadMs)
      return refuse('unsupported-media', 'the media clock is far ahead of time');
    mediaMs = audibleMs = clock();
    const { largest } = containerStream;
    if (largest && largest !== admitted && !isWelcome(largest)) return;
    if (!began && containerStream.init && containerStream.ready) {
      began = true;
      onEvent({ type: 'began' });
    }
    onEvent({ type: 'came' });
    untold = { bytes: untold.bytes + ring.end - untold.upTo, upTo: ring.end };
    weigh();
    if (untold.bytes > LIMITS.windowBytes / 4) sayReceived();
    if (client?.mode === 'v1' && untold.bytes > LIMITS.windowBytes + LIMITS.frameBytes)
      refuse('too-fast', 'more bytes than the window allows');
  };

  /** Whether the media that came was announced, and there is room for it: also for a picture that has become larger since. */
  const isWelcome = (facts: MediaFacts): boolean => {
    if (media && !isAsDeclared(facts, media)) {
      refuse('unsupported-media', `${facts.video.codec} where ${media.videoCodec} was announced`);
      return false;
    }
    if (parts.reserve(loadUnits(facts, media))) {
      admitted = facts;
      containerStream.admit();
      return true;
    }
    containerStream.withhold();
    refuse('overloaded', 'no room for this kind of media');
    return false;
  };

  const isOverfull = (): boolean => ring.heldBytes > LIMITS.ringBytes;

  /**
   * Answers whether more is held than may be. A plain client is then not read. Other clients wait because their window stays
   * shut; they are read one window and one frame further, so that a client which ignores its window can be told so. New
   * sockets, of which each may bring a window's worth, do not move that limit.
   */
  const weigh = (): boolean => {
    if (isOverfull() && replayBuffer.empty) ring.hollow(replayBuffer.acknowledged);
    // A server that acknowledges in large steps may wait for more: what is encoded lies in the replay buffer as well.
    if (isOverfull() && replayBuffer.empty) ring.hollow(replayBuffer.encoded);
    const full = isOverfull();
    heldBackMs = full ? (heldBackMs ?? clock()) : undefined;
    const most = LIMITS.ringBytes + LIMITS.windowBytes + LIMITS.frameBytes;
    client?.hold(client.mode === 'plain' ? full : ring.heldBytes > most);
    return full;
  };

  const markTold = (): void => {
    toldReceived = ring.end;
    untold = { bytes: 0, upTo: ring.end };
  };

  const sayReceived = (): void => {
    if (toldReceived >= ring.end || containerStream.needsInit || weigh()) return;
    markTold();
    client?.say({ type: 'received', offset: toldReceived });
  };

  const whatIsMissing = (): string =>
    containerStream.heard
      ? 'sound came and no picture: a browser holds back one that does not change'
      : 'no picture came';

  const watch = (): void => {
    const nowMs = clock();
    if (!client || !open) return;
    if (client.mode === 'plain' && heldBackMs !== undefined && nowMs - heldBackMs > LIMITS.heldBackMs)
      return refuse('too-slow', 'held back for too long');
    if (nowMs - mediaMs > LIMITS.awayMs) return refuse('idle', 'no media');
    if (!began && nowMs - openedMs > LIMITS.firstPictureMs)
      return refuse(containerStream.next > 0 ? 'unsupported-media' : 'idle', whatIsMissing());
  };

  return {
    get receivedBytes() {
      return receivedBytes;
    },
    get mode() {
      return client?.mode;
    },
    get complete() {
      return stopAt !== undefined && containerStream.next >= stopAt;
    },
    get isHeldBack() {
      return heldBackMs !== undefined;
    },
    get isSilent() {
      const owesMedia = client !== undefined && open && containerStream.heard && stopAt === undefined;
      return owesMedia && clock() - audibleMs > LIMITS.silentMs;
    },
    attach: (next) => {
      // Not `replaced`, after which nobody comes back: its owner may read this before the new socket's welcome.
      client?.close('migrate', 'another socket of this feed');
      client = next;
      epoch++;
      if (epoch > 1) metrics.resumes();
      mediaMs = audibleMs = clock();
      markTold();
      next.say({
        type: 'welcome',
        version: WIRE_VERSION,
        ...parts.facts(),
        nextOffset: ring.end,
        needsInit: containerStream.needsInit,
        epoch,
        windowBytes: LIMITS.windowBytes,
        frameBytes: LIMITS.frameBytes,
      });
      onEvent({ type: 'returned' });
    },
    frame: (from, { epoch: its, init, offset, payload }) => {
      if (!isCurrent(from) || its !== epoch || !isAdmitted(payload)) return false;
      const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
      const isInit = containerStream.needsInit && init;
      return read(bytes, () =>
        isInit ? containerStream.takeInit(offset, bytes) : containerStream.take(offset, bytes),
      );
    },
    chunk: (from, bytes) => {
      if (isCurrent(from) && isAdmitted(bytes)) read(bytes, () => containerStream.take(containerStream.next, bytes));
    },
    skip: (from, to) => {
      if (!isCurrent(from) || to <= ring.end) return;
      log.warn('client left media out', { bytes: to - ring.end });
      metrics.skips();
      containerStream.skip(to);
      untold.upTo = ring.end;
    },
    stop: (from, at) => {
      if (!isCurrent(from)) return;
      stopAt = at;
      onEvent({ type: 'came' });
    },
    left: (from) => {
      if (from !== client) return;
      client = undefined;
      log.info('client left');
      onEvent({ type: 'left', mode: from.mode });
    },
    refuse: (from, reason, detail) => {
      if (from === client) refuse(reason, detail);
    },
    say: (message) => client?.say(message),
    close: (reason) => {
      if (reason === 'finished' || reason === 'ended-elsewhere') {
        // The client reckons what was published by what it knows to have come, and no pulse follows.
        sayReceived();
        const unacknowledgedMs = parts.unacknowledgedMs();
        client?.say({ type: 'ended', reason, ...(unacknowledgedMs > 0 && { unacknowledgedMs }) });
      }
      if (reason === 'migrate') client?.say({ type: 'migrate', afterMs: 0 });
      client?.close(reason, refusal);
      client = undefined;
    },
    shut: () => {
      open = false;
    },
    pulse: () => {
      if (heldBackMs !== undefined) audibleMs = clock();
      sayReceived();
      watch();
    },
  };
};
