import { cameThroughEdge } from '../edge.ts';
import { edgeSecrets, startLambda } from '../lambda.ts';
import { createPeople } from '../people.ts';
import { createStreaming } from '../streaming.ts';
import { buildRealtime } from '../rooms/realtime.ts';

const { base } = await startLambda('realtime', process.env, []);
const people = createPeople(base);

const realtime = buildRealtime(base, people, createStreaming(base, people));
const secrets = edgeSecrets(base.config);

/** The three integrations of the WebSocket API behind `/realtime`; a socket is opened through the distribution, or not at all. */
export const connect: typeof realtime.connect = async (event) =>
  cameThroughEdge(event.headers, secrets) ? realtime.connect(event) : { statusCode: 403 };
export const { message, disconnect } = realtime;
