import type { LeaseKeeper } from './lease-keeper.ts';
import type { Outlet } from './outlet.ts';
import type { CreatePublisher, Publisher, PublisherEvent, PublisherFailure } from './publisher.ts';

type Parts = {
  createPublisher: CreatePublisher;
  upstream: { url: string; ca?: string };
  streamKey: string;
  outlet: Outlet;
  keeper: Pick<LeaseKeeper, 'check'>;
  onEvent: (event: UpstreamEvent) => void;
};

export type UpstreamEvent =
  | { type: 'connected' }
  | { type: 'failed'; because: PublisherFailure; detail: string }
  /** More can be sent. */
  | { type: 'drained' }
  /** More has arrived; `weak` where that is only supposed from the time that has passed. */
  | { type: 'arrived'; weak: boolean }
  /** Closed by us; `flushed` when the other end has read all. */
  | { type: 'closed'; flushed: boolean };

/** Carries the outlet over one connection after another, at most one at a time (SPEC §S, §P). */
export type UpstreamLine = {
  connect(): void;
  /** Sends what waits, then says goodbye. */
  close(): void;
  /** Cuts the connection at once. */
  abandon(): void;
};

const POLL_MS = 20;

export const createUpstreamLine = (parts: Parts): UpstreamLine => {
  const { outlet, keeper, onEvent } = parts;
  let publisher: Publisher | undefined;
  /** The end of a show has been sent once in vain. */
  let cutShort = false;
  /** Of every order only the newest counts: what an older one still waits for is forgotten. */
  let order = 0;

  const abandon = (): void => {
    order++;
    publisher?.abandon();
    publisher = undefined;
    outlet.detach();
  };

  const connect = async (): Promise<void> => {
    abandon();
    const mine = order;
    // Somebody else may have the stream by now: asked before every connection.
    const held = await keeper.check();
    if (mine !== order) return;
    if (!held) return onEvent({ type: 'failed', because: 'unreachable', detail: 'lease not confirmed' });
    const { upstream, streamKey } = parts;
    const made = parts.createPublisher({
      ...upstream,
      streamKey,
      onEvent: (event) => publisher === made && heard(event),
    });
    publisher = made;
    const answer = await made.connect();
    if (mine !== order) return;
    if (!answer.connected) {
      publisher = undefined;
      return onEvent({ type: 'failed', because: answer.because, detail: answer.detail });
    }
    outlet.attach(made);
    onEvent({ type: 'connected' });
  };

  const heard = (event: PublisherEvent): void => {
    switch (event.type) {
      case 'drained':
        outlet.flush();
        return onEvent({ type: 'drained' });
      case 'acknowledged':
        outlet.acknowledged(event.tags);
        return onEvent({ type: 'arrived', weak: event.rule === 'flushed-5s' });
      case 'closed':
        order++;
        publisher = undefined;
        outlet.detach();
        return onEvent({ type: 'failed', because: event.because, detail: event.detail });
    }
  };

  const close = async (): Promise<void> => {
    const mine = order;
    while (!outlet.empty) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      if (mine !== order) return;
    }
    const answer = await publisher?.close();
    if (mine !== order) return;
    order++;
    publisher = undefined;
    outlet.detach();
    const flushed = answer?.flushed === true;
    // Broken off with the end still on its way. Once: there may be servers whose farewell this is.
    const again = answer?.flushed === false && answer.because !== 'timed-out' && !cutShort;
    if (!again) return onEvent({ type: 'closed', flushed });
    cutShort = true;
    return onEvent({ type: 'failed', because: answer.because, detail: 'while it was being closed' });
  };

  return { connect: () => void connect(), close: () => void close(), abandon };
};
