import { type CloseReason, type Media, type MediaFrame, type ServerMessage, WIRE_VERSION } from '#wire';
import { LIMITS, LOAD_UNITS } from '../limits.ts';
import type { Log } from '../log.ts';
import { pipelineOf } from '../media/container.ts';
import type { Client } from './client.ts';
import { declaredPipeline } from './declared.ts';
import type { Intake, Taken } from './intake.ts';
import type { Outlet } from './outlet.ts';
import { createRate } from './rate.ts';
import type { Tally } from './tally.ts';

type Parts = {
  intake: Intake;
  outlet: Pick<Outlet, 'empty' | 'arrived'>;
  /** What the client says that it sends; a plain one says nothing. */
  media: Media | undefined;
  /** Asks for room for what it really sends. */
  reserve: (units: number) => boolean;
  /** What a welcome says beside what is known here. */
  facts: () => { resumeToken: string; committed: number };
  log: Log;
  clock: () => number;
  tally: Pick<Tally, 'resumes' | 'skips' | 'receivedBytes'>;
  onEvent: (event: ReceptionEvent) => void;
};

export type ReceptionEvent =
  /** More of the recording is in the ring… */
  | { type: 'came' }
  /** …for the first time enough to begin with. */
  | { type: 'began' }
  | { type: 'refused'; because: CloseReason }
  | { type: 'returned' }
  | { type: 'left'; mode: Client['mode'] };

/** The client's side of a session: takes what it sends, within its bounds, and tells it what it is owed (SPEC §W, §L). */
export type Reception = {
  /** Welcomes a socket; the one before it is fenced off. */
  attach(client: Client): void;
  /** False where it was not taken: what follows it at once will not be either. */
  frame(client: Client, frame: MediaFrame): boolean;
  chunk(client: Client, bytes: Buffer): void;
  skip(client: Client, to: number): void;
  stop(client: Client, at: number): void;
  left(client: Client): void;
  refuse(client: Client, reason: CloseReason, detail: string): void;
  say(message: ServerMessage): void;
  close(reason: CloseReason): void;
  /** Nothing more is taken. */
  shut(): void;
  /** Time has passed. */
  pulse(): void;
  readonly mode: Client['mode'] | undefined;
  /** The client has said where it ends, and that is here. */
  readonly complete: boolean;
  readonly isHeldBack: boolean;
  readonly receivedBytes: number;
};

