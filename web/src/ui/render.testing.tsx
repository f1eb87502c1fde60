import { cleanup, configure, render as renderBare } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach } from 'vitest';
import { InEnglish } from '../words/words.testing.tsx';

// What comes comes in a moment, and on a busy machine in a longer one.
configure({ asyncUtilTimeout: 10_000 });
afterEach(cleanup);

/** Shows a part of the app until the test is over. */
export const render = (part: ReactNode) => renderBare(<InEnglish>{part}</InEnglish>);
