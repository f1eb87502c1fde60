/** The stream's sound: one graph whose output never pauses, whatever comes and goes at its inputs. */
export type Sound = {
  setMicrophone: (track: MediaStreamTrack | undefined) => void;
  setScreen: (track: MediaStreamTrack | undefined) => void;
  setMuted: (muted: boolean) => void;
  /** Loudness of the microphone, muted or not, from 0 to 1. */
  level: () => number;
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
  const microphoneGain = new GainNode(context);
  const meter = new AnalyserNode(context, { fftSize: METER_SAMPLES });
  const output = new MediaStreamAudioDestinationNode(context, { channelCount: 2 });
  // Without an input that always runs, an idle graph may stop delivering.
  const silence = new ConstantSourceNode(context, { offset: 0 });
  const samples = new Float32Array(METER_SAMPLES);
  let microphone: AudioNode | undefined;
  let screen: AudioNode | undefined;

  // Fetched while the person looks at the preview; `tap` says where that failed.
  const tapLoaded = context.audioWorklet.addModule(tapModule);
  tapLoaded.catch(() => {});

  silence.connect(mix);
  silence.start();
  microphoneGain.connect(mix);
  mix.connect(output);

  const sourceOf = (track: MediaStreamTrack | undefined) =>
    track && new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) });

  return {
    setMicrophone: (track) => {
      microphone?.disconnect();
      microphone = sourceOf(track);
      microphone?.connect(microphoneGain);
      microphone?.connect(meter);
    },
    setScreen: (track) => {
      screen?.disconnect();
      screen = sourceOf(track);
      screen?.connect(mix);
    },
    setMuted: (muted) => {
      microphoneGain.gain.setTargetAtTime(muted ? 0 : 1, context.currentTime, MUTE_RAMP_S);
    },
    level: () => {
      if (!microphone) return 0;
      meter.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      const decibels = 10 * Math.log10(power + Number.EPSILON);
      return Math.min(1, Math.max(0, 1 - decibels / METER_FLOOR_DB));
    },
    track: () => {
      const [track] = output.stream.getAudioTracks();
      if (!track) throw new Error('an audio destination without a track');
      return track;
    },
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
