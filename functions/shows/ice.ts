import { createHmac } from 'node:crypto';
import type { IceServer } from '#contract/guest-messages';

/** How long a name and password for a relay are good for: both ends ask anew at least every two hours, with each socket. */
export const RELAY_MS = 4 * 3_600_000;

type Parts = {
  /** Addresses of STUN and TURN servers, as RFC 7064 and RFC 7065 write them. None: two browsers find each other by what they know. */
  urls: readonly string[];
  /** Shared with the TURN servers, which let nobody in without it. */
  turnSecret: string | undefined;
  clock: () => Date;
};

/** By which servers two browsers find each other. */
export type Ice = { serversFor: (who: string) => IceServer[] };

const isRelay = (url: string): boolean => /^turns?:/.test(url);

/**
 * Passwords for a relay as coturn's `use-auth-secret` knows them (draft-uberti-behave-turn-rest-00): the name says until when, and
 * the password is the name's HMAC. Nothing is kept of them, and whoever has one can do nothing but relay until then.
 */
export const createIce = ({ urls, turnSecret, clock }: Parts): Ice => ({
  serversFor: (who) => {
    const plain = urls.filter((url) => !isRelay(url));
    const relays = turnSecret === undefined ? [] : urls.filter(isRelay);
    const servers: IceServer[] = plain.length > 0 ? [{ urls: plain }] : [];
    if (turnSecret === undefined || relays.length === 0) return servers;
    const username = `${Math.floor((clock().getTime() + RELAY_MS) / 1_000)}:${who}`;
    const credential = createHmac('sha1', turnSecret).update(username).digest('base64');
    return [...servers, { urls: relays, username, credential }];
  },
});
