import { newId } from '#domain/ids';
import { createBlockStore } from '#store/blocks';
import { createFollowStore } from '#store/follows';
import { createLimitStore } from '#store/limits';
import { createUserStore } from '#store/users';
import { createAuthenticate } from '../auth/authenticate.ts';
import { createVerifyToken, type VerifyToken } from '../auth/verify.ts';
import { createAskUserInfo } from '../auth/user-info.ts';
import type { Base } from './base.ts';
import { createLimited } from '../http/limited.ts';

/**
 * What every room needs to know who calls, and to slow down who calls too often.
 *
 * @param verify by default the issuers that the configuration names
 */
export const createPeople = (
  { config, table, log, clock }: Base,
  { verify = createVerifyToken({ issuers: config.AUTH_ISSUERS }) }: { verify?: VerifyToken } = {},
) => {
  const users = createUserStore({ table });
  return {
    users,
    follows: createFollowStore({ table }),
    blocks: createBlockStore({ table }),
    authenticate: createAuthenticate({
      verify,
      users,
      askUserInfo: createAskUserInfo({
        issuers: config.AUTH_ISSUERS,
        onFault: (error) => log.warn('issuer tells nothing of a new person', { error }),
      }),
      clock,
      log,
      newUserId: (now) => newId('usr', now),
      moderators: new Set(config.MODERATORS),
    }),
    limited: createLimited({ limits: createLimitStore({ table }), clock, trustedHops: config.TRUSTED_HOPS }),
  };
};
export type People = ReturnType<typeof createPeople>;
