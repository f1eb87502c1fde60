import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Position } from './dynamo.ts';

const SIGNATURE_BYTES = 16;

/**
 * Opaque, signed cursors: where a list goes on. Signed because a position is a key of the table, and nobody outside may choose
 * one; bound to its list, so that one list's cursor cannot page through another.
 */
export const createCursors = ({ secret }: { secret: string }) => {
  const sign = (list: string, body: string): string =>
    createHmac('sha256', secret).update(`${list}\n${body}`).digest().subarray(0, SIGNATURE_BYTES).toString('base64url');

  return {
    /** @param list names the list and whatever selects in it, e.g. `streams:live`, `posts:usr_…` */
    seal: (list: string, position: Position | undefined): string | undefined => {
      if (!position) return undefined;
      const body = Buffer.from(JSON.stringify(position)).toString('base64url');
      return `${body}.${sign(list, body)}`;
    },

    /** The position, or undefined where the cursor is not one that we sealed for this list. */
    open: (list: string, cursor: string): Position | undefined => {
      const [body = '', signature = ''] = cursor.split('.');
      const expected = Buffer.from(sign(list, body));
      const given = Buffer.from(signature);
      if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- sealed by us: the signature says so
      return JSON.parse(Buffer.from(body, 'base64url').toString()) as Position;
    },
  };
};
export type Cursors = ReturnType<typeof createCursors>;
