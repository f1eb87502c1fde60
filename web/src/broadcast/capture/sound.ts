import type { GuestSlot } from '../picture/stage.ts';

/** What is mixed: the microphone, and what a shared tab, the system or a video file sounds like. */
export type SoundInput = 'microphone' | 'shared';

/** The stream's sound: one graph whose output never pauses, whatever comes and goes at its inputs. */
export type Sound = {
  setMicrophone: (track: MediaStreamTrack | undefined) => void;
  /**
   * What is shared sounds like this.
   *
   * @param toGuests whether guests may hear it as well: what a whole machine sounds like has their own voices in it
   */
  setScreen: (track: MediaStreamTrack | undefined, toGuests: boolean) => void;
  setMedia: (track: MediaStreamTrack | undefined) => void;
  /** The voice of a guest. */
  setGuest: (guest: GuestSlot, track: MediaStreamTrack | undefined) => void;
  setGuestGain: (guest: GuestSlot, gain: number) => void;
  /** Loudness of a guest before the fader, from 0 to 1. */
  guestLevel: (guest: GuestSlot) => number;
  /** What a guest is to hear: all of the show but their own voice. It goes on for as long as the graph. */
  guestMix: (guest: GuestSlot) => MediaStreamTrack;
  setMuted: (muted: boolean) => void;
  /** How loud an input goes into the mix: 1 as it comes, 0 not at all. */
  setGain: (input: SoundInput, gain: number) => void;
  /** Loudness of an input before its fader, muted or not, from 0 to 1. @param input microphone by default */
  level: (input?: SoundInput) => number;
  /** The highest of the microphone's samples of late, from 0 to 1; from 1 on it is cut off. */
  peak: () => number;
  /** A track that goes on for as long as the graph: silence where nothing sounds. */
  track: () => MediaStreamTrack;
  /** Raw samples, posted by the audio thread to whoever holds the port. */
  tap: () => Promise<MessagePort>;
  readonly sampleRate: number;
  /** Browsers hold a context back until the person has pressed something. */
  resume: () => void;
  close: () => void;
};

const METER_SAMPLES = 1_024;
/** Where the meter begins; speech at a normal distance lies about -30 dB. */
const METER_FLOOR_DB = -60;
/** A step in the gain clicks. */
const MUTE_RAMP_S = 0.02;
/** Ten decibels into three hundredths of a second: only what would be cut off is held down. */
const LIMITER = { threshold: -3, knee: 0, ratio: 20, attack: 0.002, release: 0.12 } as const;
const USUAL_RATES = [44_100, 48_000];

const createContext = (): AudioContext => {
  const context = new AudioContext({ latencyHint: 'interactive' });
  if (USUAL_RATES.includes(context.sampleRate)) return context;
  void context.close();
  return new AudioContext({ latencyHint: 'interactive', sampleRate: 48_000 });
};

