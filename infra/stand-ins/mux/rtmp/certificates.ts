import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority } from './authority.ts';

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
    const authority = await createAuthority({
      commonName: 'Vybzz local RTMPS authority',
      names,
      notBefore: new Date(now - DAY_MS),
      notAfter: new Date(now + YEARS_MS),
    });
    writeFileSync(files.key, authority.key, { mode: 0o600 });
    writeFileSync(files.cert, authority.cert);
    writeFileSync(files.ca, authority.ca);
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
