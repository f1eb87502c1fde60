import { createPushSender, type PushSender } from '../shows/push-sender.ts';
import { vapidOf } from '../shows/vapid.ts';
import type { Base } from './base.ts';

/** The way to push services; undefined where there is no key to sign with. Only what sends has this in its bundle. */
export const buildPushSender = ({ config, clock }: Pick<Base, 'config' | 'clock'>): PushSender | undefined => {
  const { VAPID_SECRET: secret, PUBLIC_ORIGIN: origin, PUSH_ALSO: also } = config;
  if (secret === undefined) return undefined;
  // RFC 8292 wants an address of https or mail; where there is none nobody can be turned to
  const subject = origin.startsWith('https:') ? origin : 'mailto:vybzz@localhost';
  return createPushSender({ vapid: vapidOf(secret), subject, also, clock });
};
