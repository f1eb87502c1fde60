import * as z from 'zod/mini';
import { USUAL_PROCESSING, type Processing } from './open-devices.ts';
import type { SoundInput } from './sound.ts';

/** How a creator's sound is mixed and processed, kept in this browser. */
export type Mixing = { gains: Record<SoundInput, number>; processing: Processing };

/** Half as loud again as it comes. */
export const MOST_GAIN = 1.5;

const KEY = 'vybzz.mixing';
const Gain = z.number().check(z.gte(0), z.lte(MOST_GAIN));
const MixingShape = z.object({
  gains: z.object({ microphone: Gain, shared: Gain }),
  processing: z.object({ echoCancellation: z.boolean(), noiseSuppression: z.boolean(), autoGainControl: z.boolean() }),
});

const USUAL: Mixing = { gains: { microphone: 1, shared: 1 }, processing: USUAL_PROCESSING };

export const keptMixing = (storage: Pick<Storage, 'getItem'> | undefined): Mixing => {
  try {
    const kept: unknown = JSON.parse(storage?.getItem(KEY) ?? 'null');
    const parsed = MixingShape.safeParse(kept);
    return parsed.success ? parsed.data : USUAL;
  } catch {
    return USUAL;
  }
};

export const keepMixing = (storage: Pick<Storage, 'setItem'> | undefined, { gains, processing }: Mixing) => {
  try {
    storage?.setItem(KEY, JSON.stringify({ gains, processing }));
  } catch {
    // A full or forbidden storage costs only the memory of a choice.
  }
};
