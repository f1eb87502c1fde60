import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { GradualRelease } from '../constructs/gradual-release.ts';
import { RoomsApi } from '../constructs/http-api.ts';
import { type IssuerSettings, People } from '../constructs/people.ts';
import { requireOrigin } from '../constructs/origin-known.ts';
import { RealtimeApi } from '../constructs/realtime-api.ts';
import { RoomFunction } from '../constructs/room-function.ts';
import { TASK_TIMEOUT, TaskQueue } from '../constructs/task-queue.ts';
import type { Deployment } from '../settings.ts';
import type { DataStack } from './data.ts';

type Props = StackProps & { settings: Deployment; data: DataStack; version: string };

/** Rooms that tell open sockets; that of sign-in does where somebody signs out everywhere. */
const PUSHERS = new Set(['auth', 'realtime', 'streams', 'tasks', 'users', 'webhooks']);
/** Rooms that hand work over; that of sign-in where signing out everywhere ends a show. */
const GIVERS = new Set(['auth', 'realtime', 'streams', 'tasks', 'webhooks']);

/** Who only shows what there is. */
const READERS = new Set(['pages']);

/** Who works with files alone. */
const TABLELESS = new Set(['uploads']);

/**
 * The secrets that each function works with, as its entry in `functions/assembly/lambdas/` says; the others it cannot read. What is
 * called by the distribution knows it by `edge`.
 */
const SECRETS_OF: Record<string, readonly ('mux' | 'cursor' | 'edge' | 'push')[]> = {
  auth: ['edge'],
  'realtime-connect': ['edge'],
  users: ['cursor', 'edge', 'push'],
  pages: ['edge'],
  posts: ['cursor', 'edge'],
  streams: ['mux', 'cursor', 'edge'],
  'streams-sweep': ['mux', 'cursor'],
  webhooks: ['mux', 'edge'],
  tasks: ['push'],
};

/** The control plane: who signs in, one Lambda a room, and the two APIs before them. */
export class ControlPlaneStack extends Stack {
  readonly api: RoomsApi;
  readonly realtime: RealtimeApi;
  readonly rooms: Record<string, RoomFunction> = {};
  readonly tasks: TaskQueue;
  readonly webhooksLog: ILogGroup;
  readonly sweep: IFunction;
  /** Origins of the issuer, for the web app's CSP. */
  readonly issuerOrigins: string[];

