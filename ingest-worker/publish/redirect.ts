import type { Publisher } from '../session/publisher.ts';
import { parseTarget, type Target } from './target.ts';

/**
 * Where a server that would not have us has sent us (`ex.redirect`, as Adobe's servers and SRS say it): an address of the same
 * scheme, so that nobody is led out of TLS, or undefined.
 */
export const toRedirectTarget = (from: Target, url: string): Target | undefined => {
  const target = parseTarget(url);
  return target?.secure === from.secure ? target : undefined;
};

type Parts = {
  target: Target;
  /** A publisher to one address; tells where the server sends it instead. */
  make: (target: Target, onRedirect: (url: string) => void) => Publisher;
};

/** A publisher that goes where it is sent, once: a server that sends it on from there is refused as any other (SPEC P3). */
export const createRedirectedPublisher = ({ target, make }: Parts): Publisher => {
  let sentTo: Target | undefined;
  let givenUp = false;
  let current = make(target, (url) => {
    sentTo = toRedirectTarget(target, url);
  });
  const connect = async (): ReturnType<Publisher['connect']> => {
    const answer = await current.connect();
    if (answer.connected || sentTo === undefined || givenUp) return answer;
    const { host } = sentTo;
    current = make(sentTo, () => undefined);
    const next = await current.connect();
    return next.connected ? { connected: true, redirectedTo: host } : next;
  };
  let connecting: ReturnType<Publisher['connect']> | undefined;
  return {
    connect: () => (connecting ??= connect()),
    send: (tag) => current.send(tag),
    close: () => {
      givenUp = true;
      return current.close();
    },
    abandon: () => {
      givenUp = true;
      current.abandon();
    },
    stats: () => current.stats(),
  };
};
