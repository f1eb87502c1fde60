import { createECDH, createHash } from 'node:crypto';

/** By which push services know us (RFC 8292). The keys are in base64url. */
export type Vapid = { publicKey: string; privateKey: string };

/**
 * The key pair that a secret stands for: its digest is a private key of P-256, as all but one in 2³² digests are. So whatever keeps
 * secrets can make and keep this one, too.
 */
export const vapidOf = (secret: string): Vapid => {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(createHash('sha256').update(`vybzz vapid\n${secret}`).digest());
  return {
    publicKey: ecdh.getPublicKey('base64url', 'uncompressed'),
    privateKey: ecdh.getPrivateKey().toString('base64url').padStart(43, 'A'),
  };
};