  constructor(scope: Construct, id: string, { settings, data, version, ...props }: Props) {
    super(scope, id, props);
    requireOrigin(this, settings.origin);
    const { issuer, origins } = this.#people(settings);
    this.issuerOrigins = origins;

    const environment = {
      TABLE_NAME: data.table.tableName,
      PUBLIC_ORIGIN: settings.origin,
      INGEST_URL: `${settings.origin.replace('https:', 'wss:')}/stream/live`,
      // CloudFront's: what it forwards for is the viewer's own address.
      TRUSTED_HOPS: '1',
      VERSION: version,
      DEPLOYMENT: settings.name,
      ...(settings.iceUrls.length > 0 && { ICE_URLS: settings.iceUrls.join(',') }),
      ...(settings.moderators.length > 0 && { MODERATORS: settings.moderators.join(',') }),
      AUTH_ISSUERS: this.toJsonString([issuer]),
      ...data.uploads.environment,
    };
    // The endpoint is the API's, which wants the functions first: whoever pushes is told afterwards.
    const pushers: RoomFunction[] = [];
    this.tasks = new TaskQueue(this, 'Tasks');
    const room = (name: string, more: Partial<ConstructorParameters<typeof RoomFunction>[2]> = {}) => {
      const key = more.handler ? `${name}-${more.handler}` : name;
      const made = new RoomFunction(this, key, {
        room: name,
        ...more,
        environment: { ...environment, ...more.environment },
      });
      if (READERS.has(name)) data.table.grantReading(made.function);
      else if (!TABLELESS.has(name)) data.table.grantItems(made.function);
      for (const secret of SECRETS_OF[key] ?? []) {
        data[secret].grantRead(made.function);
        made.function.addEnvironment(`${secret.toUpperCase()}_SECRET_ARN`, data[secret].secretArn);
      }
      if (key === 'realtime-message' && data.turn) {
        data.turn.grantRead(made.function);
        made.function.addEnvironment('TURN_SECRET_ARN', data.turn.secretArn);
      }
      this.rooms[key] = made;
      if (PUSHERS.has(name)) pushers.push(made);
      if (GIVERS.has(name)) this.tasks.takesFrom(made);
      return made;
    };

    this.realtime = new RealtimeApi(this, 'Realtime', {
      connect: room('realtime', { handler: 'connect' }).live,
      message: room('realtime', { handler: 'message' }).live,
      disconnect: room('realtime', { handler: 'disconnect' }).live,
      apiGatewayRole: settings.apiGatewayRole,
    });
    const sweep = room('streams', { handler: 'sweep', timeout: Duration.seconds(50) });
    this.sweep = sweep.function;
    data.uploads.grantRemove(sweep.function);
    new Rule(this, 'EveryMinute', {
      description: 'Settles shows whose worker and webhooks have both gone silent, and goes on with removals',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(sweep.live, { retryAttempts: 0 })],
    });
    // A show waits for its thumbnail; its end for the worker to let go, at most 5 s.
    const streams = room('streams', { timeout: Duration.seconds(29) });
    // Taken even while everything else is throttled, where the account has enough to keep some of it apart.
    const webhooks = room('webhooks', { reservedConcurrency: settings.webhookConcurrency });
    this.webhooksLog = webhooks.logGroup;
    const [auth, pages] = [room('auth'), room('pages')];
    // A film of 200 MB passes through it, and a picture is written anew: both want a processor of their own.
    const uploads = room('uploads', {
      timeout: Duration.seconds(25),
      memoryMB: 1_792,
      machineCode: ['sharp'],
    });
    data.uploads.grantPublish(uploads.function);
    // A post waits for its film, and a person for their picture.
    const posts = room('posts', { timeout: Duration.seconds(29) });
    const users = room('users', { timeout: Duration.seconds(29) });
    // A whole CPU: an audience of 2,000 is told by one of these, at 0.27 ms a post.
    this.tasks.doneBy(room('tasks', { timeout: TASK_TIMEOUT, memoryMB: 1_769 }));
    data.uploads.grantTake(posts.function);
    const { functionArn } = uploads.live;
    // What was sent by the posts' forms is shown in posts, on people's pages, and of shows.
    for (const { function: shower } of [posts, users, streams]) {
      Grant.addToPrincipal({ grantee: shower, actions: ['lambda:InvokeFunction'], resourceArns: [functionArn] });
      shower.addEnvironment(
        'UPLOADS_PUBLISHER_URL',
        `https://lambda.${this.region}.${this.urlSuffix}/2015-03-31/functions/${uploads.function.functionName}/invocations?Qualifier=${uploads.live.aliasName}`,
      );
    }
    this.api = new RoomsApi(this, 'Http', {
      rooms: {
        auth: auth.live,
        users: users.live,
        posts: posts.live,
        // it shows the same things
        search: posts.live,
        stream: streams.live,
        reports: streams.live,
        webhooks: webhooks.live,
      },
      others: pages.live,
    });

    const release = new GradualRelease(this, 'Release', { release: settings.release, deployment: settings.name });
    for (const [name, { live }] of Object.entries(this.rooms)) release.of(name, live);

    for (const [name, { logGroup }] of Object.entries(this.rooms))
      new CfnOutput(this, `Log${name.replaceAll('-', '')}`, {
        description: `What the functions of ${name} say`,
        value: logGroup.logGroupName,
      });
    new CfnOutput(this, 'FailedTasks', {
      description: 'The queue of what failed three times',
      value: this.tasks.failed.queueUrl,
    });
    new CfnOutput(this, 'SweepFunction', { description: 'Settles silent shows', value: sweep.live.functionArn });
    for (const pusher of pushers) {
      this.realtime.grantPush(pusher.function);
      pusher.function.addEnvironment('REALTIME_ENDPOINT', this.realtime.endpoint);
    }
  }

  #people({ issuer, issuerKind, clientId, audience, origin, name, creatorClaim, moderatorClaim }: Deployment): {
    issuer: IssuerSettings;
    origins: string[];
  } {
    const roles = { ...(creatorClaim && { creatorClaim }), ...(moderatorClaim && { moderatorClaim }) };
    if (issuer && clientId)
      return {
        issuer: {
          issuer,
          kind: issuerKind,
          clientId,
          ...(audience && { audience }),
          ...roles,
          ...(issuerKind === 'clerk' && { azp: [origin] }),
        },
        origins: [new URL(issuer).origin],
      };
    const people = new People(this, 'People', { origin, domainPrefix: `${name.toLowerCase()}-${this.account}` });
    return { issuer: { ...people.issuer, ...roles }, origins: people.origins };
  }
}
