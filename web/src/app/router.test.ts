import { createMemoryHistory } from '@tanstack/react-router';
import { expect, it } from 'vitest';
import { APP_PATHS } from '#contract/app-paths';
import { createAppRouter } from './router.tsx';

/** As `APP_PATHS` writes them: a parameter in braces. */
const inBraces = (path: string): string =>
  path.replaceAll(/\{\$(\w+)\}|\$(\w+)/g, (_, one, other) => `{${one ?? other}}`);

it('has the pages that the rooms know of, and no other: what is missing there is answered with 404', () => {
  const { routesByPath } = createAppRouter(createMemoryHistory());
  expect(Object.keys(routesByPath).map(inBraces).sort()).toEqual([...APP_PATHS].sort());
});
