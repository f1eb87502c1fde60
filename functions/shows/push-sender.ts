import { request as requestHttp } from 'node:http';
import { Agent, request as requestHttps } from 'node:https';
import webPush from 'web-push';
import { type Notice, PUSH_LIMITS, type PushSubscription } from '#domain/push';
import { isPushEndpoint, lookupPublic } from './push-address.ts';
import type { Vapid } from './vapid.ts';

/** What became of one notice. */
export type Sent =
  | { sent: true }
  | { sent: false; because: 'gone' | 'refused' }
  /** Worth trying again, not before so long. */
  | { sent: false; because: 'busy'; afterMs: number };

export type PushSender = { send(subscription: PushSubscription, notice: Notice): Promise<Sent> };

/** A push service answers in a second; what it says is thrown away. */
const PATIENCE_MS = 5_000;
const AGAIN_MS = { least: 5_000, most: 15 * 60_000 } as const;

type Parts = {
  vapid: Vapid;
  /** Whom a push service may turn to: a mailto: or https: address. */
  subject: string;
  /** Origins that are push services as well, whatever their address. */
  also: readonly string[];
  clock: () => Date;
};

/** Sends notices to push services, each encrypted for the one browser that can read it. Never throws. */
export const createPushSender = ({ vapid, subject, also, clock }: Parts): PushSender => {
  const agent = new Agent({ keepAlive: true, maxSockets: 8, lookup: lookupPublic });

  const post = (endpoint: string, headers: Record<string, string>, body: Buffer) =>
    new Promise<{ status: number; retryAfter: string | undefined }>((done, fail) => {
      const url = new URL(endpoint);
      const options = { method: 'POST', headers, signal: AbortSignal.timeout(PATIENCE_MS) };
      const trusted = also.includes(url.origin);
      const request =
        trusted && url.protocol === 'http:'
          ? requestHttp(url, options)
          : requestHttps(url, { ...options, ...(!trusted && { agent }) });
      request.on('error', fail);
      request.on('response', (response) => {
        // a redirection is not followed, and a body not waited for
        response.on('error', fail);
        response.destroy();
        done({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] });
      });
      request.end(body);
    });

  return {
    send: async ({ endpoint, p256dh, auth }, notice) => {
      // what was taken under another rule is not sent to under this one
      if (!isPushEndpoint(endpoint, also)) return { sent: false, because: 'gone' };
      try {
        const { headers, body } = webPush.generateRequestDetails(
          { endpoint, keys: { p256dh, auth } },
          JSON.stringify(notice),
          {
            vapidDetails: { subject, ...vapid },
            TTL: PUSH_LIMITS.ttlSeconds,
            urgency: 'high',
            // another of the same show takes the place of one that still waits
            topic: notice.streamId.slice(-26),
            contentEncoding: 'aes128gcm',
          },
        );
        return outcomeOf(await post(endpoint, headers, body ?? Buffer.alloc(0)), clock().getTime());
      } catch {
        // without the cause: its words may hold the endpoint
        return { sent: false, because: 'busy', afterMs: AGAIN_MS.least };
      }
    },
  };
};

const outcomeOf = ({ status, retryAfter }: { status: number; retryAfter: string | undefined }, now: number): Sent => {
  if (status >= 200 && status < 300) return { sent: true };
  if (status === 404 || status === 410) return { sent: false, because: 'gone' };
  if (status === 429 || status >= 500) return { sent: false, because: 'busy', afterMs: waitOf(retryAfter, now) };
  return { sent: false, because: 'refused' };
};

/** `Retry-After` in seconds or as a date (RFC 9110), within reason. */
const waitOf = (said: string | undefined, now: number): number => {
  const ms = said === undefined ? Number.NaN : /^\d+$/.test(said) ? Number(said) * 1_000 : Date.parse(said) - now;
  return Math.min(Math.max(Number.isFinite(ms) ? ms : 0, AGAIN_MS.least), AGAIN_MS.most);
};
