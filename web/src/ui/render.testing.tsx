import { cleanup, configure, getConfig, render as renderBare } from '@testing-library/preact';
import type { ReactNode } from 'react';
import { afterEach } from 'vitest';
import { InEnglish } from '../words/words.testing.tsx';
import './prompt-effects.ts';

const usual = getConfig();
configure({
  // What comes comes in a moment, and on a busy machine in a longer one.
  asyncUtilTimeout: 10_000,
  // Nobody acts on what is shown in the very moment in which it is: what follows from it at once is done before.
  asyncWrapper: async (work) => {
    const found = await usual.asyncWrapper(work);
    await new Promise((resolve) => setTimeout(resolve, 0));
    return found;
  },
});
afterEach(cleanup);

/** Shows a part of the app until the test is over. */
export const render = (part: ReactNode) => renderBare(<InEnglish>{part}</InEnglish>);
