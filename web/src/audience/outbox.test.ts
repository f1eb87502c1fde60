import { expect, it } from 'vitest';
import { EMPTY, type OutboxEvent, step } from './outbox.ts';

const message = { text: 'Hello', clientId: 'client-1' };
const view = { id: '7', seq: 7, from: { handle: 'chen', name: 'Chen' }, text: 'Hello', at: '2026-11-27T10:00:00Z' };
const play = (...events: OutboxEvent[]) => events.reduce(step, EMPTY);

it('shows a message at once, and as said once it was taken', () => {
  expect(play({ type: 'sent', message }).sending).toEqual([{ ...message, at: 'sending' }]);
  const taken = play(
    { type: 'sent', message },
    { type: 'taken', said: { held: false, clientId: 'client-1', message: view } },
  );
  expect(taken).toEqual({ sending: [], said: [view] });
});

it('keeps a message that was not sent, with the reason, to be tried again under the same name', () => {
  const failed = play({ type: 'sent', message }, { type: 'failed', clientId: 'client-1', because: 'No connection.' });
  expect(failed.sending).toEqual([{ ...message, at: 'not-sent', because: 'No connection.' }]);
  expect(step(failed, { type: 'again', clientId: 'client-1' }).sending).toMatchObject([{ ...message, at: 'sending' }]);
  expect(step(failed, { type: 'given-up', clientId: 'client-1' }).sending).toEqual([]);
});

it('says of a message that a moderator looks at it first', () => {
  const held = play({ type: 'sent', message }, { type: 'taken', said: { held: true, clientId: 'client-1' } });
  expect(held.sending).toMatchObject([{ at: 'held' }]);
});
