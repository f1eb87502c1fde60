import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import type { Position } from './dynamo.ts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Opaque, sealed cursors: where a list goes on. Sealed because a position is a key of the table, and nobody outside may choose one, nor
 * read it: a list that holds more than its reader may see goes on after what they may not, and a word of a title may be in its key.
 * Bound to its list, so that one list's cursor cannot page through another.
 */
export const createCursors = ({ secret }: { secret: string }) => {
  const keyFor = (what: string): Buffer => createHmac('sha256', secret).update(`cursor ${what}`).digest();
  const [sealing, naming] = [keyFor('sealing'), keyFor('nonce')];

  /** The same for the same place of the same list, and for no other: so no two texts are ever sealed under one nonce. */
  const nonceOf = (list: string, text: string): Buffer =>
    createHmac('sha256', naming).update(`${list}\n${text}`).digest().subarray(0, NONCE_BYTES);

  return {
    /** @param list names the list and whatever selects in it, e.g. `streams:live`, `posts:usr_…` */
    seal: (list: string, position: Position | undefined): string | undefined => {
      if (!position) return undefined;
      const text = JSON.stringify(position);
      const nonce = nonceOf(list, text);
      const cipher = createCipheriv(CIPHER, sealing, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(list));
      const sealed = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return Buffer.concat(sealed).toString('base64url');
    },

    /** The position, or undefined where the cursor is not one that we sealed for this list. */
    open: (list: string, cursor: string): Position | undefined => {
      const bytes = Buffer.from(cursor, 'base64url');
      // what base64 passes over is no part of what we sealed
      if (bytes.length <= NONCE_BYTES + TAG_BYTES || bytes.toString('base64url') !== cursor) return undefined;
      const opener = createDecipheriv(CIPHER, sealing, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(list))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        const text = Buffer.concat([opener.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), opener.final()]).toString();
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- sealed by us: the tag says so
        return JSON.parse(text) as Position;
      } catch {
        return undefined;
      }
    },
  };
};
export type Cursors = ReturnType<typeof createCursors>;