/** @param tapModule URL of the worklet that posts samples */
export const createSound = (tapModule: string): Sound => {
  const context = createContext();
  const mix = new GainNode(context, { channelCount: 2, channelCountMode: 'explicit' });
  const muting = new GainNode(context);
  const faders = { microphone: new GainNode(context), shared: new GainNode(context) };
  /** The shared sound that guests hear, as loud as viewers hear it. */
  const sharedToGuests = new GainNode(context);
  const meters = {
    microphone: new AnalyserNode(context, { fftSize: METER_SAMPLES }),
    shared: new AnalyserNode(context, { fftSize: METER_SAMPLES }),
  };
  // Two loud inputs together must not be cut off: from here on all is pressed together.
  const limiter = new DynamicsCompressorNode(context, LIMITER);
  const output = new MediaStreamAudioDestinationNode(context, { channelCount: 2 });
  // Without an input that always runs, an idle graph may stop delivering.
  const silence = new ConstantSourceNode(context, { offset: 0 });
  const samples = new Float32Array(METER_SAMPLES);
  let microphone: AudioNode | undefined;
  let screen: AudioNode | undefined;
  let media: AudioNode | undefined;

  // Fetched while the person looks at the preview; `tap` says where that failed.
  const tapLoaded = context.audioWorklet.addModule(tapModule);
  tapLoaded.catch(() => {});

  silence.connect(mix);
  silence.start();
  faders.microphone.connect(muting).connect(limiter);
  faders.shared.connect(limiter);
  limiter.connect(mix);
  mix.connect(output);

  const voiceOf = (guest: GuestSlot) => {
    const voice = {
      source: undefined as AudioNode | undefined,
      fader: new GainNode(context),
      meter: new AnalyserNode(context, { fftSize: METER_SAMPLES }),
      mix: new DynamicsCompressorNode(context, LIMITER),
      heard: new MediaStreamAudioDestinationNode(context, { channelCount: 1 }),
    };
    voice.mix.connect(voice.heard);
    silence.connect(voice.heard);
    voice.fader.connect(limiter);
    muting.connect(voice.mix);
    sharedToGuests.connect(voice.mix);
    for (const { fader, mix: theirs } of voices.values()) {
      fader.connect(voice.mix);
      voice.fader.connect(theirs);
    }
    voices.set(guest, voice);
    return voice;
  };
  const voices = new Map<GuestSlot, ReturnType<typeof voiceOf>>();
  const voice = (guest: GuestSlot) => voices.get(guest) ?? voiceOf(guest);

  const levelOf = (meter: AnalyserNode): number => {
    meter.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    const decibels = 10 * Math.log10(power + Number.EPSILON);
    return Math.min(1, Math.max(0, 1 - decibels / METER_FLOOR_DB));
  };

  const trackOf = ({ stream }: MediaStreamAudioDestinationNode): MediaStreamTrack => {
    const [track] = stream.getAudioTracks();
    if (!track) throw new Error('an audio destination without a track');
    return track;
  };

  const sourceOf = (track: MediaStreamTrack | undefined) =>
    track && new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) });

  return {
    setMicrophone: (track) => {
      microphone?.disconnect();
      microphone = sourceOf(track);
      microphone?.connect(faders.microphone);
      microphone?.connect(meters.microphone);
    },
    setScreen: (track, toGuests) => {
      screen?.disconnect();
      screen = sourceOf(track);
      screen?.connect(faders.shared);
      if (toGuests) screen?.connect(sharedToGuests);
      screen?.connect(meters.shared);
    },
    setMedia: (track) => {
      media?.disconnect();
      media = sourceOf(track);
      media?.connect(faders.shared);
      media?.connect(sharedToGuests);
      media?.connect(meters.shared);
    },
    setGuest: (guest, track) => {
      const mine = voice(guest);
      mine.source?.disconnect();
      mine.source = sourceOf(track);
      mine.source?.connect(mine.fader);
      mine.source?.connect(mine.meter);
    },
    setGuestGain: (guest, gain) => {
      voice(guest).fader.gain.setTargetAtTime(gain, context.currentTime, MUTE_RAMP_S);
    },
    guestLevel: (guest) => (voices.get(guest)?.source ? levelOf(voice(guest).meter) : 0),
    guestMix: (guest) => trackOf(voice(guest).heard),
    setMuted: (muted) => {
      muting.gain.setTargetAtTime(muted ? 0 : 1, context.currentTime, MUTE_RAMP_S);
    },
    setGain: (input, gain) => {
      for (const { gain: fader } of input === 'shared' ? [faders.shared, sharedToGuests] : [faders.microphone])
        fader.setTargetAtTime(gain, context.currentTime, MUTE_RAMP_S);
    },
    peak: () => {
      if (!microphone) return 0;
      meters.microphone.getFloatTimeDomainData(samples);
      return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    },
    level: (input = 'microphone') => {
      if (input === 'microphone' ? !microphone : !screen && !media) return 0;
      return levelOf(meters[input]);
    },
    track: () => trackOf(output),
    tap: async () => {
      await tapLoaded;
      const node = new AudioWorkletNode(context, 'tap', {
        numberOfOutputs: 0,
        channelCount: 2,
        channelCountMode: 'explicit',
      });
      mix.connect(node);
      const { port1, port2 } = new MessageChannel();
      node.port.postMessage(port1, [port1]);
      return port2;
    },
    sampleRate: context.sampleRate,
    resume: () => void context.resume(),
    close: () => void context.close(),
  };
};
