import { latest, onHttp, startLambda } from '../lambda.ts';
import { createPeople } from '../people.ts';
import { createStreaming } from '../streaming.ts';
import { buildWebhooksRoom } from '../rooms/webhooks.ts';

const room = await startLambda('webhooks', {
  env: process.env,
  needs: ['MUX_WEBHOOK_SECRETS'],
  build: (lambda) => {
    const { base } = lambda;
    return onHttp(buildWebhooksRoom(base, createStreaming(base, createPeople(base))), lambda);
  },
});

/** `/webhooks` and below it. */
export const handler = latest(room);
