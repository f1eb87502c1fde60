import { InvokeCommand } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import type { Operator } from './operator.ts';

const Stream = z.object({ id: z.string(), state: z.string() });
const LOOKS = 30;
const SWEEP_AFTER = 15;

type Parts = { operator: Operator; token: string; fetch?: typeof globalThis.fetch };

/**
 * Takes a show off the air, or gets one unstuck: asks the API to end it as a moderator may, waits, and where nothing moves runs the
 * sweep, which settles what worker and webhooks have left.
 */
export const takeOff = async ({ operator, token, fetch = globalThis.fetch }: Parts, id: string): Promise<void> => {
  const { output, lambda, pause, say } = operator;
  const origin = await output('Web.Origin');
  const call = async (method: string, path: string): Promise<z.infer<typeof Stream>> => {
    const answer = await fetch(`${origin}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
    if (!answer.ok) throw new Error(`${method} ${path} answers ${answer.status}: ${await answer.text()}`);
    return Stream.parse(await answer.json());
  };
  const { state } = await call('GET', `/stream/${id}`);
  if (state === 'ended') return say(`✓ ${id} has ended already`);
  await call('POST', `/stream/${id}/end`);
  for (let look = 0; look < LOOKS; look += 1) {
    if ((await call('GET', `/stream/${id}`)).state === 'ended') return say(`✓ ${id} has ended`);
    if (look === SWEEP_AFTER) {
      await lambda.send(new InvokeCommand({ FunctionName: await output('ControlPlane.SweepFunction') }));
      say('… the sweep was run');
    }
    await pause();
  }
  throw new Error(`${id} does not end: the log of the sweep says why.`);
};
