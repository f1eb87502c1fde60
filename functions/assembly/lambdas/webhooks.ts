import { onHttp, startLambda } from '../lambda.ts';
import { createPeople } from '../people.ts';
import { createStreaming } from '../streaming.ts';
import { buildWebhooksRoom } from '../rooms/webhooks.ts';

const lambda = await startLambda('webhooks', process.env, ['MUX_WEBHOOK_SECRETS']);
const { base } = lambda;

/** `/webhooks` and below it. */
export const handler = onHttp(buildWebhooksRoom(base, createStreaming(base, createPeople(base))), lambda);
