import type { LeaseKeeper } from './lease-keeper.ts';
import type { ReplayBuffer } from './replay-buffer.ts';
import type { CreatePublisher, Publisher, PublisherEvent, PublisherFailure, PublisherStats } from './publisher.ts';

type Parts = {
  createPublisher: CreatePublisher;
  upstream: { url: string; ca?: string };
  streamKey: string;
  replayBuffer: ReplayBuffer;
  keeper: Pick<LeaseKeeper, 'check' | 'barredMs'>;
  onEvent: (event: UpstreamEvent) => void;
};

/** Whether acknowledgements are owed by the server's own rhythm, and that rhythm. */
export type Acknowledging = Pick<PublisherStats, 'late' | 'rhythmMs'>;

export type UpstreamEvent =
  /** `redirectedTo`: at the host that the server has sent us to. */
  | { type: 'connected'; redirectedTo?: string }
  | { type: 'failed'; because: PublisherFailure; detail: string }
  /** Not tried: the feed that this one has replaced may publish for so long, or shorter. */
  | { type: 'barred'; forMs: number }
  /** The write queue is low again: more can be sent. */
  | { type: 'drained' }
  /** More tags are acknowledged; `weak` where that is only assumed from the time that has passed. */
  | { type: 'acknowledged'; weak: boolean }
  /** Closed by our order; `flushed` when the other end has read all. */
  | { type: 'closed'; flushed: boolean };

/** Sends the replay buffer over one RTMP connection after another, at most one at a time (SPEC §S, §P). */
export type UpstreamConnection = {
  /** Makes a new connection, once the lease has been confirmed. */
  connect(): void;
  /** Sends what waits, then closes the connection in good order. */
  close(): void;
  /** Cuts the connection at once. */
  abandon(): void;
  /** What is known of the server's acknowledgements. */
  readonly acknowledging: Acknowledging;
};

const POLL_MS = 20;
/** A feed that drains is asked after so often. */
const BARRED_MS = 1_000;

export const createUpstreamConnection = (parts: Parts): UpstreamConnection => {
  const { replayBuffer, keeper, onEvent } = parts;
  let publisher: Publisher | undefined;
  /** A close has failed once already. */
  let cutShort = false;
  /** Number of the newest order. What an older order still waits for is ignored. */
  let order = 0;

  const abandon = (): void => {
    order++;
    publisher?.abandon();
    publisher = undefined;
    replayBuffer.detach();
  };

  const connect = async (): Promise<void> => {
    abandon();
    const mine = order;
    // Somebody else may have the stream by now: asked before every connection.
    const held = await keeper.check();
    if (mine !== order) return;
    if (!held) return onEvent({ type: 'failed', because: 'unreachable', detail: 'lease not confirmed' });
    if (keeper.barredMs > 0) return onEvent({ type: 'barred', forMs: Math.min(keeper.barredMs, BARRED_MS) });
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
    replayBuffer.attach(made);
    const { redirectedTo } = answer;
    onEvent({ type: 'connected', ...(redirectedTo !== undefined && { redirectedTo }) });
  };

  const heard = (event: PublisherEvent): void => {
    switch (event.type) {
      case 'drained':
        replayBuffer.flush();
        return onEvent({ type: 'drained' });
      case 'acknowledged':
        replayBuffer.acknowledge(event.tags);
        return onEvent({ type: 'acknowledged', weak: event.rule === 'flushed-5s' });
      case 'closed':
        order++;
        publisher = undefined;
        replayBuffer.detach();
        return onEvent({ type: 'failed', because: event.because, detail: event.detail });
    }
  };

  const close = async (): Promise<void> => {
    const mine = order;
    while (!replayBuffer.empty) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      if (mine !== order) return;
    }
    const answer = await publisher?.close();
    if (mine !== order) return;
    order++;
    publisher = undefined;
    replayBuffer.detach();
    const flushed = answer?.flushed === true;
    // The connection broke with the end still on its way. Tried again only once: some servers may end every close like this.
    const again = answer?.flushed === false && answer.because !== 'timed-out' && !cutShort;
    if (!again) return onEvent({ type: 'closed', flushed });
    cutShort = true;
    return onEvent({ type: 'failed', because: answer.because, detail: 'while it was being closed' });
  };

  return {
    connect: () => void connect(),
    close: () => void close(),
    abandon,
    get acknowledging() {
      return publisher?.stats() ?? { late: false };
    },
  };
};
