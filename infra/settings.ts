import * as z from 'zod';

const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

/** What a deployment may choose, by `-c name=value` or in `cdk.json`. Everything has a default but the owner's own names. */
export const Settings = z.object({
  /** Prefix of the stacks; two deployments in one account take two names. */
  name: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,24}$/)
    .default('Vybzz'),
  /**
   * The origin that browsers see, without a slash at its end. `npm run deploy` fills it in: from `domain`, or from the
   * distribution's own name once that is known. Until then nothing may call the API from a page.
   */
  origin: z.url({ protocol: /^https$/ }).default('https://not-deployed-yet.invalid'),
  /** A domain of one's own, with the certificate for it in us-east-1 and, where Route 53 has it, the zone to say so in. */
  domain: z.string().optional(),
  certificateArn: z.string().startsWith('arn:').optional(),
  hostedZoneId: z.string().optional(),
  /** Another OpenID issuer than the stack's own Cognito pool, with what its tokens look like. */
  issuer: z.url().optional(),
  issuerKind: z.enum(['oidc', 'cognito', 'clerk']).default('oidc'),
  clientId: z.string().optional(),
  audience: z.string().optional(),
  /** A firewall with AWS's managed rules before the distribution; about $8 a month. The stacks are then deployed to us-east-1. */
  waf: flag.default(false),
  /** Ingest tasks on Fargate Spot: a third of the price, two minutes' notice, which is what a migration is for. */
  spot: flag.default(false),
  /** `arm64` or `x86_64`: what the worker's image is built for. */
  arch: z.enum(['arm64', 'x86_64']).default('arm64'),
  minWorkers: z.coerce.number().int().min(1).default(1),
  maxWorkers: z.coerce.number().int().min(1).default(20),
  /** Where alarms and the budget write to; nobody hears them without one. */
  alarmEmail: z.email().optional(),
  monthlyBudgetUsd: z.coerce.number().positive().default(100),
  /** The table's ceiling in write units a second: bounds the bill when somebody writes a loop. */
  maxWriteUnits: z.coerce.number().int().positive().default(4_000),
});
export type Settings = z.infer<typeof Settings>;

/** The settings in a CDK context; one sentence for each that cannot be. */
export const readSettings = (context: (name: string) => unknown): Settings => {
  const given = Object.fromEntries(
    Object.keys(Settings.shape)
      .map((name): [string, unknown] => [name, context(name)])
      .filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = Settings.safeParse(given);
  if (!parsed.success)
    throw new Error(parsed.error.issues.map(({ path, message }) => `-c ${path.join('.')}: ${message}`).join('\n'));
  const settings = parsed.data;
  if (settings.domain && !settings.certificateArn)
    throw new Error('-c domain needs -c certificateArn: CloudFront wants a certificate for it in us-east-1');
  if (settings.issuer && !settings.clientId) throw new Error('-c issuer needs -c clientId');
  if (settings.issuer && settings.issuerKind === 'oidc' && !settings.audience)
    throw new Error(
      '-c issuer of the kind oidc needs -c audience: without it a token for another application would do',
    );
  return settings;
};
