import { createPushSender, type PushSender } from '../shows/push-sender.ts';
import type { Base } from './base.ts';
import { pushIdentity } from './push-identity.ts';

/** The way to push services; undefined where they could not know us. Only what sends has this in its bundle. */
export const buildPushSender = ({ config, clock }: Pick<Base, 'config' | 'clock'>): PushSender | undefined => {
  const known = pushIdentity(config);
  return known && createPushSender({ ...known, also: config.PUSH_ALSO, clock });
};
