import { handle } from 'hono/aws-lambda';
import { createStreamStore } from '#store/streams';
import { createBase } from '../base.ts';
import { parseConfig } from '../config.ts';
import { createLog } from '../observed.ts';
import { createPeople } from '../people.ts';
import { withSecrets } from '../secrets.ts';
import { createProfiles } from '../users/profiles.ts';
import { buildAuthRoom } from './room.ts';

const base = createBase({ config: parseConfig(await withSecrets(process.env)), log: createLog('auth') });
const people = createPeople(base);
const profiles = createProfiles({ ...people, onAir: createStreamStore(base).airedBy });

/** The Lambda behind `/auth/*`. */
export const handler = handle(buildAuthRoom(base, people, profiles));
