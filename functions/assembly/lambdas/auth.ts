import { onHttp, startLambda } from '../lambda.ts';
import { createPeople } from '../people.ts';
import { buildProfiles } from '../profiles.ts';
import { buildAuthRoom } from '../rooms/auth.ts';

const lambda = await startLambda('auth', process.env, []);
const { base } = lambda;
const people = createPeople(base);
const profiles = buildProfiles(base, people);

/** `/auth` and below it. */
export const handler = onHttp(buildAuthRoom(base, people, profiles), lambda);
