import { app } from './app.ts';
import { errors } from './errors.ts';
import { feed } from './feed.ts';
import { people } from './people.ts';
import { reporting } from './reporting.ts';
import { ui } from './ui.ts';

/** What Home needs, and what may stand on every page. */
export const first = { ui, app, feed, people, errors, reporting };
