import { APIGatewayClient, GetAccountCommand } from '@aws-sdk/client-api-gateway';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeAvailabilityZonesCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

/** A stack that stands, as CloudFormation has it. */
export type Stack = { status: string; outputs: Record<string, string> };

export type Zone = { name: string; id: string };

/** A limit of AWS's that the first show meets. */
export type Quota = 'fargate-vcpus' | 'fargate-spot-vcpus' | 'vpcs';

/** What a deployment asks an account, in one region. Each throws where it may not ask. */
export type Account = {
  /** The account's number; undefined where nobody has said who we are. */
  number(): Promise<string | undefined>;
  /** Undefined where there is none. */
  stack(name: string): Promise<Stack | undefined>;
  /** Executions at once: all, and those that no function has for itself. */
  concurrency(): Promise<{ all: number; unreserved: number }>;
  /** The role by which API Gateway logs WebSockets. */
  apiGatewayRole(): Promise<string | undefined>;
  /** Those that can be used, by name. */
  zones(): Promise<Zone[]>;
  quota(quota: Quota): Promise<number | undefined>;
  vpcs(): Promise<number>;
};

const QUOTAS = {
  'fargate-vcpus': { ServiceCode: 'fargate', QuotaCode: 'L-3032A538' },
  'fargate-spot-vcpus': { ServiceCode: 'fargate', QuotaCode: 'L-36FBB829' },
  vpcs: { ServiceCode: 'vpc', QuotaCode: 'L-F678F1CE' },
} as const satisfies Record<Quota, object>;

/** What the SDK throws where it finds nobody that we are, or somebody who is none any more. */
const NOBODY = /CredentialsProviderError|ExpiredToken|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch/;

const nameOf = (cause: unknown): string => (cause instanceof Error ? cause.name : '');

/** The account that the environment's credentials are of (`AWS_PROFILE`, or whatever else the SDK knows). */
export const openAccount = (region: string): Account => {
  const options = { region, maxAttempts: 2 };
  const formation = new CloudFormationClient(options);
  const ec2 = new EC2Client(options);
  return {
    number: async () => {
      try {
        return (await new STSClient(options).send(new GetCallerIdentityCommand({}))).Account;
      } catch (cause) {
        if (NOBODY.test(nameOf(cause))) return undefined;
        throw cause;
      }
    },
    stack: async (name) => {
      try {
        const { Stacks } = await formation.send(new DescribeStacksCommand({ StackName: name }));
        const [found] = Stacks ?? [];
        if (!found) return undefined;
        const outputs = (found.Outputs ?? []).map(({ OutputKey: key = '', OutputValue: value = '' }) => [key, value]);
        return { status: found.StackStatus ?? '', outputs: Object.fromEntries(outputs) };
      } catch (cause) {
        if (cause instanceof Error && /does not exist/.test(cause.message)) return undefined;
        throw cause;
      }
    },
    concurrency: async () => {
      const { AccountLimit: limit } = await new LambdaClient(options).send(new GetAccountSettingsCommand({}));
      return {
        all: limit?.ConcurrentExecutions ?? 0,
        unreserved: limit?.UnreservedConcurrentExecutions ?? limit?.ConcurrentExecutions ?? 0,
      };
    },
    apiGatewayRole: async () => (await new APIGatewayClient(options).send(new GetAccountCommand({}))).cloudwatchRoleArn,
    zones: async () => {
      const { AvailabilityZones } = await ec2.send(
        new DescribeAvailabilityZonesCommand({ Filters: [{ Name: 'zone-type', Values: ['availability-zone'] }] }),
      );
      return (AvailabilityZones ?? [])
        .filter(({ State }) => State === 'available')
        .map(({ ZoneName: name = '', ZoneId: id = '' }) => ({ name, id }))
        .sort((one, other) => one.name.localeCompare(other.name));
    },
    quota: async (quota) =>
      (await new ServiceQuotasClient(options).send(new GetServiceQuotaCommand(QUOTAS[quota]))).Quota?.Value,
    vpcs: async () => (await ec2.send(new DescribeVpcsCommand({}))).Vpcs?.length ?? 0,
  };
};
