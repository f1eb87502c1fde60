import type { Slot } from './sign-in-session.ts';

/**
 * One entry of a browser's storage. Where the person's settings forbid storage, reaching for it throws; the text then lasts
 * as long as the page.
 */
export const createSlot = (storage: () => Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>, name: string): Slot => {
  let remembered: string | undefined;
  return {
    read() {
      try {
        return storage().getItem(name);
      } catch {
        return remembered ?? null;
      }
    },
    write(text) {
      remembered = text;
      try {
        if (text === undefined) storage().removeItem(name);
        else storage().setItem(name, text);
      } catch {
        // Kept in `remembered`.
      }
    },
  };
};
