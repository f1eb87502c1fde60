import { Annotations, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  CacheQueryStringBehavior,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  type IOrigin,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  PriceClass,
  type ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin, VpcOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { EDGE_HEADER } from '../../functions/assembly/edge.ts';
import { acknowledge } from './acknowledged.ts';
import { deploySiteFiles, siteFilePatterns } from './site-files.ts';
import { embedHeaders, mediaHeaders, pageHeaders } from './site-headers.ts';

type Props = {
  httpDomain: string;
  realtimeDomain: string;
  ingest: IApplicationLoadBalancer;
  /** What people have uploaded: browsers send it there themselves, and see it here. */
  uploads: IBucket;
  /** Origins of the issuer, beside our own, that a page may call. */
  issuerOrigins: string[];
  /** Where people's pictures may come from, beside the site itself. */
  pictureOrigins: string[];
  domain?: string;
  certificateArn?: string;
  webAclArn?: string;
  /** The secret whose `EDGE_SECRET` the APIs want to hear of each request. */
  edgeSecret: ISecret;
  /** What `GET /healthz` calls this deployment. */
  version: string;
};

/** What CloudFront would otherwise keep for 10 s and give to whoever asks next, whoever that is. */
const ERRORS_OF_ONE_REQUEST = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

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
    // CloudFormation reads the secret itself: no template, and no log of a deployment, has it.
    const customHeaders = { [EDGE_HEADER]: props.edgeSecret.secretValueFromJson('EDGE_SECRET').unsafeUnwrap() };
    const api = new HttpOrigin(props.httpDomain, { customHeaders });
    const realtime = new HttpOrigin(props.realtimeDomain, { customHeaders });
    const ingest = VpcOrigin.withApplicationLoadBalancer(props.ingest, {
      protocolPolicy: OriginProtocolPolicy.HTTP_ONLY,
      readTimeout: Duration.seconds(60),
    });
    const crowds = new CachePolicy(this, 'Crowds', {
      comment: 'What crowds poll: as long as the answer itself allows, at most 5 s',
      defaultTtl: Duration.seconds(0),
      minTtl: Duration.seconds(0),
      maxTtl: Duration.seconds(5),
      // fifty messages are 15 KB, and a quarter of it compressed
      enableAcceptEncodingGzip: true,
      enableAcceptEncodingBrotli: true,
    });

    const asked = new CachePolicy(this, 'Asked', {
      comment: 'What other sites ask about ours: as long as the answer itself allows, at most 60 s',
      defaultTtl: Duration.seconds(0),
      minTtl: Duration.seconds(0),
      maxTtl: Duration.seconds(60),
      queryStringBehavior: CacheQueryStringBehavior.all(),
    });
    // By path alone: whoever asks gets the same page, and neither a cookie nor a header can make another of it.
    const byPath = new CachePolicy(this, 'Pages', {
      comment: 'Pages: as long as their room allows',
      defaultTtl: Duration.seconds(0),
      minTtl: Duration.seconds(0),
      maxTtl: Duration.days(1),
      enableAcceptEncodingGzip: true,
      enableAcceptEncodingBrotli: true,
    });
    const pages = (responseHeadersPolicy: ResponseHeadersPolicy): BehaviorOptions => ({
      origin: api,
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      cachePolicy: byPath,
      responseHeadersPolicy,
    });
    const { issuerOrigins, uploads, pictureOrigins } = props;
    const otherOrigins = [...issuerOrigins, `https://${uploads.bucketRegionalDomainName}`];
    const headers = pageHeaders(this, { otherOrigins, pictureOrigins });
    const files: BehaviorOptions = {
      origin: S3BucketOrigin.withOriginAccessControl(bucket),
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      // a worker's script is held to the policy that it comes with, not to its page's
      responseHeadersPolicy: headers,
    };

    this.distribution = new Distribution(this, 'Distribution', {
      comment: 'Vybzz',
      errorResponses: ERRORS_OF_ONE_REQUEST.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
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
      // Every page is filled in its room with what is told of it, and kept at the edge as long as the room says.
      defaultBehavior: pages(headers),
      // The first that matches serves: the worker's path and the crowd's before the room's.
      additionalBehaviors: {
        '/stream/live/*': through(ingest),
        '/stream/*/live': { ...through(api, crowds), allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS },
        '/stream*': through(api),
        '/auth*': through(api),
        '/users*': through(api),
        '/posts*': through(api),
        '/search*': through(api),
        '/reports*': through(api),
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
        '/oembed': { ...through(api, asked), allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS },
        '/embed/*': pages(embedHeaders(this)),
        ...Object.fromEntries(siteFilePatterns().map((pattern) => [pattern, files])),
      },
    });

    acknowledge(this.distribution, {
      CFR1: 'A show is for everybody, wherever they are',
      CFR2: 'A firewall costs $8 a month and more; `waf` of the settings (infra/environments) has one made',
      CFR3: 'Its log would hold tickets and stream keys, which are in addresses; API and worker log without them',
      CFR4: "Without a domain of one's own the certificate is CloudFront's, whose policy is fixed; with one it is TLS 1.2",
    });

    deploySiteFiles(this, { bucket, distribution: this.distribution });
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
      responseHeadersPolicy: mediaHeaders(this),
    };
  }

  get origin(): string {
    return `https://${this.distribution.distributionDomainName}`;
  }
}
