import { cameThroughEdge } from '../edge.ts';
import { edgeSecrets, latest, startLambda } from '../lambda.ts';
import { createPeople } from '../people.ts';
import { createStreaming } from '../streaming.ts';
import { buildRealtime } from '../rooms/realtime.ts';

const realtime = await startLambda('realtime', {
  env: process.env,
  needs: [],
  build: ({ base }) => {
    const people = createPeople(base);
    const handlers = buildRealtime(base, people, createStreaming(base, people));
    const secrets = edgeSecrets(base.config);
    /** A socket is opened through the distribution, or not at all. */
    const connectThroughEdge: typeof handlers.connect = async (event) =>
      cameThroughEdge(event.headers, secrets) ? handlers.connect(event) : { statusCode: 403 };
    return { ...handlers, connect: connectThroughEdge };
  },
});

/** The three integrations of the WebSocket API behind `/realtime`. */
export const connect = latest(async () => (await realtime()).connect);
export const message = latest(async () => (await realtime()).message);
export const disconnect = latest(async () => (await realtime()).disconnect);
