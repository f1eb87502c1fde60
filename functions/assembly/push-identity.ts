import { type Vapid, vapidOf } from '../shows/vapid.ts';
import type { Config } from './config.ts';

/** How push services know us: by our key, and by an address that they may turn to. Undefined where one is missing: then nobody is told. */
export const pushIdentity = ({
  VAPID_SECRET: secret,
  VAPID_SUBJECT: said,
  PUBLIC_ORIGIN: origin,
}: Pick<Config, 'VAPID_SECRET' | 'VAPID_SUBJECT' | 'PUBLIC_ORIGIN'>): { vapid: Vapid; subject: string } | undefined => {
  const subject = said ?? (origin.startsWith('https:') ? origin : undefined);
  return secret === undefined || subject === undefined ? undefined : { vapid: vapidOf(secret), subject };
};
