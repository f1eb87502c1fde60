import { ApiError } from './api-error.ts';
import type { IdentityProvider } from './sign-in-session.ts';

/**
 * An issuer's client whose code comes when it is first needed: who only looks around needs none. Asked for again after a failure,
 * which is told as the issuer's own absence is.
 */
export const laterProvider = (load: () => Promise<IdentityProvider>): IdentityProvider => {
  let coming: Promise<IdentityProvider> | undefined;
  const provider = async () => {
    coming ??= load();
    try {
      return await coming;
    } catch (cause) {
      coming = undefined;
      throw new ApiError({ code: 'unreachable', message: 'The sign-in service cannot be reached. Try again.', cause });
    }
  };
  return {
    authorizeUrl: async (...asked) => (await provider()).authorizeUrl(...asked),
    exchange: async (...asked) => (await provider()).exchange(...asked),
    refresh: async (...asked) => (await provider()).refresh(...asked),
    endSessionUrl: async (...asked) => (await provider()).endSessionUrl(...asked),
    randomText: async () => (await provider()).randomText(),
  };
};
