/** The names by which this machine is called from itself. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Whether a request's `Host` is one that we answer to: this machine's own names, and those given, with any port. A page elsewhere
 * can give its own name this machine's address (DNS rebinding), and would then read here what stands here; its `Host` tells.
 *
 * @param names without a port: what other containers, or a proxy before us, call us
 */
export const answersTo = (names: readonly string[] = []): ((host: string | undefined) => boolean) => {
  const known = new Set([...LOOPBACK, ...names.map((name) => name.toLowerCase())]);
  return (host = '') => known.has(host.toLowerCase().replace(/:\d{1,5}$/, ''));
};

/** RFC 9110, 15.5.20: this request came to the wrong server. */
export const MISDIRECTED = 421;
