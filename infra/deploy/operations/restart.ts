import { GetFunctionConfigurationCommand, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import type { Operator } from './operator.ts';

const STAMP = / \(restarted .*\)$/;

/** Starts every function anew, so that it reads its secrets again: a change of anything does, and the description is nobody's but ours. */
export const restart = async ({ output, lambda, clock, say }: Operator): Promise<void> => {
  const names = (await output('ControlPlane.Functions')).split(',');
  for (const FunctionName of names) {
    const { Description = '' } = (await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))) as {
      Description?: string;
    };
    const stamped = `${Description.replace(STAMP, '')} (restarted ${clock().toISOString()})`;
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Description: stamped }));
  }
  say(`✓ ${names.length} functions restarted`);
};
