import { BROWSER_ID } from '#contract/presence';
import type { Slot } from './sign-in-session.ts';

const BYTES = 16;

/** What this browser calls itself, so that its tabs are one viewer: made up once, and kept. It says nothing of anybody. */
export const browserId = (
  slot: Slot,
  random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => crypto.getRandomValues(bytes),
): string => {
  const kept = slot.read();
  if (kept !== null && BROWSER_ID.test(kept)) return kept;
  const made = [...random(new Uint8Array(BYTES))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  slot.write(made);
  return made;
};
