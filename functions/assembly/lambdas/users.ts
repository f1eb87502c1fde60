import { onHttp, startLambda } from '../lambda.ts';
import { createPeople } from '../people.ts';
import { buildProfiles } from '../profiles.ts';
import { createStreaming } from '../streaming.ts';
import { buildUsersRoom } from '../rooms/users.ts';

const lambda = await startLambda('users', process.env, ['CURSOR_SECRET']);
const { base } = lambda;
const people = createPeople(base);
const profiles = buildProfiles(base, people);

/** `/users` and below it. */
export const handler = onHttp(buildUsersRoom(base, people, profiles, createStreaming(base, people)), lambda);
