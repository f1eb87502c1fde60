import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Annotations, AssetHashType, DockerImage, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  type IOrigin,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  PriceClass,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin, VpcOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption, CfnBucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import { UPLOAD_CONTENT_POLICY } from '#domain/upload';
import { acknowledge } from './acknowledged.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What the web app is built from; its asset's hash is theirs, so that a build on another machine is the same deployment. */
const SOURCES = [
  'web/src',
  'web/public',
  'web/index.html',
  'web/vite.config.ts',
  'functions/contract',
  'functions/domain',
  'ingest-worker/contract',
  'package-lock.json',
];

type Props = {
  httpDomain: string;
  realtimeDomain: string;
  ingest: IApplicationLoadBalancer;
  /** What people have uploaded: browsers send it there themselves, and see it here. */
  uploads: IBucket;
  /** Origins of the issuer, beside our own, that a page may call. */
  issuerOrigins: string[];
  domain?: string;
  certificateArn?: string;
  webAclArn?: string;
  /** What `GET /healthz` calls this deployment. */
  version: string;
};

const hashOf = (sources: string[]): string => {
  const hash = createHash('sha256');
  for (const source of sources) {
    const path = join(ROOT, source);
    const files = /\.\w+$/.test(source)
      ? [path]
      : readdirSync(path, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
          .sort();
    for (const file of files) hash.update(file.slice(ROOT.length)).update(readFileSync(file));
  }
  return hash.digest('hex');
};

/** A page of the app has no dot in its last segment: those all get the one document, which knows its own routes. */
const PAGES = `function handler(event) {
  var request = event.request;
  if (request.uri.lastIndexOf('.') <= request.uri.lastIndexOf('/')) request.uri = '/index.html';
  return request;
}`;

/** The door answers for itself: nothing behind it is asked. */
const healthz = (version: string): string => `function handler() {
  return {
    statusCode: 200,
    headers: { 'content-type': { value: 'application/json' }, 'cache-control': { value: 'no-store' } },
    body: ${JSON.stringify(JSON.stringify({ ok: true, version }))},
  };
}`;

/**
 * The one origin: web app, API, realtime sockets and ingest sockets behind one distribution, so that a browser sees one
 * host, needs no CORS and keeps one connection.
 */
export class Site extends Construct {
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id);
    const bucket = new Bucket(this, 'Files', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      autoDeleteObjects: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(bucket, { S1: 'It holds the public site, and only the distribution reads it' });
    const through = (origin: IOrigin, cachePolicy = CachePolicy.CACHING_DISABLED): BehaviorOptions => ({
      origin,
      allowedMethods: AllowedMethods.ALLOW_ALL,
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      cachePolicy,
      // API Gateway and the balancer refuse a Host that is not theirs.
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    });
    const api = new HttpOrigin(props.httpDomain);
    const realtime = new HttpOrigin(props.realtimeDomain);
    const ingest = VpcOrigin.withApplicationLoadBalancer(props.ingest, {
      protocolPolicy: OriginProtocolPolicy.HTTP_ONLY,
      readTimeout: Duration.seconds(60),
    });
    const crowds = new CachePolicy(this, 'Crowds', {
      comment: 'What crowds poll: as long as the answer itself allows, at most 5 s',
      defaultTtl: Duration.seconds(0),
      minTtl: Duration.seconds(0),
      maxTtl: Duration.seconds(5),
    });

    this.distribution = new Distribution(this, 'Distribution', {
      comment: 'Vybzz',
      defaultRootObject: 'index.html',
      httpVersion: HttpVersion.HTTP2,
      priceClass: PriceClass.PRICE_CLASS_100,
      ...(props.domain && props.certificateArn
        ? {
            domainNames: [props.domain],
            certificate: Certificate.fromCertificateArn(this, 'Certificate', props.certificateArn),
            minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
          }
        : {}),
      ...(props.webAclArn ? { webAclId: props.webAclArn } : {}),
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(bucket),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        responseHeadersPolicy: this.#headers([
          ...props.issuerOrigins,
          `https://${props.uploads.bucketRegionalDomainName}`,
        ]),
        functionAssociations: [
          {
            eventType: FunctionEventType.VIEWER_REQUEST,
            function: new EdgeFunction(this, 'Pages', {
              code: FunctionCode.fromInline(PAGES),
              runtime: FunctionRuntime.JS_2_0,
            }),
          },
        ],
      },
      // The first that matches serves: the worker's path and the crowd's before the room's.
      additionalBehaviors: {
        '/stream/live/*': through(ingest),
        '/stream/*/live': { ...through(api, crowds), allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS },
        '/stream*': through(api),
        '/auth*': through(api),
        '/users*': through(api),
        '/posts*': through(api),
        '/media/*': this.#media(props.uploads),
        '/webhooks*': through(api),
        '/healthz': {
          ...through(api),
          functionAssociations: [
            {
              eventType: FunctionEventType.VIEWER_REQUEST,
              function: new EdgeFunction(this, 'Healthz', {
                code: FunctionCode.fromInline(healthz(props.version)),
                runtime: FunctionRuntime.JS_2_0,
              }),
            },
          ],
        },
        '/realtime': through(realtime),
      },
    });

    acknowledge(this.distribution, {
      CFR1: 'A show is for everybody, wherever they are',
      CFR2: 'A firewall costs $8 a month and more; -c waf=true has one made',
      CFR3: 'Its log would hold tickets and stream keys, which are in addresses; API and worker log without them',
      CFR4: "Without a domain of one's own the certificate is CloudFront's, whose policy is fixed; with one it is TLS 1.2",
    });

    const files = Source.asset(ROOT, {
      assetHashType: AssetHashType.CUSTOM,
      assetHash: hashOf(SOURCES),
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
                '--logLevel',
                'warn',
              ],
              { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] },
            );
            return true;
          },
        },
      },
    });
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Deployer', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: 'Vybzz: copies the built web app into its bucket',
    });
    logGroup.grantWrite(role);
    new BucketDeployment(this, 'Deployment', {
      role,
      logGroup,
      destinationBucket: bucket,
      sources: [files],
      distribution: this.distribution,
      distributionPaths: ['/index.html', '/'],
      cacheControl: [CacheControl.noCache()],
      prune: true,
      memoryLimit: 256,
    });
    if (!(bucket.node.defaultChild instanceof CfnBucket)) throw new Error('unreachable');
    const bucketId = Stack.of(this).getLogicalId(bucket.node.defaultChild);
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
    acknowledge(Stack.of(this), { L1: "The runtime of CDK's own copying function is CDK's choice" });
  }

  /** What was uploaded, from the edge: kept as long as the file itself says, and harmless if somebody opens it as a page. */
  #media(uploads: IBucket): BehaviorOptions {
    const { bucketName, bucketRegionalDomainName } = uploads;
    const elsewhere = Bucket.fromBucketAttributes(this, 'Uploads', { bucketName, bucketRegionalDomainName });
    Annotations.of(this).acknowledgeWarning(
      '@aws-cdk/aws-cloudfront-origins:updateImportedBucketPolicyOac',
      'The policy is the bucket construct’s own',
    );
    return {
      origin: S3BucketOrigin.withOriginAccessControl(elsewhere),
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      cachePolicy: CachePolicy.CACHING_OPTIMIZED,
      responseHeadersPolicy: new ResponseHeadersPolicy(this, 'MediaHeaders', {
        securityHeadersBehavior: {
          contentSecurityPolicy: { override: true, contentSecurityPolicy: UPLOAD_CONTENT_POLICY },
          contentTypeOptions: { override: true },
          strictTransportSecurity: { accessControlMaxAge: Duration.days(365), includeSubdomains: true, override: true },
        },
      }),
    };
  }

  get origin(): string {
    return `https://${this.distribution.distributionDomainName}`;
  }

  #headers(otherOrigins: string[]): ResponseHeadersPolicy {
    const others = otherOrigins.join(' ');
    const video = 'https://stream.mux.com https://*.mux.com';
    return new ResponseHeadersPolicy(this, 'Headers', {
      securityHeadersBehavior: {
        contentSecurityPolicy: {
          override: true,
          contentSecurityPolicy: [
            "default-src 'self'",
            // WebAssembly: the AAC encoder of browsers that have none
            "script-src 'self' 'wasm-unsafe-eval'",
            "style-src 'self' 'unsafe-inline'",
            `connect-src 'self' wss: ${video} ${others}`,
            "img-src 'self' data: blob: https:",
            `media-src 'self' blob: ${video}`,
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "frame-ancestors 'none'",
          ].join('; '),
        },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN, override: true },
        strictTransportSecurity: { accessControlMaxAge: Duration.days(365), includeSubdomains: true, override: true },
      },
      customHeadersBehavior: {
        customHeaders: [
          {
            header: 'permissions-policy',
            value: 'camera=(self), microphone=(self), display-capture=(self)',
            override: true,
          },
        ],
      },
    });
  }
}
