import { createECDH, randomBytes } from 'node:crypto';

/** Keys that a browser could give with its subscription to Web Push, where nothing is read with them. */
export const BROWSER_KEYS = {
  p256dh: createECDH('prime256v1').generateKeys().toString('base64url'),
  auth: randomBytes(16).toString('base64url'),
};
