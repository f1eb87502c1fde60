import { createStreamStore } from '#store/streams';
import { onHttp, startLambda } from '../lambda.ts';
import { createPeople } from '../people.ts';
import { createProfiles } from '../../profiles/profiles.ts';
import { buildUsersRoom } from '../rooms/users.ts';

const { base, metrics } = await startLambda('users', process.env);
const people = createPeople(base);
const profiles = createProfiles({ ...people, onAir: createStreamStore(base).airedBy });

/** `/users` and below it. */
export const handler = onHttp(buildUsersRoom(base, people, profiles), metrics);
