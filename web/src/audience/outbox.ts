import type { ChatMessageView, Said, Say } from '#contract/chat';

/** A message of one's own on its way: shown at once, and until it is known to have been taken or one gives it up. */
export type Sending = Say & { at: 'sending' | 'not-sent' | 'held'; because?: string | undefined };

export type Outbox = { sending: readonly Sending[]; said: readonly ChatMessageView[] };

export type OutboxEvent =
  | { type: 'sent'; message: Say }
  | { type: 'taken'; said: Said }
  | { type: 'failed'; clientId: string; because: string }
  | { type: 'again'; clientId: string }
  | { type: 'given-up'; clientId: string };

export const EMPTY: Outbox = { sending: [], said: [] };

const SAID_KEPT = 100;

/** What becomes of one's own messages. A message keeps its `clientId` however often it is tried, so that it is said once. */
export const step = (outbox: Outbox, event: OutboxEvent): Outbox => {
  const others = (clientId: string) => outbox.sending.filter((one) => one.clientId !== clientId);
  const change = (clientId: string, to: Pick<Sending, 'at' | 'because'>) =>
    outbox.sending.map((one) => (one.clientId === clientId ? { ...one, because: undefined, ...to } : one));
  switch (event.type) {
    case 'sent':
      return { ...outbox, sending: [...outbox.sending, { ...event.message, at: 'sending' }] };
    case 'taken': {
      const { clientId, message, held } = event.said;
      if (held) return { ...outbox, sending: change(clientId, { at: 'held' }) };
      return { sending: others(clientId), said: message ? [...outbox.said, message].slice(-SAID_KEPT) : outbox.said };
    }
    case 'failed':
      return { ...outbox, sending: change(event.clientId, { at: 'not-sent', because: event.because }) };
    case 'again':
      return { ...outbox, sending: change(event.clientId, { at: 'sending' }) };
    case 'given-up':
      return { ...outbox, sending: others(event.clientId) };
  }
};
