import { AsyncLocalStorage } from 'node:async_hooks';
import type { UserId } from '#domain/ids';

const acting = new AsyncLocalStorage<UserId | undefined>();

/** Does `work` as what this person wants done, which whatever it calls can ask for. */
export const actFor = <Result>(user: UserId | undefined, work: () => Result): Result => acting.run(user, work);

/** Whose wish is being done now; undefined where it is nobody's in particular: a sweep, a webhook, an anonymous viewer. */
export const actingFor = (): UserId | undefined => acting.getStore();
