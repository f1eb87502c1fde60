/** What is to become of the block that has just arrived. */
export type Placing =
  /** Write `silenceFrames` of silence, then the block, stretched or squeezed to `frames`. */
  { put: true; silenceFrames: number; frames: number } | { put: false };

/**
 * Keeps the count of written samples in step with the clock that the pictures go by. Without this, sound and picture drift
 * apart: a sound card that is 50 parts in a million off is 0.7 s off after four hours.
 */
export type SoundClock = {
  place: (blockFrames: number, nowMs: number) => Placing;
  /** How much silence is due where no block has come for too long: a stalled sound must not hold up the picture. */
  due: (nowMs: number) => number;
};

/** A block arrives early or late by a few milliseconds, which is no drift. */
const TOLERATED_S = 0.015;
/** Beyond this it was a gap or a burst, which no stretching mends. */
const GAP_S = 0.15;
const STALLED_S = 0.25;
/** Half a percent cannot be heard. */
const STRETCH = 0.005;
const SMOOTHING = 0.05;

/** @param startMs the pictures' zero */
export const createSoundClock = (sampleRate: number, startMs: number): SoundClock => {
  let written = 0;
  let lagFrames = 0;
  const expectedAt = (nowMs: number) => ((nowMs - startMs) / 1000) * sampleRate;

  return {
    place: (blockFrames, nowMs) => {
      // A block holds what has been heard until now.
      const lag = expectedAt(nowMs) - written - blockFrames;
      if (lag < -GAP_S * sampleRate) return { put: false };
      if (lag > GAP_S * sampleRate) {
        lagFrames = 0;
        const silenceFrames = Math.round(lag);
        written += silenceFrames + blockFrames;
        return { put: true, silenceFrames, frames: blockFrames };
      }
      lagFrames += SMOOTHING * (lag - lagFrames);
      const stretch = Math.abs(lagFrames) > TOLERATED_S * sampleRate ? Math.sign(lagFrames) * STRETCH : 0;
      const frames = Math.round(blockFrames * (1 + stretch));
      written += frames;
      return { put: true, silenceFrames: 0, frames };
    },
    due: (nowMs) => {
      const lag = expectedAt(nowMs) - written;
      if (lag < STALLED_S * sampleRate) return 0;
      const silenceFrames = Math.round(lag - (STALLED_S * sampleRate) / 2);
      written += silenceFrames;
      lagFrames = 0;
      return silenceFrames;
    },
  };
};

/** Interleaved samples as `frames` frames, by linear interpolation; the same samples where the number fits. */
export const resampled = (samples: Float32Array, channels: number, frames: number): Float32Array => {
  const had = samples.length / channels;
  if (had === frames) return samples;
  const out = new Float32Array(frames * channels);
  const pace = frames > 1 ? (had - 1) / (frames - 1) : 0;
  for (let i = 0; i < frames; i++) {
    const at = i * pace;
    const before = Math.floor(at);
    const part = at - before;
    for (let channel = 0; channel < channels; channel++) {
      const a = samples[before * channels + channel] ?? 0;
      const b = samples[Math.min(before + 1, had - 1) * channels + channel] ?? 0;
      out[i * channels + channel] = a + (b - a) * part;
    }
  }
  return out;
};
