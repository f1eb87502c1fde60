import { readFileSync } from 'node:fs';
import * as z from 'zod';

/** What browsers see until CloudFormation has said where the site is; nothing may call the API from a page of it. */
export const PLACEHOLDER_ORIGIN = 'https://not-deployed-yet.invalid';

const zone = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/);

/**
 * What an environment may choose: `infra/environments/<environment>.json`. CDK and every command of a deployment read it, so that
 * nothing depends on what somebody typed once. No secret is in it: those are in Secrets Manager.
 */
export const Settings = z.strictObject({
  /** Prefix of the stacks, and what metrics and costs are told apart by: two environments in one account take two names. */
  name: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,24}$/)
    .default('Vybzz'),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/)
    .default('us-east-1'),
  /** The account's number: a deployment with the credentials of another is refused. */
  account: z
    .string()
    .regex(/^\d{12}$/)
    .optional(),
  /** Availability zones by name, at least two: where the first two of the account lack VPC origins, or Fargate of this architecture. */
  zones: z
    .array(zone)
    .refine(({ length }) => length !== 1, 'a balancer wants two zones')
    .default([]),
  /** A domain of one's own, with the certificate for it in us-east-1 and, where Route 53 has it, the zone to say so in. */
  domain: z.string().optional(),
  certificateArn: z.string().startsWith('arn:').optional(),
  hostedZoneId: z.string().optional(),
  /**
   * Where people's pictures may come from, which are addresses that they or their issuer say: `https:` for anywhere, or origins such
   * as `https://img.clerk.com` (`infra/decisions/pictures-by-address.md`). What is uploaded is our own, and shown in any case.
   */
  pictureOrigins: z
    .array(z.string().regex(/^https:(\/\/(\*\.)?[\w-]+(\.[\w-]+)+)?$/, 'https: or an origin, https://…'))
    .default(['https:']),
  /** Another OpenID issuer than the stack's own Cognito pool, with what its tokens look like. */
  issuer: z.url().optional(),
  issuerKind: z.enum(['oidc', 'cognito', 'clerk']).default('oidc'),
  clientId: z.string().optional(),
  audience: z.string().optional(),
  /** A claim of its tokens that makes a new person a creator from the first, or its bearer a moderator. */
  creatorClaim: z.string().optional(),
  moderatorClaim: z.string().optional(),
  /** Ids of the people (`usr_…`) who watch over the platform. */
  moderators: z.array(z.string().startsWith('usr_')).default([]),
  /**
   * By which servers guests and studios find each other (`infra/decisions/guests-speak-browser-to-browser.md`): `stun:` and `turn:`
   * addresses. For a `turn:` one its shared secret goes into the secret that the stack makes.
   */
  iceUrls: z.array(z.string().regex(/^(?:stuns?|turns?):[^\s,@]+$/, 'stun:… or turn:…')).default([]),
  /** A firewall with AWS's managed rules before the distribution; about $8 a month. It wants the region us-east-1. */
  waf: z.boolean().default(false),
  /** Ingest tasks on Fargate Spot: a third of the price, two minutes' notice, which is what a migration is for. */
  spot: z.boolean().default(false),
  /** What the worker's image is built for; by default as the machine is that builds it. */
  arch: z.enum(['arm64', 'x86_64']).default(process.arch === 'arm64' ? 'arm64' : 'x86_64'),
  /** The worker's image, by its digest; by default it is built from the sources here. */
  image: z
    .string()
    .regex(/^[\w.\-/:]+@sha256:[0-9a-f]{64}$/, 'an image by its digest, name@sha256:…')
    .optional(),
  minWorkers: z.int().min(1).default(1),
  maxWorkers: z.int().min(1).default(20),
  /** Executions that webhooks have for themselves. Not in a new account, which has 10 in all and must keep 10 unreserved. */
  webhookConcurrency: z.int().min(1).optional(),
  /**
   * How a new version of a function comes to be called: by a tenth of all for five minutes, and taken back where calls fail; or by
   * all at once, for what cannot wait.
   */
  release: z.enum(['canary', 'at-once']).default('canary'),
  /** `there` where another deployment, or anything else, has given the account API Gateway's role for logs. */
  apiGatewayRole: z.enum(['make', 'there']).default('make'),
  /** Where alarms and the budget write to; nobody hears them without one. */
  alarmEmail: z.email().optional(),
  /** Whether a show is made every hour (`npm run show:hourly`), and an alarm goes off without one. */
  hourlyShow: z.boolean().default(false),
  monthlyBudgetUsd: z.number().positive().default(100),
  /** The table that is worked with, where that is another than the stack's own: one that was restored (`npm run operate -- restore`). */
  table: z
    .string()
    .regex(/^[\w.-]{3,255}$/)
    .optional(),
  /** The table's ceiling in write units a second: bounds the bill when somebody writes a loop. */
  maxWriteUnits: z.int().positive().default(4_000),
});
export type Settings = z.infer<typeof Settings>;

