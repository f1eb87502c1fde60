import type { UplinkEvent } from '#ingest-client/uplink';
import { step, type Broadcast, type BroadcastEvent, type Effect } from './broadcast.ts';
import type { Capture, CaptureListener } from './capture/capture.ts';
import type { CaptureView } from './capture/capture-view.ts';
import type { Sound, SoundInput } from './capture/sound.ts';
import type { Lesser, Plan } from './encode/ladder.ts';
import { createEncoding } from './encoding.ts';
import type { StudioGuests, StudioGuestsListener, GuestsView } from './guests/studio-guests.ts';
import { createIngestUrls } from './ingest-urls.ts';
import type { Leftover, Leftovers } from './leftovers.ts';
import { createMeasuring, type Measured } from './measuring.ts';
import { candidatesOf, formatOf, pictureLimits, type Format, type PictureWish } from './picture/format.ts';
import type { Pipeline, PipelineParts } from './pipeline.ts';
import type { BroadcastPorts, CreateStream } from './ports.ts';
import type { GuestSlot } from './picture/stage.ts';
import type { Scenes, ScenesListener, ScenesView } from './scenes/scenes.ts';

export type Snapshot = Measured & {
  state: Broadcast;
  capture: CaptureView;
  /** What pages that are gone have left to be sent. */
  leftovers: readonly Leftover[];
  picture: PictureView;
  scenes: ScenesView;
  guests: GuestsView;
  /** The recording of the show, or of the next one, is to stay on this device. */
  keep: boolean;
};

/** What is wished of the picture, and what it has come to. */
export type PictureView = {
  wish: PictureWish;
  /** What the show has, or would have; nothing while that is being tried. */
  format: Format | undefined;
  /** Why it is less than was wished. */
  because: Lesser | undefined;
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
  capture: Pick<
    Capture,
    | 'chooseCamera'
    | 'chooseMicrophone'
    | 'flipCamera'
    | 'setBlur'
    | 'setCameraOn'
    | 'setMuted'
    | 'setGain'
    | 'setProcessing'
    | 'share'
    | 'unshare'
  >;
  scenes: Omit<Scenes, 'view' | 'onScreen' | 'setGuests' | 'reset'>;
  guests: Omit<StudioGuests, 'view' | 'follow'>;
  /**
   * Wishes another picture, which is then tried. Once Start has been pressed it stays as it is.
   *
   * @param insist take it, whatever the trial shows
   */
  setPicture: (wish: PictureWish, insist?: boolean) => void;
  /** Wishes that the recording stays on this device, from the next show on. */
  setKeep: (keep: boolean) => void;
  /** What became of what was left has been read. */
  dismissLeftovers: () => void;
  /** Loudness of an input, from 0 to 1. @param input microphone by default */
  level: (input?: SoundInput) => number;
  /** Loudness of a guest, from 0 to 1. */
  guestLevel: (guest: GuestSlot) => number;
  /** The highest of the microphone's samples of late; from 1 on it is cut off. */
  peak: () => number;
  /** The mix as viewers hear it; nothing while there is none. */
  soundTrack: () => MediaStreamTrack | undefined;
};

type Parts = {
  ports: BroadcastPorts;
  /** What was wished of the picture last time, and where that is kept. */
  wish: { read: () => PictureWish; keep: (wish: PictureWish) => void };
  /** Whether recordings were to stay on this device, and where that is kept. */
  keeping: { read: () => boolean; keep: (keep: boolean) => void };
  /** Takes every wish for a picture, whatever a trial shows. @default false */
  insists?: boolean;
  /** Tries what the network carries upwards; nothing where that cannot be found out. */
  tryUplink: () => Promise<number | undefined>;
  clock: () => number;
  createCapture: (listener: CaptureListener) => Capture;
  createPipeline: (parts: PipelineParts) => Pipeline;
  createScenes: (listener: ScenesListener) => Scenes;
  createGuests: (listener: StudioGuestsListener & { sound: () => Sound | undefined }) => StudioGuests;
  /** Keeps the machine awake until the answer is called. */
  keepAwake: () => () => void;
  /** Sends what pages that are gone have left. */
  startLeftovers: (onChange: () => void) => Leftovers;
};

