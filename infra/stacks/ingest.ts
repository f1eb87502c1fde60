import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import {
  GatewayVpcEndpointAwsService,
  FlowLogDestination,
  FlowLogTrafficType,
  PrefixList,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import type { Construct } from 'constructs';
import { acknowledge } from '../constructs/acknowledged.ts';
import { IngestService } from '../constructs/ingest-service.ts';
import { requireOrigin } from '../constructs/origin-known.ts';
import type { TaskQueue } from '../constructs/task-queue.ts';
import type { StreamTable } from '../constructs/stream-table.ts';
import type { Deployment } from '../settings.ts';

type Props = StackProps & { settings: Deployment; table: StreamTable; tasks: TaskQueue };

/** The data plane: a network without NAT, and the ingest workers in it. */
export class IngestStack extends Stack {
  readonly ingest: IngestService;

  constructor(scope: Construct, id: string, { settings, table, tasks, ...props }: Props) {
    super(scope, id, props);
    requireOrigin(this, settings.origin);
    const vpc = new Vpc(this, 'Vpc', {
      ...(settings.zones.length > 0 ? { availabilityZones: settings.zones } : { maxAzs: 2 }),
      natGateways: 0,
      subnetConfiguration: [
        { name: 'workers', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false },
        // CloudFront reaches a balancer only in subnets without a way out.
        { name: 'balancer', subnetType: SubnetType.PRIVATE_ISOLATED },
      ],
      gatewayEndpoints: { table: { service: GatewayVpcEndpointAwsService.DYNAMODB } },
      // Who knocks in vain. All of it would log every packet stream of every show, at the price of its storage.
      flowLogs: {
        rejected: {
          destination: FlowLogDestination.toCloudWatchLogs(
            new LogGroup(this, 'Rejected', {
              retention: RetentionDays.ONE_MONTH,
              removalPolicy: RemovalPolicy.DESTROY,
            }),
          ),
          trafficType: FlowLogTrafficType.REJECT,
        },
      },
    });
    this.ingest = new IngestService(this, 'Ingest', {
      vpc,
      cloudFront: PrefixList.fromPrefixListId(this, 'CloudFront', this.#cloudFrontPrefixList()),
      environment: { TABLE_NAME: table.tableName, ALLOWED_ORIGINS: settings.origin },
      deployment: settings.name,
      arch: settings.arch,
      image: settings.image,
      spot: settings.spot,
      minWorkers: settings.minWorkers,
      maxWorkers: settings.maxWorkers,
    });
    table.grantLease(this.ingest.task.taskRole);
    tasks.takesFromTask(this.ingest.task, 'worker');
    const { cluster, serviceName } = this.ingest.service;
    new CfnOutput(this, 'Cluster', { description: 'Of the ingest workers', value: cluster.clusterName });
    new CfnOutput(this, 'Log', { description: 'What the workers say', value: this.ingest.log.logGroupName });
    new CfnOutput(this, 'Service', { description: 'The ingest workers', value: serviceName });
  }

  /** The id of AWS's own list of CloudFront's addresses differs by region, so it is asked for at deployment. */
  #cloudFrontPrefixList(): string {
    const logGroup = new LogGroup(this, 'CloudFrontAddressesLogs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'CloudFrontAddressesRole', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: 'Vybzz: looks up which addresses are CloudFront',
    });
    logGroup.grantWrite(role);
    acknowledge(this, {
      'IAM5[Resource::*]': 'ec2:DescribeManagedPrefixLists knows no resource; it only reads a list',
    });
    const found = new AwsCustomResource(this, 'CloudFrontAddresses', {
      onUpdate: {
        service: 'EC2',
        action: 'DescribeManagedPrefixLists',
        parameters: {
          Filters: [{ Name: 'prefix-list-name', Values: ['com.amazonaws.global.cloudfront.origin-facing'] }],
        },
        physicalResourceId: PhysicalResourceId.of('cloudfront-addresses'),
        outputPaths: ['PrefixLists.0.PrefixListId'],
      },
      policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: AwsCustomResourcePolicy.ANY_RESOURCE }),
      role,
      logGroup,
      installLatestAwsSdk: false,
    });
    return found.getResponseField('PrefixLists.0.PrefixListId');
  }
}