/** The settings, and where browsers find the site, without a slash at its end. */
export type Deployment = Settings & { origin: string };

/** Words that Cognito keeps for itself: a domain with one of them is refused when the stack is half made. */
const RESERVED = /aws|amazon|cognito/i;

/** The settings in a file's text; throws one sentence for each that cannot be. */
export const parseSettings = (text: string, file: string): Settings => {
  const refuse = (why: string): never => {
    throw new Error(`${file}: ${why}`);
  };
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return refuse('is not JSON');
  }
  const parsed = Settings.safeParse(given);
  if (!parsed.success)
    throw new Error(
      parsed.error.issues
        .map(({ path, message }) => `${file}: ${[...path.map(String), message].join(': ')}`)
        .join('\n'),
    );
  const settings = parsed.data;
  if (settings.domain && !settings.certificateArn)
    refuse('domain needs certificateArn: CloudFront wants a certificate for it in us-east-1');
  if (!settings.issuer && RESERVED.test(settings.name))
    refuse('name: the pages of Cognito have it in their address, where nobody may say aws, amazon or cognito');
  if (settings.issuer && !settings.clientId) refuse('issuer needs clientId');
  if (settings.issuer && settings.issuerKind === 'oidc' && !settings.audience)
    refuse('an issuer of the kind oidc needs audience: without it a token for another application would do');
  if (settings.waf && settings.region !== 'us-east-1')
    refuse('waf needs the region us-east-1: a firewall before CloudFront lives nowhere else');
  if (settings.zones.some((name) => !name.startsWith(settings.region))) refuse(`zones are not of ${settings.region}`);
  if (settings.maxWorkers < settings.minWorkers) refuse('maxWorkers is below minWorkers');
  return settings;
};

/** The settings of an environment by its name; throws a sentence where there are none. */
export const readSettings = (environment: string): Settings => {
  const file = `infra/environments/${environment}.json`;
  let text: string;
  try {
    text = readFileSync(new URL(`./environments/${environment}.json`, import.meta.url), 'utf8');
  } catch (cause) {
    throw new Error(`${file} is not there: copy infra/environments/example.json, and say what differs`, { cause });
  }
  return parseSettings(text, file);
};

/** What is not an environment's to choose, and each deployment says: where the site is, and which image was released. */
export type Known = { origin?: string | undefined; image?: string | undefined };

/**
 * Settings with the origin that they come to: their own domain's, else what CloudFormation has said of a stack that stands, else a
 * placeholder that no stack that stands is given (`infra/constructs/origin-known.ts`).
 */
export const deploymentOf = (settings: Settings, { origin, image }: Known = {}): Deployment => ({
  ...settings,
  ...(image !== undefined && { image: Settings.shape.image.parse(image) }),
  origin: settings.domain ? `https://${settings.domain}` : (origin ?? PLACEHOLDER_ORIGIN),
});
