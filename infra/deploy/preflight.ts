import type { Settings } from '../settings.ts';
import type { Account, Zone } from './account.ts';
import type { Machine } from './machine.ts';

type Parts = {
  settings: Settings;
  account: Account;
  machine: Machine;
  /** A stack's name from its part, e.g. `ControlPlane`. */
  stackName: (part: string) => string;
};

export type Preflight = {
  /** What has to be mended first, a sentence each. */
  missing: string[];
  /** What is good to know, and stops nothing. */
  notes: string[];
};

/** The least that CDK's bootstrap has to be for the stacks as they are synthesised. */
const BOOTSTRAP_VERSION = 6;
/** What must stay with no function in particular, where there is as much; AWS refuses a stack that would leave less. */
const UNRESERVED = 100;
/** A deployment runs old and new tasks side by side. */
const VCPUS_A_WORKER = 2;

/**
 * Zones in which CloudFront reaches no balancer, or Fargate runs no task of the architecture, by their ids: the letters mean another
 * zone in each account. By AWS's pages on VPC origins and on Fargate's regions, as they were in November 2026.
 */
const LACKING = {
  'VPC origins': ['use1-az3', 'usw1-az2', 'apne1-az3', 'apne2-az1', 'cac1-az3'],
  Fargate: ['usw1-az2', 'apne1-az3'],
  'Fargate on ARM': ['use1-az3'],
} as const;

/** Asks account and machine whether the first show can come about, and builds nothing. */
export const preflight = async ({ settings, account, machine, stackName }: Parts): Promise<Preflight> => {
  const missing: string[] = [];
  const notes: string[] = [];
  const { region } = settings;

  const platform = settings.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64';
  // An image that was released is built already.
  const platforms = settings.image ? [platform] : await machine.platforms();
  if (!platforms)
    missing.push('Docker is not there, or its engine does not answer: the worker’s image is built with it.');
  else if (!platforms.includes(platform))
    missing.push(
      `Docker cannot build for ${platform} here (only ${platforms.join(', ')}): leave "arch" out of the settings to build for this machine, or give buildx emulation (docker run --privileged --rm tonistiigi/binfmt --install all).`,
    );
  if (!settings.alarmEmail) notes.push('No "alarmEmail": alarms and the budget tell nobody.');

  const number = await account.number();
  if (number === undefined) {
    missing.push(
      `AWS knows nobody by the credentials of this shell: AWS_PROFILE, or aws configure. The region is ${region}, by the settings.`,
    );
    return { missing, notes };
  }
  if (settings.account && settings.account !== number) {
    missing.push(`The credentials are of the account ${number}, the settings say ${settings.account}.`);
    return { missing, notes };
  }

  const checks: (() => Promise<void>)[] = [
    async () => {
      const bootstrap = await account.stack('CDKToolkit');
      const version = Number(bootstrap?.outputs['BootstrapVersion'] ?? 0);
      if (!bootstrap || version < BOOTSTRAP_VERSION)
        missing.push(
          `The region is not bootstrapped${bootstrap ? ` for this CDK (version ${version})` : ''}: npx cdk bootstrap aws://${number}/${region}`,
        );
    },
    async () => {
      const { all, unreserved } = await account.concurrency();
      const { webhookConcurrency: wanted } = settings;
      const stands = await account.stack(stackName('ControlPlane'));
      // What our own function has already is not asked for again.
      if (wanted !== undefined && !stands && unreserved - wanted < Math.min(UNRESERVED, all))
        missing.push(
          `Lambda may run ${all} executions at once here, ${unreserved} of them unreserved: "webhookConcurrency" ${wanted} leaves too few. Leave it out, or raise the quota (Lambda, L-B99A9384).`,
        );
      if (all < UNRESERVED)
        notes.push(
          `Lambda runs ${all} executions at once here, as in every new account: enough to try it out, and soon too few. Ask for 1,000 (Lambda, L-B99A9384).`,
        );
    },
    async () => {
      const role = await account.apiGatewayRole();
      const stands = await account.stack(stackName('ControlPlane'));
      if (settings.apiGatewayRole === 'there' && !role)
        missing.push(
          'The account has no role by which API Gateway logs WebSockets, and "apiGatewayRole" says it has: leave it out.',
        );
      if (settings.apiGatewayRole === 'make' && role && !stands)
        missing.push(
          `API Gateway has a role for its logs here (${role}), and another would take its place: "apiGatewayRole": "there".`,
        );
    },
    async () => {
      const zones = await account.zones();
      const said = zonesSentence(settings, zones);
      if (said) missing.push(said);
    },
    async () => {
      const [quota, called] = settings.spot
        ? (['fargate-spot-vcpus', 'Fargate Spot vCPU, L-36FBB829'] as const)
        : (['fargate-vcpus', 'Fargate On-Demand vCPU, L-3032A538'] as const);
      const vcpus = await account.quota(quota);
      const wanted = settings.minWorkers * VCPUS_A_WORKER;
      if (vcpus !== undefined && vcpus < wanted)
        missing.push(
          `Fargate may run ${vcpus} vCPUs here, and a deployment of ${settings.minWorkers} worker(s) wants ${wanted}: raise the quota (${called}).`,
        );
      if (vcpus !== undefined && vcpus < settings.maxWorkers + 1)
        notes.push(`Fargate may run ${vcpus} vCPUs here: scaling to ${settings.maxWorkers} workers would stop there.`);
    },
    async () => {
      const data = await account.stack(stackName('Data'));
      const { TableName: used, OwnTableName: own } = data?.outputs ?? {};
      // After a restoration everybody works with another table: settings of before it would put them back, and the shows with them.
      if (settings.table === undefined && used !== undefined && own !== undefined && used !== own)
        missing.push(
          `${settings.name} works with the table ${used}, which was restored, and the settings do not say so: "table": "${used}", or "${own}" to go back to the stack's own.`,
        );
    },
    async () => {
      const [all, used] = await Promise.all([account.quota('vpcs'), account.vpcs()]);
      const stands = await account.stack(stackName('Ingest'));
      if (all !== undefined && used >= all && !stands)
        missing.push(`There are ${used} VPCs here, and no more are allowed: raise the quota (VPC, L-F678F1CE).`);
    },
  ];
  for (const check of checks)
    await check().catch((cause: unknown) => {
      notes.push(`Not looked at: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)}`);
    });
  return { missing, notes };
};

const zonesSentence = ({ zones: chosen, arch, region }: Settings, all: Zone[]): string | undefined => {
  const lacks = ({ id }: Zone): string[] =>
    Object.entries<readonly string[]>(LACKING)
      .filter(([what, ids]) => ids.includes(id) && (what !== 'Fargate on ARM' || arch === 'arm64'))
      .map(([what]) => what);
  const good = all.filter((zone) => lacks(zone).length === 0);
  const instead = `say "zones": ${JSON.stringify(good.slice(0, 2).map(({ name }) => name))}`;
  const unknown = chosen.filter((name) => !all.some((zone) => zone.name === name));
  if (unknown.length > 0) return `There is no zone ${unknown.join(' or ')} for this account in ${region}: ${instead}.`;
  // CloudFormation takes the first two where none are chosen.
  const taken = chosen.length > 0 ? all.filter(({ name }) => chosen.includes(name)) : all.slice(0, 2);
  const bad = taken.filter((zone) => lacks(zone).length > 0);
  if (bad.length === 0) return undefined;
  const what = bad.map((zone) => `${zone.name} (${zone.id}) has no ${lacks(zone).join(' and no ')}`).join(', ');
  return `${what}: ${instead}.`;
};
