import type { StreamId, UserId } from './ids.ts';

/** Where a browser takes notices of Web Push (RFC 8030), and the keys that they are encrypted for (RFC 8291). */
export type PushSubscription = {
  /** A digest of the endpoint, which itself lets whoever knows it be a nuisance. */
  id: string;
  endpoint: string;
  /** Keys in base64url. */
  p256dh: string;
  auth: string;
};

/** What a notice says. The browser's own words are put round it by the service worker. */
export type Notice = { kind: 'live'; streamId: StreamId; creator: string; title: string };

export const PUSH_LIMITS = {
  /** Browsers that one person may have asked with; another takes the place of the oldest. */
  browsers: 10,
  endpointCharacters: 1_024,
  /** How long a push service keeps a notice for a browser that is not there. */
  ttlSeconds: 1_800,
  /** After this long a notice that could not be brought is not news any more. */
  staleMs: 30 * 60_000,
  /** A creator who begins again so soon after a show goes on after a break. */
  breakMs: 15 * 60_000,
} as const;

/** How many notices go out in one task. */
export const RECIPIENTS_A_TASK = 100;

/** One task's recipients; on another attempt only these of their browsers. */
export type Recipients = { to: readonly UserId[]; only?: readonly string[] | undefined; attempt: number };
