import * as z from 'zod/mini';
import { json } from '../api/api-error.ts';
import { createSlot } from '../api/slot.ts';
import type { Slot } from '../api/sign-in-session.ts';

/** How fast a recording may be played. */
export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const;

const Remembered = z.object({
  /** 0 to 1. */
  volume: z.number().check(z.gte(0), z.lte(1)),
  muted: z.boolean(),
  /** The language of the captions that are shown; null for none. */
  captions: z.nullable(z.string().check(z.maxLength(35))),
  /** Lines of the picture; null leaves it to the connection. */
  quality: z.nullable(z.number()),
  /** Of recordings: a live show goes as fast as it happens. */
  speed: z.number().check(z.gte(0.5), z.lte(2)),
  /** The picture takes the width of the page. */
  theatre: z.boolean(),
});
/** How this person likes to watch. */
export type Remembered = z.infer<typeof Remembered>;

const AT_FIRST: Remembered = { volume: 1, muted: false, captions: null, quality: null, speed: 1, theatre: false };

/** What a browser remembers of how somebody likes to watch; what cannot be read is as at first. */
export const createPlayerMemory = (slot: Slot) => {
  const read = (): Remembered => Remembered.safeParse(json(slot.read() ?? '')).data ?? AT_FIRST;
  return {
    read,
    remember: (change: Partial<Remembered>): void => slot.write(JSON.stringify({ ...read(), ...change })),
  };
};

export const playerMemory = createPlayerMemory(createSlot(() => localStorage, 'vybzz.player'));
