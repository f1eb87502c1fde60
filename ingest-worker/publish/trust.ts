import { createSecureContext, type SecureContext } from 'node:tls';

/**
 * What TLS connections hold their server against, by the PEM of the one authority that is believed, or of the system's for
 * `undefined`. Made once for each: Node makes one anew for every connection, which is as much work as the rest of it, and keeps
 * up to 17 KB until it is collected. A process has one authority, or none of its own, so that this does not grow.
 */
export type Trust = (ca: string | undefined) => SecureContext;

export const createTrust = (): Trust => {
  const made = new Map<string | undefined, SecureContext>();
  return (ca) => {
    const context = made.get(ca) ?? createSecureContext({ minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) });
    made.set(ca, context);
    return context;
  };
};
