import type { UplinkEvent } from '#ingest-client/uplink';
import type { Health, Rung } from '#wire';
import { step, type Broadcast, type BroadcastEvent, type Effect } from './broadcast.ts';
import { causeOf, withSample, type Cause, type Sample } from './cause.ts';
import type { Capture, CaptureListener, CaptureView } from './capture/capture.ts';
import { createEncoding } from './encoding.ts';
import type { Stats } from './engine/messages.ts';
import { createIngestUrls } from './ingest-urls.ts';
import type { Leftover, Leftovers } from './leftovers.ts';
import type { Pipeline, PipelineParts } from './pipeline.ts';
import type { BroadcastPorts, CreateStream } from './ports.ts';

export type Snapshot = Measured & {
  state: Broadcast;
  capture: CaptureView;
  /** What pages that are gone have left to be sent. */
  leftovers: readonly Leftover[];
};

/** What has been measured in a show so far. */
type Measured = {
  /** Known once the browser's encoders have been tried. */
  rung: Rung | undefined;
  health: Health | undefined;
  stats: Stats | undefined;
  /** Why it is not well, or that it is. */
  cause: Cause;
  /** How much of the show is missing because the network was away for longer than memory holds. */
  skippedMs: number;
};

export type BroadcastHandle = {
  subscribe: (listener: () => void) => () => void;
  getSnapshot: () => Snapshot;
  /** Asks for the devices; the preview follows. */
  ask: () => void;
  /** Lets go of the devices, or of a show that is over. A running show is not dismissed but ended. */
  dismiss: () => void;
  /** @param sinceMs when the show went on the air, where it is gone on with */
  start: (createStream: CreateStream, sinceMs?: number) => void;
  end: () => void;
  /** The browser says that the network is back. */
  online: () => void;
  capture: Pick<Capture, 'chooseCamera' | 'chooseMicrophone' | 'setCameraOn' | 'setMuted' | 'share' | 'unshare'>;
  /** What became of what was left has been read. */
  dismissLeftovers: () => void;
  /** Loudness of the microphone, from 0 to 1. */
  level: () => number;
};

type Parts = {
  ports: BroadcastPorts;
  /** Pictures a second that an encoder is to be given. */
  frameRate: number;
  clock: () => number;
  createCapture: (listener: CaptureListener) => Capture;
  createPipeline: (parts: PipelineParts) => Pipeline;
  /** Keeps the machine awake until the answer is called. */
  keepAwake: () => () => void;
  /** Sends what pages that are gone have left. */
  startLeftovers: (onChange: () => void) => Leftovers;
};

const NOTHING_MEASURED: Measured = {
  rung: undefined,
  health: undefined,
  stats: undefined,
  cause: { is: 'unknown' },
  skippedMs: 0,
};
/** What the worker said so long ago tells nothing of now. */
const HEALTH_FRESH_MS = 3_500;

const messageOf = (error: unknown) => (error instanceof Error ? error.message : 'The stream could not be created.');

