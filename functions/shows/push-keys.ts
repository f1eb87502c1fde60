import { ECDH } from 'node:crypto';
import type { PushSubscription } from '#domain/push';

/** An uncompressed point begins with it (SEC 1 §2.3.3). */
const UNCOMPRESSED = 4;
const AUTH_BYTES = 16;

/** Whether something can be encrypted for a browser with these keys: a point of P-256, uncompressed, and 16 bytes (RFC 8291 §3.1 and §3.2). */
export const arePushKeys = ({ p256dh, auth }: Pick<PushSubscription, 'p256dh' | 'auth'>): boolean => {
  const point = Buffer.from(p256dh, 'base64url');
  if (point[0] !== UNCOMPRESSED || Buffer.from(auth, 'base64url').length !== AUTH_BYTES) return false;
  try {
    ECDH.convertKey(point, 'prime256v1');
    return true;
  } catch {
    // of the right length, and not on the curve
    return false;
  }
};
