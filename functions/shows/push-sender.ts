import { request as requestHttp } from 'node:http';
import { Agent, request as requestHttps } from 'node:https';
import webPush from 'web-push';
import { type Notice, PUSH_LIMITS, type PushSubscription } from '#domain/push';
import { isPushEndpoint, lookupPublic } from './push-address.ts';
import { arePushKeys } from './push-keys.ts';
import type { Vapid } from './vapid.ts';

/** What became of one notice. */
export type Sent =
  | { sent: true }
  /** No notice will ever reach this browser by this subscription. */
  | { sent: false; because: 'gone' }
  /** This notice will not reach it, however often it is tried. */
  | { sent: false; because: 'refused' }
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

  /** Undefined where nothing can be made of it. */
  const encrypted = ({ endpoint, p256dh, auth }: PushSubscription, notice: Notice) => {
    try {
      return webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, JSON.stringify(notice), {
        vapidDetails: { subject, ...vapid },
        TTL: PUSH_LIMITS.ttlSeconds,
        urgency: 'high',
        // another of the same show takes the place of one that still waits
        topic: notice.streamId.slice(-26),
        contentEncoding: 'aes128gcm',
      });
    } catch {
      // without the cause: its words may hold the endpoint or a key
      return undefined;
    }
  };

  return {
    send: async (subscription, notice) => {
      const { endpoint } = subscription;
      // what was taken under another rule is not sent to under this one, and keys do not become others
      if (!isPushEndpoint(endpoint, also) || !arePushKeys(subscription)) return { sent: false, because: 'gone' };
      const made = encrypted(subscription, notice);
      if (!made) return { sent: false, because: 'refused' };
      try {
        return outcomeOf(await post(endpoint, made.headers, made.body ?? Buffer.alloc(0)), clock().getTime());
      } catch {
        // a network, or a name: either may be well again. Without the cause: its words may hold the endpoint
        return { sent: false, because: 'busy', afterMs: AGAIN_MS.least };
      }
    },
  };
};

/**
 * What an answer means (RFC 8030 §7 and §8.4, RFC 9110 §15): a subscription that is not there never comes back, what was too slow, too
 * much or failed may succeed later, and whatever else is refused stays so: too long, malformed, signed by another key.
 */
const outcomeOf = ({ status, retryAfter }: { status: number; retryAfter: string | undefined }, now: number): Sent => {
  if (status >= 200 && status < 300) return { sent: true };
  if (status === 404 || status === 410) return { sent: false, because: 'gone' };
  if (status === 408 || status === 429 || status >= 500)
    return { sent: false, because: 'busy', afterMs: waitOf(retryAfter, now) };
  return { sent: false, because: 'refused' };
};

/** `Retry-After` in seconds or as a date (RFC 9110), within reason. */
const waitOf = (said: string | undefined, now: number): number => {
  const ms = said === undefined ? Number.NaN : /^\d+$/.test(said) ? Number(said) * 1_000 : Date.parse(said) - now;
  return Math.min(Math.max(Number.isFinite(ms) ? ms : 0, AGAIN_MS.least), AGAIN_MS.most);
};
