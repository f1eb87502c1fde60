import { useEffect, useState } from 'react';

/** Where the meter begins; speech at a normal distance lies about -30 dB. */
const FLOOR_DB = -60;

/** A meter that can be given another track at any time. */
const createMeter = () => {
  let read = () => 0;
  return {
    level: () => read(),
    /** @returns lets go of the track */
    listen: (track: MediaStreamTrack): (() => void) => {
      const context = new AudioContext();
      const meter = new AnalyserNode(context, { fftSize: 1_024 });
      new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) }).connect(meter);
      const samples = new Float32Array(meter.fftSize);
      // held back by browsers until something has been pressed
      const over = new AbortController();
      for (const pressed of ['pointerdown', 'keydown'])
        window.addEventListener(pressed, () => void context.resume(), { signal: over.signal });
      read = () => {
        meter.getFloatTimeDomainData(samples);
        const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
        return Math.min(1, Math.max(0, 1 - (10 * Math.log10(power + Number.EPSILON)) / FLOOR_DB));
      };
      return () => {
        read = () => 0;
        over.abort();
        void context.close();
      };
    },
  };
};

/** How loud a track is, from 0 to 1, asked as often as one likes. */
export const useLevel = (track: MediaStreamTrack | undefined): (() => number) => {
  const [meter] = useState(createMeter);
  useEffect(() => (track ? meter.listen(track) : undefined), [meter, track]);
  return meter.level;
};
