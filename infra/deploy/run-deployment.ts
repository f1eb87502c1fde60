import type { Settings } from '../settings.ts';
import { CommandError } from '../local/command-error.mjs';
import type { Account } from './account.ts';
import { STACKS, stackNameOf } from './deployment.ts';
import type { Machine } from './machine.ts';
import { contextOf, deployArguments, planDeployment } from './plan.ts';
import { preflight } from './preflight.ts';

type Parts = {
  environment: string;
  settings: Settings;
  account: Account;
  machine: Machine;
  /** Runs CDK; throws where it ends badly. */
  cdk: (args: string[]) => Promise<void>;
  /** Asks whoever is at the keyboard. */
  agree: (question: string) => Promise<boolean>;
  say: (line: string) => void;
};

/**
 * Says what is missing and what is good to know; throws where the first show could not come about.
 *
 * @param known what is known to be missing, a sentence each
 */
export const requirePreflight = async (
  { settings, account, machine, say }: Parts,
  known: readonly string[] = [],
): Promise<void> => {
  const { notes, ...asked } = await preflight({ settings, account, machine, stackName: stackNameOf(settings) });
  const missing = [...known, ...asked.missing];
  for (const note of notes) say(`• ${note}`);
  for (const what of missing) say(`✗ ${what}`);
  if (missing.length > 0)
    throw new CommandError(`${missing.length} thing(s) to mend first; nothing was built and nothing deployed.`);
  say('✓ preflight: account and machine have what the first show needs');
};

/**
 * All stacks of an environment, after one question. Without a domain of one's own the site's name is known only once there is a
 * distribution, and Cognito, the API and the workers must know it: the first time, all is done twice.
 */
export const runDeployment = async (parts: Parts): Promise<{ origin: string }> => {
  const { environment, settings, account, cdk, agree, say } = parts;
  await requirePreflight(parts);
  const plan = await planDeployment(settings, account);
  say(
    plan.first
      ? `${settings.name} is not deployed in ${settings.region} yet: its stacks are made, and then told the name of their site. About 20 minutes; from then on about $0.12 an hour while nobody is on the air.`
      : `${settings.name} stands at ${plan.origin ?? ''}: it is brought to what is here. Shows on the air go on.`,
  );
  if (!(await agree(`Deploy to the account of these credentials, roles and firewalls included?`)))
    throw new CommandError('Nothing was deployed.');
  await cdk(deployArguments(environment, settings, plan));
  const now = await planDeployment(settings, account);
  const { origin } = now;
  if (!origin)
    throw new CommandError(`${stackNameOf(settings)('Web')} stands and does not say where: look at its outputs.`);
  if (plan.first) {
    say(`The site is ${origin}: telling sign-in, API and workers …`);
    await cdk(deployArguments(environment, settings, now));
  }
  await tell(parts, origin);
  return { origin };
};

/** What an operator's commands are about, by the names that CloudFormation has given; and how each stack stands. */
export const tellNames = async ({
  settings,
  account,
  say,
}: Pick<Parts, 'settings' | 'account' | 'say'>): Promise<void> => {
  for (const part of STACKS) {
    const stack = await account.stack(stackNameOf(settings)(part));
    say(`${stackNameOf(settings)(part)}: ${stack?.status ?? 'is not there'}`);
    for (const [name, value] of Object.entries(stack?.outputs ?? {}))
      if (!/^(ExportsOutput|PublishOutput)/.test(name)) say(`  ${part}.${name}  ${value}`);
  }
};

const tell = async (parts: Parts, origin: string): Promise<void> => {
  const { environment, settings, say } = parts;
  say(`\n${settings.name} is at ${origin}`);
  await tellNames(parts);
  say(
    `Next: MUX_TOKEN_ID=… MUX_TOKEN_SECRET=… npm run setup:mux -- ${environment}   then   TOKEN=… npm run smoke -- ${environment}`,
  );
};

/** Says what a deployment would change, and changes nothing. */
export const runDiff = async ({
  environment,
  settings,
  account,
  cdk,
}: Pick<Parts, 'environment' | 'settings' | 'account' | 'cdk'>): Promise<void> =>
  cdk(['diff', '--all', ...contextOf(environment, settings, await planDeployment(settings, account))]);

/** What stays when the stacks go, and why, by what the templates call it. `infra/stacks/stacks.test.ts` holds it to them. */
export const KEPT = {
  'Data/StreamsTable': 'the table (nothing else can be made again; protected from deletion)',
  'Data/UploadsFiles': 'the files that people have uploaded',
  'ControlPlane/PeoplePool': 'the user pool (its people; protected from deletion)',
  'Data/Mux': 'the secret with Mux’s credentials',
  'Data/Push': 'the secret of Web Push (every browser has subscribed for its key)',
  'ControlPlane/RealtimeAccount': 'API Gateway’s logging, which the whole account shares',
  'ControlPlane/RealtimeAccountRole': 'API Gateway’s role for that',
} as const;

/** Takes an environment down, in the order in which its stacks lean on each other. */
export const runDestruction = async ({
  environment,
  settings,
  account,
  cdk,
  agree,
  say,
}: Omit<Parts, 'machine'>): Promise<void> => {
  if ((await account.number()) === undefined)
    throw new CommandError('AWS knows nobody by the credentials of this shell: AWS_PROFILE, or aws configure.');
  const plan = await planDeployment(settings, account);
  const stands: string[] = [];
  for (const part of STACKS) if (await account.stack(stackNameOf(settings)(part))) stands.push(part);
  if (stands.length === 0) throw new CommandError(`Nothing of ${settings.name} stands in ${settings.region}.`);
  say(`${stands.join(', ')} of ${settings.name} go: site, workers, APIs, alarms. Shows on the air end.`);
  for (const kept of Object.values(KEPT)) say(`  kept: ${kept}`);
  if (!(await agree(`Take ${settings.name} down?`))) throw new CommandError('Nothing was taken down.');
  await cdk(['destroy', '--all', '--force', ...contextOf(environment, settings, plan)]);
  say('Gone. What was kept costs its storage; Mux’s webhook and its streams are still in Mux.');
};
