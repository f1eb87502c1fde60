import { CfnParameter, CfnRule, Fn, type Stack } from 'aws-cdk-lib';
import { PLACEHOLDER_ORIGIN } from '../settings.ts';

/** The parameter by which `npm run deploy` says that there is no site yet. */
export const FIRST_DEPLOYMENT = 'FirstDeployment';

/**
 * Lets CloudFormation itself refuse a stack that does not know where the site is, but for the first time: a deployment past
 * `npm run deploy` would otherwise tell sign-in, API and workers of an origin that is nowhere.
 */
export const requireOrigin = (stack: Stack, origin: string): void => {
  if (origin !== PLACEHOLDER_ORIGIN) return;
  const first = new CfnParameter(stack, FIRST_DEPLOYMENT, {
    allowedValues: ['yes', 'no'],
    default: 'no',
    description: 'Whether there is no site yet, whose name the other stacks could be told',
  });
  new CfnRule(stack, 'OriginIsKnown', {
    assertions: [
      {
        assert: Fn.conditionEquals(first, 'yes'),
        assertDescription:
          'Nobody has said where the site is. npm run deploy reads it from CloudFormation and says it.',
      },
    ],
  });
};
