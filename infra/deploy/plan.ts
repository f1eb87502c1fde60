import { FIRST_DEPLOYMENT } from '../constructs/origin-known.ts';
import { deploymentOf, PLACEHOLDER_ORIGIN, type Settings } from '../settings.ts';
import type { Account } from './account.ts';
import { stackNameOf } from './deployment.ts';

export type Plan = {
  /** Whether no site stands yet, and nobody can know its name. */
  first: boolean;
  /** What the stacks are told of where the site is; undefined for the first time. */
  origin: string | undefined;
};

/** What CloudFormation itself says of a deployment: no file that may be lost is asked. */
export const planDeployment = async (settings: Settings, account: Pick<Account, 'stack'>): Promise<Plan> => {
  const web = await account.stack(stackNameOf(settings)('Web'));
  const { origin } = deploymentOf(settings, { origin: web?.outputs['Origin'] });
  return origin === PLACEHOLDER_ORIGIN ? { first: true, origin: undefined } : { first: false, origin };
};

/** What every command of CDK about a deployment is told. */
export const contextOf = (environment: string, { image }: Settings, { origin }: Pick<Plan, 'origin'>): string[] => [
  '-c',
  `environment=${environment}`,
  ...(origin ? ['-c', `origin=${origin}`] : []),
  ...(image ? ['-c', `image=${image}`] : []),
];

/** CDK's arguments for one pass. Whoever runs it has been asked already. */
export const deployArguments = (environment: string, settings: Settings, plan: Plan): string[] => [
  'deploy',
  '--all',
  '--require-approval',
  'never',
  // Without it CDK passes over a stack whose template is the same, though what it takes of another stack may have changed.
  '--force',
  ...contextOf(environment, settings, plan),
  // The stacks that want to know the site, and are allowed not to this once.
  ...(plan.first
    ? ['Data', 'ControlPlane', 'Ingest'].flatMap((part) => [
        '--parameters',
        `${stackNameOf(settings)(part)}:${FIRST_DEPLOYMENT}=yes`,
      ])
    : []),
];
