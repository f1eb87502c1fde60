import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AdjustmentType } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type IPrefixList, Peer, Port, SecurityGroup, SubnetType, type Vpc } from 'aws-cdk-lib/aws-ec2';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import {
  AvailabilityZoneRebalancing,
  Capability,
  CfnCluster,
  CfnClusterCapacityProviderAssociations,
  Cluster,
  ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LinuxParameters,
  LogDrivers,
  OperatingSystemFamily,
  PropagatedTagSource,
  UlimitName,
} from 'aws-cdk-lib/aws-ecs';
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  type ApplicationTargetGroup,
  TargetGroupLoadBalancingAlgorithmType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledged.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PORT = 3004;
/**
 * How a task is stopped, in ECS's own order, and why the times fit (`infra/stacks/stacks.test.ts` holds them to the worker's limits):
 *
 *   0 s    ECS decides: `DesiredStatus` is STOPPED, and the balancer sends nobody new. Open sockets go on.
 *   ≤ 2    the worker has seen it (`taskEveryMs`) and asks its shows to go elsewhere, spread over 10 s (`migrateSpreadMs`)
 *   ≤ 19   each has fed its encoder to the end of a GOP (`leaveAtGopMs`) and its client is at another worker
 *   ≤ 112  what could not leave is cut (`exitMs`), and the process has ended of itself
 *   120    the balancer cuts what it still carries: DRAIN, which must be more than all of the above
 *   120    only now SIGTERM, and at 240 s SIGKILL: STOP, the most that Fargate grants
 *
 * A balancer is done with a task as soon as its last socket is closed, so that usually 20 s pass, and not 120.
 */
const DRAIN = Duration.seconds(120);
const STOP = Duration.seconds(120);
/** The balancer's patience with a silent socket; the worker pings every 15 s (`pingMs`). */
const IDLE = Duration.seconds(300);

/** What the worker's metrics are called: `ingest-worker/metrics.ts` writes them in CloudWatch's embedded format. */
export const INGEST_METRICS = {
  namespace: 'Vybzz/Ingest',
  /** By which two environments in one account are told apart. */
  dimension: 'Deployment',
  /** How full a worker is. */
  utilization: 'LoadPercent',
  sessions: 'Sessions',
  loadUnits: 'LoadUnits',
  capacityUnits: 'CapacityUnits',
  restarts: 'Restarts',
  resumes: 'Resumes',
  reconnects: 'Reconnects',
  skips: 'Skips',
  droppedFrames: 'DroppedFrames',
  turnedAway: 'TurnedAway',
  commitDelayMs: 'CommitDelayMs',
} as const;

/** What a task is granted; the worker's capacity follows from it. */
const TASK = { cpuUnits: 1_024, memoryMiB: 4_096 };

type Props = {
  vpc: Vpc;
  /** Where CloudFront's connections come from. */
  cloudFront: IPrefixList;
  environment: Record<string, string>;
  /** The deployment's name: what its metrics are told apart by. */
  deployment: string;
  arch: 'arm64' | 'x86_64';
  /** By its digest. @default built from the sources */
  image: string | undefined;
  spot: boolean;
  minWorkers: number;
  maxWorkers: number;
};

/**
 * The ingest workers on Fargate behind a balancer that only CloudFront reaches.
 *
 * One vCPU carries 64 copied shows, by its thread, or one that is encoded; 4 GB are enough for either (ingest-worker/limits.ts).
 * Tasks have public addresses because their media leaves to the internet: a NAT gateway would cost as much as the egress.
 * Nothing can connect to them but the balancer.
 *
 * The task may protect itself from being stopped, see whether a deployment of its service waits for that, and what `StreamTable.grantLease` says; all of it is in `infra/ROLES.md`.
 */
