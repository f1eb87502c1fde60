/**
 * What the Lambdas weigh and how long they load, and what the app's pages load first, against their budgets:
 *
 *   npm run sizes
 *
 * Exit 1 where one is over.
 */
import { weighRooms } from '../../../functions/sizes.ts';
import { weighPages } from './pages.ts';

const within = [await weighRooms(), await weighPages()];
process.exit(within.every(Boolean) ? 0 : 1);
