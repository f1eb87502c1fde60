import type { Api } from '../api/api.ts';
import { liveAnswers } from '../api/live-answers.ts';
import type { LiveUpdatesParts } from './live-updates.ts';
import { openRealtimeSocket } from './realtime-socket.ts';

type Parts = {
  api: Api;
  /** What this browser calls itself. */
  browser: string;
};

/** What live updates need of a browser: its sockets and timers, and to hear when the page is looked at or the network is back. */
export const browserUpdates = ({ api, browser }: Parts): LiveUpdatesParts => ({
  ticket: (asking) => api.ticket({ browser }, asking),
  live: liveAnswers(api),
  chatAfter: api.chatAfter,
  openSocket: openRealtimeSocket,
  after: (ms, work) => {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
  onWake: (listener) => {
    const seen = () => {
      if (document.visibilityState === 'visible') listener();
    };
    window.addEventListener('online', listener);
    document.addEventListener('visibilitychange', seen);
    return () => {
      window.removeEventListener('online', listener);
      document.removeEventListener('visibilitychange', seen);
    };
  },
  now: () => Date.now(),
  random: Math.random,
});
