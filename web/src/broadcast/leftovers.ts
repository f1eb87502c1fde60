import type { LeftoverEvent } from '#ingest-client/leftover';
import type { FromLeftovers, ToLeftovers } from './engine/leftover-messages.ts';
import type { BroadcastPorts } from './ports.ts';

/** What a page that is gone had recorded of a show and not sent, and what becomes of it. */
export type Leftover = { streamId: string; event: LeftoverEvent };

export type Leftovers = {
  /** Of each feed, what was said last. */
  view: () => readonly Leftover[];
  /** Resolves when all is sent or cannot be: only then may the show go on with another feed. */
  settled: () => Promise<void>;
  /** What was said has been read. */
  dismiss: () => void;
};

type Port = {
  postMessage: (message: ToLeftovers) => void;
  addEventListener: (type: 'message', listener: (message: { data: FromLeftovers }) => void) => void;
  terminate: () => void;
};

type Parts = {
  worker: Port;
  getUrl: BroadcastPorts['getIngestUrl'];
  onChange: () => void;
};

/** A sender that has been silent for this long holds nobody up any more. */
const PATIENCE_MS = 20_000;

/** Sends what is left of shows whose page is gone, as soon as this page is there. */
export const startLeftovers = ({ worker, getUrl, onChange }: Parts): Leftovers => {
  const known = new Map<string, Leftover>();
  let view: readonly Leftover[] = [];
  let finish = () => {};
  const settled = new Promise<void>((resolve) => (finish = resolve));
  let patience: ReturnType<typeof setTimeout> | undefined;

  const end = () => {
    clearTimeout(patience);
    worker.terminate();
    finish();
  };
  const wait = () => {
    clearTimeout(patience);
    patience = setTimeout(end, PATIENCE_MS);
  };
  const tell = () => {
    view = [...known.values()].filter(({ event }) => event.ms > 0);
    onChange();
  };

  worker.addEventListener('message', ({ data }) => {
    if (patience !== undefined) wait();
    switch (data.type) {
      case 'url-wanted':
        getUrl(data.streamId).then(
          (answer) => worker.postMessage({ type: 'url', id: data.id, answer }),
          () => worker.postMessage({ type: 'url', id: data.id, answer: { given: false, because: 'unreachable' } }),
        );
        return;
      case 'leftover':
        known.set(data.name, { streamId: data.streamId, event: data.event });
        return tell();
      case 'done':
        return end();
    }
  });

  return {
    view: () => view,
    settled: () => {
      wait();
      return settled;
    },
    dismiss: () => {
      for (const [name, { event }] of known) if (event.type !== 'sending') known.delete(name);
      tell();
    },
  };
};