export class IngestService extends Construct {
  readonly balancer: ApplicationLoadBalancer;
  readonly service: FargateService;
  readonly task: FargateTaskDefinition;
  readonly workers: ApplicationTargetGroup;
  /** What the workers say. */
  readonly log: LogGroup;

  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id);
    const { vpc, cloudFront, deployment, spot, minWorkers, maxWorkers } = props;

    const { cluster, providers } = addCluster(this, vpc);
    const { task, log } = addTask(this, props);
    this.task = task;
    this.log = log;

    const balancerGroup = new SecurityGroup(this, 'BalancerGroup', {
      vpc,
      description: 'CloudFront to the balancer of the ingest workers',
      allowAllOutbound: false,
    });
    balancerGroup.addIngressRule(Peer.prefixList(cloudFront.prefixListId), Port.tcp(80), 'CloudFront');
    const workerGroup = new SecurityGroup(this, 'WorkerGroup', {
      vpc,
      description: 'The balancer to the ingest workers; RTMPS and AWS out',
    });

    this.service = new FargateService(this, 'Service', {
      cluster,
      taskDefinition: task,
      // No desired count: every deployment would write it again, over what scaling has come to.
      propagateTags: PropagatedTagSource.SERVICE,
      enableECSManagedTags: true,
      vpcSubnets: { subnetType: SubnetType.PUBLIC },
      assignPublicIp: true,
      securityGroups: [workerGroup],
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { enable: true, rollback: true },
      healthCheckGracePeriod: Duration.seconds(60),
      capacityProviderStrategies: [{ capacityProvider: spot ? 'FARGATE_SPOT' : 'FARGATE', weight: 1 }],
      // It would stop tasks in the middle of shows to even out the zones.
      availabilityZoneRebalancing: AvailabilityZoneRebalancing.DISABLED,
      enableExecuteCommand: false,
    });
    this.service.node.addDependency(providers);
    allowTask(task, cluster);

    this.balancer = new ApplicationLoadBalancer(this, 'Balancer', {
      vpc,
      internetFacing: false,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      securityGroup: balancerGroup,
      idleTimeout: IDLE,
      dropInvalidHeaderFields: true,
    });
    acknowledge(this.balancer, {
      ELB2: 'Its log would hold stream keys, which are in the path; the worker itself logs each feed, without them',
    });
    // In an account that has never had a cluster, ECS makes its role with this one, and cannot take it on in the same seconds ("Unable
    // to assume the service linked role"). A balancer takes minutes.
    providers.node.addDependency(this.balancer);
    const listener = this.balancer.addListener('Http', { port: 80, protocol: ApplicationProtocol.HTTP, open: false });
    this.workers = listener.addTargets('Workers', {
      port: PORT,
      protocol: ApplicationProtocol.HTTP,
      targets: [this.service],
      // The oldest worker has the most shows; a new one is to get the next.
      loadBalancingAlgorithmType: TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
      // Sockets are asked to move long before this cuts them.
      deregistrationDelay: DRAIN,
      healthCheck: {
        path: '/healthz',
        interval: Duration.seconds(10),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 3,
      },
    });

    scaleByLoad(this.service, { deployment, minWorkers, maxWorkers });
  }
}

/** The cluster, and where its tasks may run. */
const addCluster = (scope: Construct, vpc: Vpc) => {
  const cluster = new Cluster(scope, 'Cluster', {
    vpc,
    containerInsightsV2: ContainerInsights.ENABLED,
  });
  // By hand, because the service must come after them and go before them: one that stands on a provider that is taken away cannot
  // be deleted ("The specified capacity provider is in use"), and CDK's own has no order.
  const providers = new CfnClusterCapacityProviderAssociations(scope, 'CapacityProviders', {
    cluster: cluster.clusterName,
    capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
    defaultCapacityProviderStrategy: [],
  });
  return { cluster, providers };
};

