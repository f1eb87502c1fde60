/** In every page that the benchmark looks at, before the page’s own scripts: how soon it shows something, and what its workers say of themselves. */
export type Seen = {
  fcpMs: number;
  lcpMs: number;
  blockedMs: number;
  droppedFrames: number;
  fps: number;
  heldUp: number;
};

/** What of a task is longer than this is felt (https://web.dev/articles/tbt). */
const TASK_MS = 50;

const seen: Seen = { fcpMs: 0, lcpMs: 0, blockedMs: 0, droppedFrames: 0, fps: 0, heldUp: 0 };
Object.assign(window, { seen });

const watch = (type: string, take: (entry: PerformanceEntry) => void): void => {
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) take(entry);
  }).observe({ type, buffered: true });
};
watch('paint', (entry) => {
  if (entry.name === 'first-contentful-paint') seen.fcpMs = entry.startTime;
});
watch('largest-contentful-paint', (entry) => {
  seen.lcpMs = entry.startTime;
});
watch('longtask', (entry) => {
  seen.blockedMs += Math.max(0, entry.duration - TASK_MS);
  seen.heldUp = Math.max(seen.heldUp, entry.duration);
});

const BrowserWorker = window.Worker;
window.Worker = class extends BrowserWorker {
  constructor(url: string | URL, options?: WorkerOptions) {
    super(url, options);
    this.addEventListener('message', ({ data }: MessageEvent<{ type?: string; stats?: Partial<Seen> }>) => {
      if (data.type !== 'stats' || data.stats === undefined) return;
      seen.droppedFrames = data.stats.droppedFrames ?? 0;
      seen.fps = data.stats.fps ?? 0;
    });
  }
};
