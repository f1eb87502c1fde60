import { handle } from 'hono/aws-lambda';
import { createStreamStore } from '#store/streams';
import { createBase } from '../base.ts';
import { parseConfig } from '../config.ts';
import { createLog } from '../observed.ts';
import { createPeople } from '../people.ts';
import { withSecrets } from '../secrets.ts';
import { createProfiles } from './profiles.ts';
import { buildUsersRoom } from './room.ts';

const base = createBase({ config: parseConfig(await withSecrets(process.env)), log: createLog('users') });
const people = createPeople(base);
const profiles = createProfiles({ ...people, onAir: createStreamStore(base).airedBy });

/** The Lambda behind `/users/*`. */
export const handler = handle(buildUsersRoom(base, people, profiles));
