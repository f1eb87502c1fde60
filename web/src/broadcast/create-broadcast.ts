import { RUNG_PARAMETER, type Health, type Rung } from '#wire';
import { step, type Broadcast, type BroadcastEvent, type Effect } from './broadcast.ts';
import type { Sound } from './capture/sound.ts';
import type { Studio, StudioEars, StudioView } from './capture/studio.ts';
import type { Plan } from './encode/ladder.ts';
import type { Stats } from './engine/messages.ts';
import type { UrlAnswer } from '#ingest-client/dial';
import type { UplinkEvent } from '#ingest-client/uplink';
import type { Rig, RigParts } from './rig.ts';

/** What the broadcast asks of the control plane. */
export type BroadcastPorts = {
  /** A fresh address with a fresh single-use key, for every attempt at a connection after the first. */
  getIngestUrl: (streamId: string) => Promise<UrlAnswer>;
  endStream: (streamId: string) => Promise<void>;
};

/** Makes the stream when Start is pressed. What it throws has a message for the person. */
export type CreateStream = () => Promise<{ streamId: string; ingestUrl: string }>;

export type Snapshot = {
  state: Broadcast;
  studio: StudioView;
  /** Known once the browser's encoders have been tried. */
  rung: Rung | undefined;
  health: Health | undefined;
  stats: Stats | undefined;
  /** So much of the show is missing because the network was away for longer than memory holds. */
  skippedMs: number;
};

export type BroadcastHandle = {
  subscribe: (listener: () => void) => () => void;
  getSnapshot: () => Snapshot;
  /** Asks for the devices; the preview follows. */
  ask: () => void;
  /** Lets go of the devices, or of a show that is over. A running show is not dismissed but ended. */
  dismiss: () => void;
  start: (createStream: CreateStream) => void;
  end: () => void;
  /** The browser says that the network is back. */
  online: () => void;
  studio: Pick<Studio, 'chooseCamera' | 'chooseMicrophone' | 'setCameraOn' | 'setMuted' | 'share' | 'unshare'>;
  /** Loudness of the microphone, from 0 to 1. */
  level: () => number;
};

type Parts = {
  ports: BroadcastPorts;
  clock: () => number;
  createStudio: (ears: StudioEars) => Studio;
  createRig: (parts: RigParts) => Rig;
  /** Keeps the machine awake until the answer is called. */
  keepAwake: () => () => void;
};

const shownOf = ({ cameraOn, camera, screen }: StudioView) => ({
  camera: cameraOn && camera !== undefined,
  screen: screen !== undefined,
});

/** How many other rungs a show may fall back to. */
const OTHER_RUNGS = 2;

const messageOf = (error: unknown) => (error instanceof Error ? error.message : 'The stream could not be created.');

