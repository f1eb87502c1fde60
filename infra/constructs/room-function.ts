import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Alias, Architecture, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import * as z from 'zod';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const { dependencies: PINNED } = z
  .object({ dependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')));

type Props = {
  /** The room: `functions/assembly/lambdas/` has an entry of this name that exports the handler. */
  room: string;
  /** @default 'handler' */
  handler?: string;
  environment: Record<string, string>;
  /** @default 10 seconds: API Gateway gives up at 30 */
  timeout?: Duration;
  /** @default 512 */
  memoryMB?: number;
  /** Packages with machine code in them, which cannot be in a bundle: installed beside it for the Lambda's processor. */
  machineCode?: string[];
  /** @default none: the account's shared pool */
  reservedConcurrency?: number | undefined;
};

/**
 * One room of the control plane as a Lambda: one ESM bundle, its own log group, on ARM.
 *
 * Its role is its own, because AWS's managed policy for functions may write every log group of the account. What each role may do
 * is in `infra/ROLES.md`, to which `infra/stacks/stacks.test.ts` holds the templates.
 */
export class RoomFunction extends Construct {
  readonly function: NodejsFunction;
  /** What is called: the version that is released, and never code that has not been. */
  readonly live: Alias;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id);
    const { room, handler = 'handler', environment, timeout = Duration.seconds(10), reservedConcurrency } = props;
    const { memoryMB = 512, machineCode = [] } = props;
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Vybzz: what the ${room} room may do`,
    });
    this.logGroup.grantWrite(role);
    this.function = new NodejsFunction(this, 'Function', {
      description: `Vybzz: the ${room} room`,
      entry: `${ROOT}functions/assembly/lambdas/${room}.ts`,
      handler,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: memoryMB,
      timeout,
      ...(reservedConcurrency !== undefined && { reservedConcurrentExecutions: reservedConcurrency }),
      tracing: Tracing.DISABLED,
      loggingFormat: LoggingFormat.JSON,
      logGroup: this.logGroup,
      role,
      environment: { NODE_OPTIONS: '--enable-source-maps', ...environment },
      // A release that is taken back goes back to the version before.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
      depsLockFilePath: `${ROOT}package-lock.json`,
      projectRoot: ROOT,
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        minify: true,
        sourceMap: true,
        sourcesContent: false,
        mainFields: ['module', 'main'],
        // The runtime's own SDK changes under us; the one in the lockfile does not. What is left out is imported only where
        // the environment holds no credentials, which a Lambda's always does; it would weigh 100 KB in every room.
        externalModules: [
          '@aws-sdk/credential-provider-ini',
          '@aws-sdk/credential-provider-process',
          '@aws-sdk/credential-provider-sso',
          '@aws-sdk/credential-provider-web-identity',
          '@smithy/credential-provider-imds',
          ...machineCode,
        ],
        ...(machineCode.length > 0 && {
          commandHooks: {
            beforeInstall: () => [],
            beforeBundling: () => [],
            afterBundling: (_, outputDir) => [installFor(machineCode, outputDir)],
          },
        }),
        // CommonJS dependencies call require(); an ES module has none of its own.
        banner:
          "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
      },
    });
    this.live = new Alias(this, 'Live', { aliasName: 'live', version: this.function.currentVersion });
  }
}

/** The command that puts packages beside a bundle, as a Lambda on ARM runs them, whatever this machine is. */
const installFor = (packages: string[], folder: string): string =>
  [
    'npm install --no-save --no-package-lock --no-audit --no-fund --ignore-scripts --os=linux --cpu=arm64 --libc=glibc',
    `--prefix "${folder}"`,
    ...packages.map((name) => `${name}@${PINNED[name]}`),
  ].join(' ');
