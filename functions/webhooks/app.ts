import type { MuxEventStore } from '#store/events';
import { Refusal } from '../http/refusal.ts';
import { createRoom, type RoomParts } from '../http/room.ts';
import type { Changed } from '../shows/ending.ts';
import { readEvent } from '../video/mux-facts.ts';

/** An asset with many tracks is longer than what people send us. */
const WEBHOOK_BYTES = 256 * 1024;

type Parts = RoomParts & {
  verify: (body: string, signature: string | undefined) => Promise<boolean>;
  events: Pick<MuxEventStore, 'apply'>;
  changed: Changed;
  clock: () => Date;
};

/**
 * The webhooks room. Mux is answered 2xx only once its event is in the table with all that it changes, or was there already; on
 * anything else it tries again, for a day. Bodies hold stream keys: none is ever logged.
 */
export const createWebhooksApp = (parts: Parts) => {
  const { verify, events, changed, clock, log } = parts;
  return createRoom({ ...parts, bodyLimitBytes: WEBHOOK_BYTES }).post('/webhooks/mux', async (c) => {
    // the very bytes that were signed: parsed and written again they would be others
    const body = await c.req.text();
    if (!(await verify(body, c.req.header('mux-signature'))))
      throw new Refusal('signature-invalid', 'This does not bear a valid signature.');
    const read = readEvent(parse(body));
    if (!read) throw new Refusal('invalid-request', 'This is not an event.');

    const { event, effect } = read;
    const applied = await events.apply(event, effect, clock().getTime());
    if (applied.known) {
      // the answer to the first may have failed after the table was written: what follows from it is done again
      if (applied.stream) await changed({ before: applied.stream, after: applied.stream });
      return c.json({ ok: true, known: true });
    }
    const ageMs = clock().getTime() - Math.floor(event.at / 1_000);
    log.info('webhook applied', { eventId: event.id, type: event.type, applied: applied.applied, ageMs });
    if (applied.applied === 'changed' && applied.change.after !== applied.change.before) {
      const { before, after } = applied.change;
      if (before.state !== after.state)
        log.info('stream moved', { streamId: after.id, from: before.state, to: after.state });
      await changed(applied.change);
    }
    return c.json({ ok: true, known: false });
  });
};

const parse = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};