/** A broadcast: performs what `step` wants done, and says what is. Outlives every page that shows it. */
export const createBroadcast = ({ ports, clock, createStudio, createRig, keepAwake }: Parts): BroadcastHandle => {
  const listeners = new Set<() => void>();
  let state: Broadcast = { at: 'idle' };
  let rig: Rig | undefined;
  let planning: Promise<Plan | undefined> | undefined;
  let createStream: CreateStream | undefined;
  let firstUrl: string | undefined;
  let letSleep = () => {};
  /** Counts the questions for devices: an answer to an earlier one is not this one's. */
  let askings = 0;
  let failedRungs: Rung[] = [];
  let told: Omit<Snapshot, 'state' | 'studio'> = {
    rung: undefined,
    health: undefined,
    stats: undefined,
    skippedMs: 0,
  };

  const studio = createStudio({
    onChange: () => changed(),
    onTrack: (slot, track) => {
      rig?.setTrack(slot, track);
      rig?.show(shownOf(studio.view()));
    },
  });
  let snapshot: Snapshot = { state, studio: studio.view(), ...told };

  const changed = (news: Partial<typeof told> = {}) => {
    told = { ...told, ...news };
    snapshot = { state, studio: studio.view(), ...told };
    for (const listener of listeners) listener();
  };

  const happen = (event: BroadcastEvent) => {
    const [next, effects] = step(state, event);
    state = next;
    changed();
    for (const effect of effects) perform(effect);
  };

  /** Performs `work`; what it answers counts only while the rig is the one that it began with. */
  const withRig = (work: (rig: Rig) => Promise<unknown>) => {
    const mine = rig;
    if (!mine) return;
    work(mine).catch((error: unknown) => {
      console.error('The encoder could not be driven:', error);
      onEncoderFailed(mine);
    });
  };

  /** What a rig that has been given up says does not count. */
  const onEncoderFailed = (of: Rig) => {
    if (rig !== of) return;
    if (told.rung) failedRungs.push(told.rung);
    happen({ type: 'encoder-failed', instead: failedRungs.length <= OTHER_RUNGS, atMs: clock() });
  };

  const onUplink = (event: UplinkEvent) => {
    if (event.type === 'health') return changed({ health: event.health });
    // What the worker cannot read from this encoder it may read from another.
    if (event.type === 'failed' && event.because === 'unsupported-media' && rig) return onEncoderFailed(rig);
    if (event.type === 'skipped') return changed({ skippedMs: told.skippedMs + event.ms });
    happen({ type: 'uplink', event, atMs: clock() });
  };

  /** With the rung in it, so that a worker with room for this one does not turn it away for want of room for another. */
  const withRung = (url: string): UrlAnswer => {
    const named = new URL(url);
    if (told.rung) named.searchParams.set(RUNG_PARAMETER, told.rung);
    return { given: true, url: named.href };
  };

  const getUrl = async (): Promise<UrlAnswer> => {
    const url = firstUrl;
    firstUrl = undefined;
    if (url !== undefined) return withRung(url);
    const streamId = 'streamId' in state ? state.streamId : undefined;
    if (streamId === undefined) return { given: false, because: 'ended' };
    try {
      const answer = await ports.getIngestUrl(streamId);
      return answer.given ? withRung(answer.url) : answer;
    } catch {
      return { given: false, because: 'unreachable' };
    }
  };

  const setUpRig = (sound: Sound) => {
    const mine = createRig({
      sound,
      without: failedRungs,
      getUrl,
      onUplink,
      onStats: (stats) => changed({ stats }),
      onEncoderFailed: () => onEncoderFailed(mine),
    });
    rig = mine;
    const { camera, screen } = studio.view();
    if (camera) mine.setTrack('camera', camera);
    if (screen) mine.setTrack('screen', screen);
    mine.show(shownOf(studio.view()));
    // Tried while the person looks at the preview, so that Start does not wait for it.
    planning = mine.choosePlan().then((plan) => {
      if (rig === mine) changed({ rung: plan?.rung });
      return plan;
    });
  };

  const askDevices = async () => {
    const mine = ++askings;
    const answer = await studio.open();
    if (mine !== askings || state.at !== 'asking') return;
    const sound = studio.sound();
    if (answer.opened && sound) setUpRig(sound);
    happen(answer.opened ? { type: 'granted' } : { type: 'refused', because: answer.because });
  };

  const makeStream = async () => {
    const create = createStream;
    const plan = await planning;
    if (!plan) return happen({ type: 'unsupported' });
    if (!create) return;
    try {
      const { streamId, ingestUrl } = await create();
      firstUrl = ingestUrl;
      happen({ type: 'created', streamId });
    } catch (error) {
      happen({ type: 'not-created', problem: messageOf(error) });
    }
  };

  const changeEncoder = () => {
    const sound = studio.sound();
    rig?.close();
    rig = undefined;
    if (sound) setUpRig(sound);
    withRig(async (mine) => {
      const plan = await planning;
      if (!plan) throw new Error('no other rung works here');
      mine.open(plan);
    });
  };

  const perform = (effect: Effect) => {
    switch (effect.do) {
      case 'ask-devices':
        failedRungs = [];
        changed({ rung: undefined, health: undefined, stats: undefined, skippedMs: 0 });
        void askDevices();
        return;
      case 'create-stream':
        studio.sound()?.resume();
        void makeStream();
        return;
      case 'open-feed':
        letSleep = keepAwake();
        return withRig(async (mine) => {
          const plan = await planning;
          if (plan) mine.open(plan);
        });
      case 'start-encoder':
        return withRig(async (mine) => {
          const plan = await planning;
          if (plan) await mine.encode(plan);
        });
      case 'change-encoder':
        return changeEncoder();
      case 'stop-encoder':
        return withRig((mine) => mine.stop());
      case 'release-devices':
        letSleep();
        letSleep = () => {};
        rig?.close();
        rig = undefined;
        studio.close();
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
    start: (create) => {
      createStream = create;
      happen({ type: 'start-pressed' });
    },
    end: () => happen({ type: 'end-pressed' }),
    online: () => rig?.online(),
    studio: {
      chooseCamera: studio.chooseCamera,
      chooseMicrophone: studio.chooseMicrophone,
      setCameraOn: studio.setCameraOn,
      setMuted: studio.setMuted,
      share: studio.share,
      unshare: studio.unshare,
    },
    level: () => studio.sound()?.level() ?? 0,
  };
};
