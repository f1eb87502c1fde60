import { expect, it } from 'vitest';
import { part, PartMissing } from './part.ts';

it('a part that does not load fails by a name that the router does not take as leave to reload', async () => {
  const cause = new TypeError('Failed to fetch dynamically imported module: /assets/page.js');
  const failing = part(() => Promise.reject(cause));
  await expect(failing()).rejects.toSatisfy(
    (error) => error instanceof PartMissing && error.cause === cause && !error.message.includes('imported module'),
  );
  await expect(part(async () => ({ Page: 'it' }))()).resolves.toEqual({ Page: 'it' });
});
