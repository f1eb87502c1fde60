import { onHttp, startLambda } from '../lambda.ts';
import { createPeople } from '../people.ts';
import { createStreaming } from '../streaming.ts';
import { buildPostsRoom } from '../rooms/posts.ts';

const lambda = await startLambda('posts', process.env, ['CURSOR_SECRET']);
const { base } = lambda;
const people = createPeople(base);

/** `/posts` and below it. */
export const handler = onHttp(buildPostsRoom(base, people, createStreaming(base, people), base.publish), lambda);
