import { createStreamStore } from '#store/streams';
import { onHttp, startLambda } from '../lambda.ts';
import { createPeople } from '../people.ts';
import { createProfiles } from '../../profiles/profiles.ts';
import { buildAuthRoom } from '../rooms/auth.ts';

const { base, metrics } = await startLambda('auth', process.env);
const people = createPeople(base);
const profiles = createProfiles({ ...people, onAir: createStreamStore(base).airedBy });

/** `/auth` and below it. */
export const handler = onHttp(buildAuthRoom(base, people, profiles), metrics);
