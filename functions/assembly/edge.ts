import { createHash, timingSafeEqual } from 'node:crypto';

/** The header by which our distribution shows that a request has come through it. Whatever a browser says in it is replaced there. */
export const EDGE_HEADER = 'x-vybzz-edge';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Whether a request has come through our distribution. API Gateway's own addresses are open to everybody: who calls there has
 * passed no firewall, and could make up the address that limits go by.
 *
 * @param headers as API Gateway hands them over: names in lower case from an HTTP API, as they were sent from a WebSocket API
 * @param secrets any of them is good; none where nothing stands in front that could say one
 */
export const cameThroughEdge = (
  headers: Readonly<Record<string, string | string[] | undefined>> | undefined,
  secrets: readonly string[],
): boolean => {
  if (secrets.length === 0) return true;
  const [, said] = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === EDGE_HEADER) ?? [];
  if (typeof said !== 'string') return false;
  const known = digest(said);
  return secrets.some((secret) => timingSafeEqual(known, digest(secret)));
};