/** What one worker is: its image, what it is granted and told, how it is stopped, and where its log goes. */
const addTask = (scope: Construct, { environment, deployment, arch, image }: Props) => {
  const arm = arch === 'arm64';
  const task = new FargateTaskDefinition(scope, 'Task', {
    cpu: TASK.cpuUnits,
    memoryLimitMiB: TASK.memoryMiB,
    runtimePlatform: {
      cpuArchitecture: arm ? CpuArchitecture.ARM64 : CpuArchitecture.X86_64,
      operatingSystemFamily: OperatingSystemFamily.LINUX,
    },
  });
  const log = new LogGroup(scope, 'Logs', {
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const linuxParameters = new LinuxParameters(scope, 'Linux', { initProcessEnabled: true });
  // Fargate takes no limit of processes: a show has one FFmpeg with one thread, and the worker bounds shows (SPEC L6).
  linuxParameters.dropCapabilities(Capability.ALL);
  const container = task.addContainer('worker', {
    image: image
      ? ContainerImage.fromRegistry(image)
      : ContainerImage.fromAsset(ROOT, {
          file: 'ingest-worker/Dockerfile',
          platform: arm ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64,
          exclude: ['**/node_modules', '.git', '.vybzz', '.tsbuild', 'cdk.out', 'web', 'infra', 'test-results'],
        }),
    portMappings: [{ containerPort: PORT }],
    environment: {
      HOST: '0.0.0.0',
      PORT: String(PORT),
      ENCODER_WALL: 'sealed',
      DEPLOYMENT: deployment,
      // What the task is granted is not in its container: a task of one vCPU sees two.
      TASK_CPU_UNITS: String(TASK.cpuUnits),
      TASK_MEMORY_MIB: String(TASK.memoryMiB),
      // CloudFront's: what the balancer adds is CloudFront's address, and what CloudFront added is the viewer's.
      TRUSTED_HOPS: '1',
      ...environment,
    },
    logging: LogDrivers.awsLogs({
      streamPrefix: 'worker',
      logGroup: log,
    }),
    user: 'node',
    readonlyRootFilesystem: true,
    linuxParameters,
    stopTimeout: STOP,
    healthCheck: {
      command: [
        'CMD',
        'node',
        '-e',
        `fetch('http://127.0.0.1:${PORT}/healthz').then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))`,
      ],
      interval: Duration.seconds(15),
      timeout: Duration.seconds(5),
      retries: 3,
      startPeriod: Duration.seconds(20),
    },
  });
  // A show holds about six descriptors: socket, FFmpeg's pipes, RTMPS.
  container.addUlimits({ name: UlimitName.NOFILE, softLimit: 65_536, hardLimit: 65_536 });

  acknowledge(task, {
    ECS2: 'None of the variables is a secret: a name, an origin, a port',
  });
  if (task.executionRole)
    acknowledge(task.executionRole, {
      'IAM5[Resource::*]': 'ecr:GetAuthorizationToken knows no resource; what it opens is one repository',
    });
  return { task, log };
};

/** The task may protect itself from being stopped, and see whether a deployment of its service waits for that. */
const allowTask = (task: FargateTaskDefinition, cluster: Cluster): void => {
  task.addToTaskRolePolicy(
    new PolicyStatement({
      sid: 'ProtectOwnShows',
      actions: ['ecs:GetTaskProtection', 'ecs:UpdateTaskProtection'],
      resources: [cluster.arnForTasks('*')],
    }),
  );
  task.addToTaskRolePolicy(
    new PolicyStatement({
      sid: 'SeeOwnDeployment',
      actions: ['ecs:DescribeServices'],
      resources: [
        Stack.of(task).formatArn({ service: 'ecs', resource: 'service', resourceName: `${cluster.clusterName}/*` }),
      ],
    }),
  );
  if (cluster.node.defaultChild instanceof CfnCluster) {
    const clusterId = Stack.of(task).getLogicalId(cluster.node.defaultChild);
    acknowledge(task.taskRole, {
      [`IAM5[Resource::arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:task/<${clusterId}>/*]`]:
        'A task learns its own id only when it runs; the wildcard ends with the cluster, which holds workers alone',
      [`IAM5[Resource::arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:service/<${clusterId}>/*]`]:
        'The service has its name only after its role is there; the cluster has no other',
    });
  }
};

/** More workers before they are full, fewer when they have long been empty. */
const scaleByLoad = (
  service: FargateService,
  { deployment, minWorkers, maxWorkers }: Pick<Props, 'deployment' | 'minWorkers' | 'maxWorkers'>,
): void => {
  const scaling = service.autoScaleTaskCount({ minCapacity: minWorkers, maxCapacity: maxWorkers });
  const utilization = (statistic: string) =>
    new Metric({
      namespace: INGEST_METRICS.namespace,
      metricName: INGEST_METRICS.utilization,
      dimensionsMap: { [INGEST_METRICS.dimension]: deployment },
      statistic,
      period: Duration.minutes(1),
    });
  scaling.scaleToTrackCustomMetric('LoadUnits', {
    metric: utilization('Average'),
    targetValue: 60,
    scaleOutCooldown: Duration.seconds(60),
    scaleInCooldown: Duration.minutes(10),
  });
  // A worker refuses what it cannot hold, so a step comes before the first refusal: a new task takes a minute to be there.
  scaling.scaleOnMetric('NearlyFull', {
    metric: utilization('Maximum'),
    scalingSteps: [
      { lower: 85, change: 2 },
      { lower: 95, change: 4 },
      { upper: 0, change: 0 },
    ],
    adjustmentType: AdjustmentType.CHANGE_IN_CAPACITY,
    cooldown: Duration.minutes(2),
  });
};