const USUAL: Format = { shape: 'landscape', quality: '720p30' };
/** A broadcast: performs what `step` wants done, and says what is. Outlives every page that shows it. */
export const createBroadcast = ({
  ports,
  wish: wishes,
  keeping,
  insists = false,
  tryUplink,
  clock,
  createCapture,
  createPipeline,
  createScenes,
  createGuests,
  keepAwake,
  startLeftovers,
}: Parts): BroadcastHandle => {
  const listeners = new Set<() => void>();
  let state: Broadcast = { at: 'idle' };
  let createStream: CreateStream | undefined;
  let goesOnSinceMs: number | undefined;
  let letSleep = () => {};
  /** Counts the questions for devices: an answer to an earlier one is not this one's. */
  let askings = 0;
  let picture: PictureView = { wish: wishes.read(), format: undefined, because: undefined };
  /** Of the video file that plays; it may have begun before there was a graph for its sound. */
  let mediaSound: MediaStreamTrack | undefined;
  let keep = keeping.read();
  let uplinkKbps: Promise<number | undefined> = Promise.resolve(undefined);

  const measuring = createMeasuring({ clock, onChange: () => changed() });

  const onUplink = (event: UplinkEvent) => {
    if (event.type === 'health') return measuring.onHealth(event.health);
    if (event.type === 'lost') measuring.onLost();
    if (event.type === 'skipped') return measuring.onSkipped(event.ms);
    happen({ type: 'uplink', event, atMs: clock() });
  };

  const capture = createCapture({
    onChange: () => changed(),
    onTrack: (slot, track) => {
      encoding.setTrack(slot, track);
      if (slot === 'screen') scenes.onScreen(track !== undefined);
    },
  });
  const urls = createIngestUrls(ports);
  const encoding = createEncoding({
    createPipeline,
    capture,
    getUrl: () => urls.next('streamId' in state ? state.streamId : undefined, measuring.view().rung),
    onUplink,
    show: () => ({ streamId: 'streamId' in state ? (state.streamId ?? '') : '', sinceMs: clock(), keep }),
    onStats: (stats) =>
      measuring.onStats(stats, {
        onAir: state.at === 'live',
        frameRate: pictureLimits(picture.format ?? USUAL).frameRate,
      }),
    onRoomGone: () => measuring.set({ roomGone: true }),
    onStoodStill: (ms) => happen({ type: 'stood-still', ms, atMs: clock() }),
    uplinkKbps: () => uplinkKbps,
    onPlan: (plan) => onPlan(plan),
    onFailed: (instead) => happen({ type: 'encoder-failed', instead, atMs: clock() }),
    onMissing: () => happen({ type: 'part-missing', atMs: clock() }),
  });
  const scenes = createScenes({
    onStage: encoding.setStage,
    onImage: encoding.setImage,
    onMedia: (track, sound) => {
      encoding.setTrack('media', track);
      mediaSound = sound;
      capture.sound()?.setMedia(sound);
    },
    onChange: () => changed(),
  });
  encoding.setStage(scenes.view().stage);
  const guests = createGuests({
    sound: () => capture.sound(),
    onChange: () => changed(),
    onNames: scenes.setGuests,
    onPicture: encoding.setTrack,
  });
  const leftovers = startLeftovers(() => changed());
  const look = (): Snapshot => ({
    state,
    capture: capture.view(),
    leftovers: leftovers.view(),
    picture,
    scenes: scenes.view(),
    guests: guests.view(),
    keep,
    ...measuring.view(),
  });
  let snapshot = look();

  const changed = () => {
    snapshot = look();
    for (const listener of listeners) listener();
  };

  const happen = (event: BroadcastEvent) => {
    const [next, effects] = step(state, event);
    state = next;
    guests.follow(hasGuests(next) ? next.streamId : undefined);
    changed();
    for (const effect of effects) perform(effect);
  };

  /** Tries what is wished, in the shape that is wished or that the camera has. */
  const tryPicture = (sound: Sound, insist = insists) => {
    const { shape, quality } = picture.wish;
    const wished: Format = { shape: shape === 'camera' ? (capture.shape() ?? USUAL.shape) : shape, quality };
    picture = { ...picture, format: undefined, because: undefined };
    measuring.set({ rung: undefined });
    encoding.begin(sound, (insist ? [wished] : candidatesOf(wished)).map(pictureLimits));
  };

  const onPlan = (plan: Plan | undefined) => {
    const { because } = plan ?? {};
    const format = plan && formatOf(plan.media);
    picture = { ...picture, format, because };
    // A camera that gives the picture's own size is taken over as it is, which costs least.
    if (format) void capture.fit(pictureLimits(format));
    measuring.set({ rung: plan?.rung });
  };

  const askDevices = async () => {
    const mine = ++askings;
    const answer = await capture.open();
    if (mine !== askings || state.at !== 'asking') return;
    const sound = capture.sound();
    sound?.setMedia(mediaSound);
    if (answer.opened && sound) tryPicture(sound);
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
      happen({ type: 'not-created', problem: error });
    }
  };

  const perform = (effect: Effect) => {
    switch (effect.do) {
      case 'ask-devices':
        measuring.reset();
        uplinkKbps = tryUplink().catch(() => undefined);
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
        scenes.reset();
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
      flipCamera: capture.flipCamera,
      setBlur: capture.setBlur,
      setCameraOn: capture.setCameraOn,
      setMuted: capture.setMuted,
      setGain: capture.setGain,
      setProcessing: capture.setProcessing,
      share: capture.share,
      unshare: capture.unshare,
    },
    scenes,
    guests,
    setPicture: (wish, insist) => {
      const sound = capture.sound();
      if (state.at !== 'ready' || !sound) return;
      picture = { ...picture, wish };
      wishes.keep(wish);
      tryPicture(sound, insist);
    },
    setKeep: (next) => {
      keep = next;
      keeping.keep(next);
      changed();
    },
    dismissLeftovers: leftovers.dismiss,
    level: (input) => capture.sound()?.level(input) ?? 0,
    guestLevel: (guest) => capture.sound()?.guestLevel(guest) ?? 0,
    peak: () => capture.sound()?.peak() ?? 0,
    soundTrack: () => capture.sound()?.track(),
  };
};

/** Guests come while there is a show for them to come to. */
const hasGuests = (state: Broadcast): state is Extract<Broadcast, { at: 'live' | 'reconnecting' }> =>
  state.at === 'live' || state.at === 'reconnecting';
