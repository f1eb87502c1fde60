import { watch } from './watch.ts';

/** What only the pages behind Home need. */
export const rest = { watch };
