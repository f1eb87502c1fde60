import { openFeedStorage } from '../ingest/open-feed-storage.ts';
import { openWebSocket } from '../ingest/web-socket.ts';
import { LIMITS } from '../limits.ts';
import { startEngine } from './engine.ts';
import type { FromEngine, ToEngine } from './messages.ts';
import { createTimers } from './timers.ts';

const clock = () => performance.now();

const engine = startEngine({
  openSocket: openWebSocket,
  limits: LIMITS,
  clock,
  wallClock: Date.now,
  ...createTimers({
    clock,
    after: (ms, then) => {
      const timer = setTimeout(then, ms);
      return () => clearTimeout(timer);
    },
  }),
  random: Math.random,
  openFeedStorage: (show) => openFeedStorage({ ...show, clock }),
  takesTracks: 'MediaStreamTrackProcessor' in self,
  post: (message: FromEngine) => self.postMessage(message),
});

self.addEventListener('message', ({ data }: MessageEvent<ToEngine>) => engine.receive(data));
