import { createBrowserBroadcast } from '../../../../web/src/broadcast/browser-broadcast.ts';
import type { BroadcastHandle } from '../../../../web/src/broadcast/create-broadcast.ts';
import type { Rung } from '#wire';
// oxlint-disable-next-line import/default -- the query makes it a URL: Vite builds the probe into a file of its own
import probeModule from './probe.ts?worker&url';
import type { Seen } from './seen.ts';

/** The app's broadcast without the app, with a probe in its worker; browser.ts calls it by `window.live`. */
const BrowserWorker = Worker;
Object.assign(globalThis, {
  Worker: class extends BrowserWorker {
    constructor(url: string | URL, options?: WorkerOptions) {
      const probe = new URL(probeModule, location.href).href;
      const script = `import ${JSON.stringify(probe)}; import ${JSON.stringify(String(url))};`;
      super(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })), options);
    }
  },
});

type Of<What extends Seen['what']> = Extract<Seen, { what: What }>;
const attempts: number[] = [];
const welcomes: Omit<Of<'welcome'>, 'what'>[] = [];
const encoders = new Map<number, number>();
let pieces: Of<'piece'>[] = [];
let stopAt: number | undefined;
new BroadcastChannel('probe').addEventListener('message', ({ data }: MessageEvent<Seen>) => {
  switch (data.what) {
    case 'attempt':
      return void attempts.push(data.atMs);
    case 'welcome':
      return void welcomes.push({ atMs: data.atMs, streamBytes: data.streamBytes });
    case 'piece':
      return void pieces.push(data);
    case 'picture':
      return void encoders.set(data.encoder, data.pictures);
    case 'stop':
      stopAt = data.at;
  }
});

/** All that was sent, in order and once; bytes that were never sent are a hole, and no container stream. */
const assemble = (): Blob => {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let end = 0;
  for (const { offset, bytes } of pieces.toSorted((one, other) => one.offset - other.offset)) {
    if (offset > end) throw new Error(`bytes ${end} to ${offset} were never sent`);
    if (offset + bytes.length <= end) continue;
    parts.push(bytes.subarray(end - offset));
    end = offset + bytes.length;
  }
  if (stopAt !== end) throw new Error(`${end} bytes were sent, and the client said ${stopAt}`);
  return new Blob(parts);
};

let broadcast: BroadcastHandle | undefined;

const live = {
  start: async (rung: Rung): Promise<void> => {
    const ask = async (): Promise<string> => (await fetch('/ingest-url')).text();
    const started = createBrowserBroadcast(
      { getIngestUrl: async () => ({ given: true, url: await ask() }), endStream: async () => {} },
      { rung },
    );
    broadcast = started;
    const ready = new Promise<void>((resolve, reject) => {
      started.subscribe(() => {
        const { state } = started.getSnapshot();
        if (state.at === 'ready') resolve();
        if (state.at === 'failed') reject(new Error(state.because));
      });
    });
    started.ask();
    await ready;
    started.start(async () => ({ streamId: 'live', ingestUrl: await ask() }));
  },
  end: (): void => broadcast?.end(),
  report: () => {
    const snapshot = broadcast?.getSnapshot();
    const state = snapshot?.state;
    return {
      state: state?.at ?? 'idle',
      because: state?.at === 'failed' ? state.because : '',
      whole: state?.at === 'ended' ? state.whole : true,
      rung: snapshot?.rung ?? '',
      attempts,
      welcomes,
      // Those before the last have only been tried.
      encodedPictures: [...encoders.values()].at(-1) ?? 0,
    };
  },
  /** Hands the whole container stream over. */
  hand: async (): Promise<void> => {
    await fetch('/container-stream', { method: 'POST', body: assemble() });
    pieces = [];
  },
};
Object.assign(globalThis, { live });
