import { latest, onHttp, startLambda } from '../lambda.ts';
import { createPeople } from '../people.ts';
import { createStreaming } from '../streaming.ts';
import { buildPostsRoom } from '../rooms/posts.ts';

const room = await startLambda('posts', {
  env: process.env,
  needs: ['CURSOR_SECRET'],
  build: (lambda) => {
    const { base } = lambda;
    const people = createPeople(base);
    return onHttp(buildPostsRoom(base, people, createStreaming(base, people), base.publish), lambda);
  },
});

/** `/posts` and below it. */
export const handler = latest(room);
