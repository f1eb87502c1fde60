// @ts-nocheck -- runs in a browser; browser.ts has Vite bundle it together with the web app's own broadcast.
import { createBrowserBroadcast } from '../../../../web/src/broadcast/browser-broadcast.ts';

/** The app's broadcast without the app, under the eyes of a witness within its worker. */
const BrowserWorker = window.Worker;
window.Worker = class extends BrowserWorker {
  constructor(url, options) {
    const witness = new URL('/witness.js', location.href).href;
    const script = `import ${JSON.stringify(witness)}; import ${JSON.stringify(String(url))};`;
    super(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })), options);
  }
};

const seen = { attempts: [], welcomes: [], encoders: new Map(), stops: [] };
let pieces = [];
new BroadcastChannel('probe').addEventListener('message', ({ data }) => {
  if (data.what === 'piece') pieces.push(data);
  else if (data.what === 'picture') seen.encoders.set(data.encoder, data.pictures);
  else seen[data.what].push(data);
});

/** All that was sent, in order and once; what was never sent is a hole, and no recording. */
const assemble = () => {
  const parts = [];
  let end = 0;
  for (const { offset, bytes } of pieces.toSorted((one, other) => one.offset - other.offset)) {
    if (offset > end) throw new Error(`bytes ${end} to ${offset} were never sent`);
    if (offset + bytes.length <= end) continue;
    parts.push(bytes.subarray(end - offset));
    end = offset + bytes.length;
  }
  if (seen.stops.at(-1)?.at !== end)
    throw new Error(`${end} bytes were sent, and it said ${JSON.stringify(seen.stops)}`);
  return new Blob(parts);
};

let broadcast;

window.live = {
  start: async (rung) => {
    const ask = async () => (await fetch('/ingest-url')).text();
    const ports = {
      getIngestUrl: async () => ({ given: true, url: await ask() }),
      endStream: async () => {},
    };
    broadcast = createBrowserBroadcast(ports, { rung });
    const ready = new Promise((resolve, reject) => {
      broadcast.subscribe(() => {
        const { at, because } = broadcast.getSnapshot().state;
        if (at === 'ready') resolve();
        if (at === 'failed') reject(new Error(because));
      });
    });
    broadcast.ask();
    await ready;
    broadcast.start(async () => ({ streamId: 'live', ingestUrl: await ask() }));
  },
  end: () => broadcast.end(),
  report: () => {
    const { state, rung, stats } = broadcast.getSnapshot();
    const { attempts, welcomes, encoders } = seen;
    return {
      state: state.at,
      because: state.because ?? '',
      whole: state.whole ?? true,
      rung: rung ?? '',
      droppedPictures: stats?.droppedFrames ?? 0,
      attempts: attempts.map(({ atMs }) => atMs),
      welcomes,
      // Those before it have only been tried.
      encodedPictures: [...encoders.values()].at(-1) ?? 0,
    };
  },
  hand: async () => {
    await fetch('/recording', { method: 'POST', body: assemble() });
    pieces = [];
  },
};
