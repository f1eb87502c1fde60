import { generate } from 'selfsigned';

/** A certificate for this machine and the authority that signed it, in PEM. The authority's own key is not among them: it is thrown away. */
export type Authority = { ca: string; cert: string; key: string };

type Wish = {
  /** What the authority is called. */
  commonName: string;
  /** DNS names beside `localhost`. */
  names?: readonly string[];
  notBefore: Date;
  notAfter: Date;
};

/** A new authority and one certificate of it, for `localhost`, 127.0.0.1 and ::1: nothing else can ever be signed by it. */
export const createAuthority = async ({ commonName, names = [], notBefore, notAfter }: Wish): Promise<Authority> => {
  const common = {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: notBefore,
    notAfterDate: notAfter,
  } as const;
  const root = await generate([{ name: 'commonName', value: commonName }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const leaf = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...common,
    ca: { key: root.private, cert: root.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...['localhost', ...names].map((value) => ({ type: 2 as const, value })),
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  return { ca: root.cert, cert: leaf.cert, key: leaf.private };
};
