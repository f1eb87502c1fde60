import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';

type Certificates = { key: string; cert: string; caFile: string };

const DAY_MS = 86_400_000;
const YEARS_MS = 10 * 365 * DAY_MS;
/** Renewed this long before its end, so that none ends while we run. */
const MARGIN_MS = 30 * DAY_MS;

/**
 * A certificate for `localhost` from a certification authority of our own, both made at the first start. Clients trust `caFile`;
 * the authority's key is thrown away, so that nothing else can ever be signed with it.
 */
export const openCertificates = async (dir: string, now: number, names: string[] = []): Promise<Certificates> => {
  const files = { key: join(dir, 'key.pem'), cert: join(dir, 'cert.pem'), ca: join(dir, 'ca.pem') };
  if (!stillGood(files, now, names)) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const times = { notBeforeDate: new Date(now - DAY_MS), notAfterDate: new Date(now + YEARS_MS) };
    const common = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256', ...times } as const;
    const authority = await generate([{ name: 'commonName', value: 'Vybzz local RTMPS authority' }], {
      ...common,
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
      ],
    });
    const leaf = await generate([{ name: 'commonName', value: 'localhost' }], {
      ...common,
      ca: { key: authority.private, cert: authority.cert },
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
    writeFileSync(files.key, leaf.private, { mode: 0o600 });
    writeFileSync(files.cert, leaf.cert);
    writeFileSync(files.ca, authority.cert);
  }
  return { key: readFileSync(files.key, 'utf8'), cert: readFileSync(files.cert, 'utf8'), caFile: files.ca };
};

/** Whether all three files are there, belong together, and last. */
const stillGood = (files: { key: string; cert: string; ca: string }, now: number, names: string[]): boolean => {
  if (!Object.values(files).every((file) => existsSync(file))) return false;
  try {
    const cert = new X509Certificate(readFileSync(files.cert));
    const ca = new X509Certificate(readFileSync(files.ca));
    const named = names.every((name) => cert.checkHost(name) !== undefined);
    return named && cert.verify(ca.publicKey) && Date.parse(cert.validTo) > now + MARGIN_MS;
  } catch {
    return false;
  }
};
