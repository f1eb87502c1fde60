import { createBrowserBroadcast, parseForced } from '../../../../web/src/broadcast/browser-broadcast.ts';
import type { BroadcastHandle } from '../../../../web/src/broadcast/create-broadcast.ts';
import type { Told } from './probe.ts';

/** The app's broadcast without the app, watched by a probe within its worker. */
const BrowserWorker = window.Worker;
window.Worker = class extends BrowserWorker {
  constructor(url: string | URL, options?: WorkerOptions) {
    const probe = new URL('/probe.js', location.href).href;
    const script = `import ${JSON.stringify(probe)}; import ${JSON.stringify(String(url))};`;
    super(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })), options);
  }
};

const attempts: { atMs: number }[] = [];
const welcomes: { atMs: number; recordedBytes: number }[] = [];
const stops: { at: number }[] = [];
/** By encoder, how many pictures it gave. */
const encoders = new Map<number, number>();
let pieces: { offset: number; bytes: Uint8Array<ArrayBuffer> }[] = [];
new BroadcastChannel('probe').addEventListener('message', ({ data }: MessageEvent<Told>) => {
  if (data.what === 'piece') pieces.push(data);
  else if (data.what === 'picture') encoders.set(data.encoder, data.pictures);
  else if (data.what === 'attempt') attempts.push(data);
  else if (data.what === 'welcome') welcomes.push(data);
  else stops.push(data);
});

/** All that was sent, in order and once; what was never sent is a hole, and no recording. */
const assemble = (): Blob => {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let end = 0;
  for (const { offset, bytes } of pieces.toSorted((one, other) => one.offset - other.offset)) {
    if (offset > end) throw new Error(`bytes ${end} to ${offset} were never sent`);
    if (offset + bytes.length <= end) continue;
    parts.push(bytes.subarray(end - offset));
    end = offset + bytes.length;
  }
  if (stops.at(-1)?.at !== end) throw new Error(`${end} bytes were sent, and it said ${JSON.stringify(stops)}`);
  return new Blob(parts);
};

let broadcast: BroadcastHandle | undefined;
const current = (): BroadcastHandle => {
  if (broadcast === undefined) throw new Error('no show was started');
  return broadcast;
};

const live = {
  /** Begins a show on this rung, named by its number or its name. */
  start: async (rung: string): Promise<void> => {
    const ask = async (): Promise<string> => (await fetch('/ingest-url')).text();
    const ports = { getIngestUrl: async () => ({ given: true as const, url: await ask() }), endStream: async () => {} };
    // nobody is asked, and so nobody comes
    const never = () => new Promise<never>(() => {});
    const guests = {
      invite: never,
      revoke: never,
      openLine: () => ({ say: () => {}, stop: () => {} }),
      after: () => () => {},
    };
    const started = createBrowserBroadcast(ports, guests, parseForced(`?rung=${rung}&picture=landscape-720p30`));
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
  end: (): void => current().end(),
  report: () => {
    const { state, rung, stats } = current().getSnapshot();
    return {
      state: state.at,
      because: 'because' in state ? state.because : '',
      whole: 'whole' in state ? state.whole : true,
      rung: rung ?? '',
      droppedPictures: stats?.droppedFrames ?? 0,
      attempts: attempts.map(({ atMs }) => atMs),
      welcomes,
      // Those before it have only been tried.
      encodedPictures: [...encoders.values()].at(-1) ?? 0,
    };
  },
  /** Gives the recording of all that was sent to whoever opened this page. */
  hand: async (): Promise<void> => {
    await fetch('/recording', { method: 'POST', body: assemble() });
    pieces = [];
  },
};
Object.assign(window, { live });
