import { createAuthority as issue, type Authority } from '#stand-ins/mux/rtmp/authority';

const DAY_MS = 86_400_000;

/** A throw-away authority and a certificate of it for this machine, made anew in each run. */
export const createAuthority = (): Promise<Authority> =>
  issue({
    commonName: 'Vybzz test authority',
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
  });
