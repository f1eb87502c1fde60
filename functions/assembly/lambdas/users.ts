import { onHttp, startLambda } from '../lambda.ts';
import { createPeople } from '../people.ts';
import { buildProfiles } from '../profiles.ts';
import { buildUsersRoom } from '../rooms/users.ts';

const { base, metrics } = await startLambda('users', process.env, ['CURSOR_SECRET']);
const people = createPeople(base);
const profiles = buildProfiles(base, people);

/** `/users` and below it. */
export const handler = onHttp(buildUsersRoom(base, people, profiles), metrics);