/** A broadcast: performs what `step` wants done, and says what is. Outlives every page that shows it. */
export const createBroadcast = ({
  ports,
  frameRate,
  clock,
  createCapture,
  createPipeline,
  keepAwake,
  startLeftovers,
}: Parts): BroadcastHandle => {
  const listeners = new Set<() => void>();
  let state: Broadcast = { at: 'idle' };
  let measured = NOTHING_MEASURED;
  let createStream: CreateStream | undefined;
  let goesOnSinceMs: number | undefined;
  let letSleep = () => {};
  /** Counts the questions for devices: an answer to an earlier one is not this one's. */
  let askings = 0;
  let samples: Sample[] = [];
  /** When the worker last told its health. */
  let heardMs = -Infinity;

  const onUplink = (event: UplinkEvent) => {
    if (event.type === 'health') {
      heardMs = clock();
      return changed({ health: event.health });
    }
    if (event.type === 'skipped') return changed({ skippedMs: measured.skippedMs + event.ms });
    happen({ type: 'uplink', event, atMs: clock() });
  };

  const onStats = (stats: Stats) => {
    const atMs = clock();
    const health = atMs - heardMs < HEALTH_FRESH_MS ? measured.health : undefined;
    // Before it is on the air, and while it has no connection, there is something else to be said.
    samples = state.at === 'live' ? withSample(samples, { atMs, stats, health }) : [];
    changed({ stats, cause: causeOf(samples, frameRate) });
  };

  const capture = createCapture({
    onChange: () => changed(),
    onTrack: (slot, track) => encoding.setTrack(slot, track),
  });
  const urls = createIngestUrls(ports);
  const encoding = createEncoding({
    createPipeline,
    capture,
    getUrl: () => urls.next('streamId' in state ? state.streamId : undefined, measured.rung),
    onUplink,
    show: () => ({ streamId: 'streamId' in state ? (state.streamId ?? '') : '', sinceMs: clock(), whole: false }),
    onStats,
    onRung: (rung) => changed({ rung }),
    onFailed: (instead) => happen({ type: 'encoder-failed', instead, atMs: clock() }),
    onMissing: () => happen({ type: 'part-missing', atMs: clock() }),
  });
  const leftovers = startLeftovers(() => changed());
  const look = (): Snapshot => ({ state, capture: capture.view(), leftovers: leftovers.view(), ...measured });
  let snapshot = look();

  const changed = (news: Partial<Measured> = {}) => {
    measured = { ...measured, ...news };
    snapshot = look();
    for (const listener of listeners) listener();
  };

  const happen = (event: BroadcastEvent) => {
    const [next, effects] = step(state, event);
    state = next;
    changed();
    for (const effect of effects) perform(effect);
  };

  const askDevices = async () => {
    const mine = ++askings;
    const answer = await capture.open();
    if (mine !== askings || state.at !== 'asking') return;
    const sound = capture.sound();
    if (answer.opened && sound) encoding.begin(sound);
    happen(answer.opened ? { type: 'granted' } : { type: 'refused', because: answer.because });
  };

  const makeStream = async () => {
    const create = createStream;
    if (!(await encoding.plan())) return happen({ type: 'unsupported' });
    if (!create) return;
    // A new feed of the same show replaces the one that these belong to.
    await leftovers.settled();
    try {
      const { streamId, ingestUrl } = await create();
      urls.startWith(ingestUrl);
      happen({ type: 'created', streamId, ...(goesOnSinceMs !== undefined && { sinceMs: goesOnSinceMs }) });
    } catch (error) {
      happen({ type: 'not-created', problem: messageOf(error) });
    }
  };

  const perform = (effect: Effect) => {
    switch (effect.do) {
      case 'ask-devices':
        changed(NOTHING_MEASURED);
        void askDevices();
        return;
      case 'create-stream':
        capture.sound()?.resume();
        void makeStream();
        return;
      case 'open-uplink':
        letSleep = keepAwake();
        return encoding.open();
      case 'start-encoder':
        return encoding.encode();
      case 'change-encoder':
        return encoding.change();
      case 'stop-encoder':
        return encoding.stop();
      case 'release-devices':
        letSleep();
        letSleep = () => {};
        encoding.close();
        capture.close();
        return;
      case 'end-stream':
        // Where this does not get through, the control plane ends what nobody feeds.
        ports.endStream(effect.streamId).catch((error: unknown) => console.warn('The stream was not ended:', error));
    }
  };

  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getSnapshot: () => snapshot,
    ask: () => happen({ type: 'asked' }),
    dismiss: () => happen({ type: 'dismissed' }),
    start: (create, sinceMs) => {
      createStream = create;
      goesOnSinceMs = sinceMs;
      happen({ type: 'start-pressed' });
    },
    end: () => happen({ type: 'end-pressed', atMs: clock() }),
    online: encoding.online,
    capture: {
      chooseCamera: capture.chooseCamera,
      chooseMicrophone: capture.chooseMicrophone,
      setCameraOn: capture.setCameraOn,
      setMuted: capture.setMuted,
      share: capture.share,
      unshare: capture.unshare,
    },
    dismissLeftovers: leftovers.dismiss,
    level: () => capture.sound()?.level() ?? 0,
  };
};
