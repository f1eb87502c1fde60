import { startLambda } from '../lambda.ts';
import { createPeople } from '../people.ts';
import { createStreaming } from '../streaming.ts';
import { buildRealtime } from '../rooms/realtime.ts';

const { base } = await startLambda('realtime', process.env, []);
const people = createPeople(base);

/** The three integrations of the WebSocket API behind `/realtime`. */
export const { connect, message, disconnect } = buildRealtime(base, people, createStreaming(base, people));
