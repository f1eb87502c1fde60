import { decodeJwt, decodeProtectedHeader, importSPKI, jwtVerify } from 'jose';
import type { Store } from '../store.ts';

/** `aud` of a playback token says what it opens. */
export type Audience = 'v' | 't';

/** Whether this token opens this signed playback id. The key's id is in the payload (Mux's SDK) or in the header (its documents). */
export const opens = async (
  { signingKeys }: Pick<Store, 'signingKeys'>,
  request: { token: string | undefined; playbackId: string; audience: Audience; now: number },
): Promise<boolean> => {
  const { token, playbackId, audience, now } = request;
  if (token === undefined) return false;
  try {
    const kid = decodeProtectedHeader(token).kid ?? decodeJwt(token)['kid'];
    const key = typeof kid === 'string' ? signingKeys.get(kid) : undefined;
    if (!key) return false;
    await jwtVerify(token, await importSPKI(key.public_key, 'RS256'), {
      algorithms: ['RS256'],
      audience,
      subject: playbackId,
      requiredClaims: ['exp'],
      currentDate: new Date(now),
    });
    return true;
  } catch {
    // Not a token, or not a good one: which of both is nobody's business.
    return false;
  }
};
