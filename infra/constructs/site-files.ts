import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, Source } from 'aws-cdk-lib/aws-s3-deployment';
import type { Construct } from 'constructs';
import { hashWebSources } from '../web-sources.ts';
import { acknowledge } from './acknowledged.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Vite calls these files by the hash of what is in them. */
const HASHED = 'assets/*';
/** Beside what Vite calls by a hash, and what lies in `web/public`. */
const DOCUMENTS = ['/index.html', '/embed.html', '/openapi.json'];

/** The paths of the built files, as a distribution's patterns: every other path is a page, or the API's. */
export const siteFilePatterns = (): string[] => [
  `/${HASHED}`,
  ...DOCUMENTS,
  ...readdirSync(join(ROOT, 'web/public'), { withFileTypes: true })
    .map((entry) => (entry.isDirectory() ? `/${entry.name}/*` : `/${entry.name}`))
    .sort(),
];

/**
 * Builds the web app, copies it into the bucket, and lets the distribution forget the page that named the files before. Those files
 * stay: a studio that was open before still finds its own (`infra/decisions/old-site-files-stay.md`).
 */
export const deploySiteFiles = (
  scope: Construct,
  { bucket, distribution }: { bucket: Bucket; distribution: Distribution },
): void => {
  const files = Source.asset(ROOT, {
    assetHashType: AssetHashType.CUSTOM,
    // that of what it is built from, so that a build on another machine is the same deployment
    assetHash: hashWebSources(),
    bundling: {
      image: DockerImage.fromRegistry('node:24-bookworm-slim'),
      local: {
        tryBundle: (outputDir) => {
          execFileSync(
            process.execPath,
            [
              join(ROOT, 'node_modules/vite/bin/vite.js'),
              'build',
              'web',
              '--outDir',
              outputDir,
              '--emptyOutDir',
              // Named in no file, and taken away below: the sources are ours, and the commit makes the maps again.
              '--sourcemap',
              'hidden',
              '--logLevel',
              'warn',
            ],
            { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] },
          );
          for (const name of readdirSync(outputDir, { recursive: true, encoding: 'utf8' }))
            if (name.endsWith('.map')) rmSync(join(outputDir, name));
          return true;
        },
      },
    },
  });
  const logGroup = new LogGroup(scope, 'Logs', {
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = new Role(scope, 'Deployer', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    description: 'Vybzz: copies the built web app into its bucket',
  });
  logGroup.grantWrite(role);
  const copied = { role, logGroup, destinationBucket: bucket, sources: [files], prune: false, memoryLimit: 256 };
  const hashed = new BucketDeployment(scope, 'HashedFiles', {
    ...copied,
    exclude: ['*'],
    include: [HASHED],
    cacheControl: [CacheControl.setPublic(), CacheControl.maxAge(Duration.days(365)), CacheControl.immutable()],
  });
  const pages = new BucketDeployment(scope, 'Deployment', {
    ...copied,
    exclude: [HASHED],
    distribution,
    // The room of pages has a new document within seconds; what was kept of pages names files that stay.
    distributionPaths: ['/index.html', '/embed.html', '/'],
    cacheControl: [CacheControl.noCache()],
  });
  // A page that names a file is there only after the file.
  pages.node.addDependency(hashed);
  if (!(bucket.node.defaultChild instanceof CfnBucket)) throw new Error('unreachable');
  const bucketId = Stack.of(scope).getLogicalId(bucket.node.defaultChild);
  const copies = "CDK's own copying function: it writes all of one bucket from all of the assets' bucket";
  acknowledge(role, {
    ...Object.fromEntries(
      ['GetObject*', 'GetBucket*', 'List*', 'DeleteObject*', 'Abort*'].map((action) => [
        `IAM5[Action::s3:${action}]`,
        copies,
      ]),
    ),
    [`IAM5[Resource::<${bucketId}.Arn>/*]`]: copies,
    'IAM5[Resource::arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/*]': copies,
    'IAM5[Resource::*]': 'CDK grants invalidations of any distribution; CloudFront charges nothing for those',
  });
  acknowledge(Stack.of(scope), { L1: "The runtime of CDK's own copying function is CDK's choice" });
};
