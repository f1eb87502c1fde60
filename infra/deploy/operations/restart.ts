import { GetFunctionConfigurationCommand, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import type { Operator } from './operator.ts';

const STAMP = / \(restarted .*\)$/;
const Configured = z.object({ Description: z.optional(z.string()) });

/** Starts every function anew, so that it reads its secrets again: a change of anything does, and the description is nobody's but ours. */
export const restart = async ({ output, lambda, clock, say }: Operator): Promise<void> => {
  const names = (await output('ControlPlane.Functions')).split(',');
  for (const FunctionName of names) {
    const { Description = '' } = Configured.parse(
      await lambda.send(new GetFunctionConfigurationCommand({ FunctionName })),
    );
    const stamped = `${Description.replace(STAMP, '')} (restarted ${clock().toISOString()})`;
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Description: stamped }));
  }
  say(`✓ ${names.length} functions restarted`);
};
