import { createHash } from 'node:crypto';
import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Effect, Grant, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { BlockPublicAccess, Bucket, BucketEncryption, HttpMethods } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledged.ts';

type Props = {
  /** Where the pages are that send files. */
  origin: string;
};

/** Everything that is uploaded lies under this, and is served at the same path; see `functions/domain/upload.ts`. */
const FILES = 'media/*';
/** Where forms put what comes, out of everybody's sight. */
const INCOMING = 'incoming/*';
/** What a post has taken up lies elsewhere by then. */
const INCOMING_DAYS = 2;

/**
 * What people have uploaded. Browsers send it here themselves, by forms that the room of posts signs, and read it through the
 * distribution; nobody reads the bucket.
 *
 * Kept when the stack goes: like the table it cannot be made again. What no post takes up the sweep removes, not a rule of the
 * bucket's: infra/decisions/uploads-are-removed-unless-posted.md.
 */
export class UploadsBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { origin }: Props) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Files', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      cors: [{ allowedOrigins: [origin], allowedMethods: [HttpMethods.POST], allowedHeaders: ['*'], maxAge: 3_600 }],
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
        { prefix: INCOMING.replace('*', ''), expiration: Duration.days(INCOMING_DAYS) },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // Any distribution of this account: this one's own name comes from a stack that needs the bucket first.
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal('cloudfront.amazonaws.com')],
        actions: ['s3:GetObject'],
        resources: [this.bucket.arnForObjects(FILES)],
        conditions: {
          ArnLike: {
            'aws:SourceArn': Stack.of(this).formatArn({
              service: 'cloudfront',
              region: '',
              resource: 'distribution',
              resourceName: '*',
              arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
            }),
          },
        },
      }),
    );
    acknowledge(this.bucket, {
      S1: 'Who may upload asks the API, which logs it; who reads is seen by the distribution',
    });
  }

  /** What the control plane is told: the name for its policies, and where it is. */
  get environment(): Record<string, string> {
    return {
      UPLOADS_BUCKET: this.bucket.bucketName,
      UPLOADS_URL: `https://${this.bucket.bucketRegionalDomainName}`,
    };
  }

  /** The room of posts may sign forms, which may do what it may: put what comes where nobody looks. */
  grantTake(grantee: IFunction): void {
    this.#grant(grantee, ['s3:PutObject'], [INCOMING]);
  }

  /**
   * Who publishes may read what has come and put it where people see it. Listing is what makes S3 say 404 of a file that has not
   * come: without it that would be 403, as when we may not ask.
   */
  grantPublish(grantee: IFunction): void {
    this.#grant(grantee, ['s3:GetObject'], [INCOMING]);
    this.#grant(grantee, ['s3:PutObject'], [FILES]);
    Grant.addToPrincipal({ grantee, actions: ['s3:ListBucket'], resourceArns: [this.bucket.bucketArn] });
  }

  /** The sweep may take files away. */
  grantRemove(grantee: IFunction): void {
    this.#grant(grantee, ['s3:DeleteObject'], [INCOMING, FILES]);
  }

  #grant(grantee: IFunction, actions: string[], folders: string[]): void {
    Grant.addToPrincipal({ grantee, actions, resourceArns: folders.map((files) => this.bucket.arnForObjects(files)) });
    if (!grantee.role) throw new Error('unreachable');
    acknowledge(
      grantee.role,
      Object.fromEntries(
        folders.map((files) => [
          `IAM5[Resource::${this.#arnElsewhere}/${files}]`,
          'A file has its name only once somebody sends it; the wildcard ends with the files of this bucket',
        ]),
      ),
    );
  }

  /** The bucket's ARN as a finding in another stack writes it: by the output that CDK publishes it as. */
  get #arnElsewhere(): string {
    const stack = Stack.of(this);
    const here = JSON.stringify(stack.resolve(this.bucket.bucketArn));
    const hash = createHash('md5').update(`Publish/Output${here}`).digest('hex').slice(0, 8).toUpperCase();
    return JSON.stringify({
      'Fn::GetStackOutput': {
        StackName: stack.stackName,
        Region: { Ref: 'AWS::Region' },
        OutputName: `PublishOutput${here.replaceAll(/\W/g, '')}${hash}`,
      },
    });
  }
}