export const createReception = (parts: Parts): Reception => {
  const { intake, outlet, media, log, clock, tally, onEvent } = parts;
  const { ring } = intake;
  const rate = createRate({ kbps: media ? media.videoKbps + media.audioKbps : LIMITS.plainKbps, clock });
  let receivedBytes = 0;
  const openedMs = clock();
  let client: Client | undefined;
  let epoch = 0;
  let open = true;
  let began = false;
  let toldReceived = ring.end;
  /** Taken since `received` was last told: what the client had on its way. What it left out does not count. */
  let untold = { bytes: 0, upTo: ring.end };
  let stopAt: number | undefined;
  let refusal: string | undefined;
  let heldBackMs: number | undefined;
  let mediaMs = openedMs;

  const refuse = (because: CloseReason, detail: string): void => {
    if (!open) return;
    refusal = detail;
    log.warn('client refused', { reason: because, detail });
    onEvent({ type: 'refused', because });
  };

  const isCurrent = (from: Client): boolean => from === client && open;

  const isAdmitted = (bytes: Uint8Array): boolean => {
    receivedBytes += bytes.byteLength;
    tally.receivedBytes(bytes.byteLength);
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
    const before = intake.elements;
    const taken = take();
    if (!isAfforded(intake.elements - before, bytes.byteLength)) return false;
    took(taken);
    return taken.taken && open;
  };

  const took = (taken: Taken): void => {
    if (!taken.taken) {
      if (taken.because === 'gap') return client?.say({ type: 'nack', expected: intake.next });
      return refuse(taken.because, taken.detail);
    }
    if (intake.mediaMs > clock() - openedMs + LIMITS.clockLeadMs)
      return refuse('unsupported-media', 'the media clock is far ahead of time');
    mediaMs = clock();
    if (!began && intake.init && !isWelcome(intake.init)) return;
    if (!began && intake.init && intake.ready) {
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

  /** Now that the recording says what it is: whether that was announced, and there is room for it. */
  const isWelcome = ({ facts }: NonNullable<Intake['init']>): boolean => {
    const pipeline = pipelineOf(facts);
    if (media && pipeline !== declaredPipeline(media)) {
      refuse('unsupported-media', `${facts.video.codec} where ${media.videoCodec} was announced`);
      return false;
    }
    if (parts.reserve(LOAD_UNITS[pipeline])) return true;
    refuse('overloaded', 'no room for this kind of media');
    return false;
  };

  const isOverfull = (): boolean => ring.heldBytes > LIMITS.ringBytes || ring.heldMs > LIMITS.ringMs;

  /**
   * Whether more is held than may be: plain clients are then not read, the window of others stays shut. Those are read on for
   * as long as one that does not keep to its window is still to be told so, and no further: sockets made anew may each bring
   * a window's worth.
   */
  const weigh = (): boolean => {
    if (isOverfull() && outlet.empty) ring.hollow(outlet.arrived);
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
    if (toldReceived >= ring.end || intake.needsInit || weigh()) return;
    markTold();
    client?.say({ type: 'received', offset: toldReceived });
  };

  const watch = (): void => {
    const nowMs = clock();
    if (!client || !open) return;
    if (client.mode === 'plain' && heldBackMs !== undefined && nowMs - heldBackMs > LIMITS.heldBackMs)
      return refuse('too-slow', 'held back for too long');
    if (nowMs - mediaMs > LIMITS.awayMs) return refuse('idle', 'no media');
    if (!began && nowMs - openedMs > LIMITS.firstPictureMs)
      return refuse(intake.next > 0 ? 'unsupported-media' : 'idle', 'no picture came');
  };

  return {
    get receivedBytes() {
      return receivedBytes;
    },
    get mode() {
      return client?.mode;
    },
    get complete() {
      return stopAt !== undefined && intake.next >= stopAt;
    },
    get isHeldBack() {
      return heldBackMs !== undefined;
    },
    attach: (next) => {
      // Not `replaced`, after which nobody comes back: its owner may read this before the new socket's welcome.
      client?.close('migrate', 'another socket of this feed');
      client = next;
      epoch++;
      if (epoch > 1) tally.resumes();
      mediaMs = clock();
      markTold();
      next.say({
        type: 'welcome',
        version: WIRE_VERSION,
        ...parts.facts(),
        nextOffset: ring.end,
        needsInit: intake.needsInit,
        epoch,
        windowBytes: LIMITS.windowBytes,
        frameBytes: LIMITS.frameBytes,
      });
      onEvent({ type: 'returned' });
    },
    frame: (from, { epoch: its, init, offset, payload }) => {
      if (!isCurrent(from) || its !== epoch || !isAdmitted(payload)) return false;
      const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
      const isInit = intake.needsInit && init;
      return read(bytes, () => (isInit ? intake.takeInit(offset, bytes) : intake.take(offset, bytes)));
    },
    chunk: (from, bytes) => {
      if (isCurrent(from) && isAdmitted(bytes)) read(bytes, () => intake.take(intake.next, bytes));
    },
    skip: (from, to) => {
      if (!isCurrent(from) || to <= ring.end) return;
      log.warn('client left media out', { bytes: to - ring.end });
      tally.skips();
      intake.skip(to);
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
      if (reason === 'finished' || reason === 'ended-elsewhere') client?.say({ type: 'ended', reason });
      if (reason === 'migrate') client?.say({ type: 'migrate', afterMs: 0 });
      client?.close(reason, refusal);
      client = undefined;
    },
    shut: () => {
      open = false;
    },
    pulse: () => {
      sayReceived();
      watch();
    },
  };
};
