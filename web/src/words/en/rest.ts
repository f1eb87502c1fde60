import { audience } from './audience.ts';
import { broadcast } from './broadcast.ts';
import { find } from './find.ts';
import { moderation } from './moderation.ts';
import { reference } from './reference.ts';
import { sharing } from './sharing.ts';
import { studio } from './studio.ts';
import { watch } from './watch.ts';

/** What only the pages behind Home need. */
export const rest = { audience, broadcast, find, moderation, reference, sharing, studio, watch };
