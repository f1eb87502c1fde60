import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccessLogField, CfnAccount } from 'aws-cdk-lib/aws-apigateway';
import { CfnApi, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Grant, type IGrantable, ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { accessLog } from './access-log.ts';
import { acknowledge } from './acknowledged.ts';

type Props = {
  connect: IFunction;
  message: IFunction;
  disconnect: IFunction;
  /**
   * Whether this stack gives the account the role by which API Gateway logs WebSockets. There is one for an account and region:
   * a second deployment there finds it, and making it again would take it from the first.
   */
  apiGatewayRole: 'make' | 'there';
};

/** The stage's name is the path under which CloudFront hands sockets over. */
const STAGE = 'realtime';
/** Sending to sockets, as a resource. */
const SENDING = `${STAGE}/POST/@connections/*`;
const THROTTLE = { rateLimit: 1_000, burstLimit: 500 };

/** The WebSocket API behind `/realtime`. A ticket in the query is redeemed by the connect function itself. */
export class RealtimeApi extends Construct {
  readonly api: WebSocketApi;
  readonly stage: WebSocketStage;

  constructor(scope: Construct, id: string, { connect, message, disconnect, apiGatewayRole }: Props) {
    super(scope, id);
    this.api = new WebSocketApi(this, 'Api', {
      routeSelectionExpression: '$request.body.action',
      connectRouteOptions: { integration: new WebSocketLambdaIntegration('Connect', connect) },
      disconnectRouteOptions: { integration: new WebSocketLambdaIntegration('Disconnect', disconnect) },
      defaultRouteOptions: { integration: new WebSocketLambdaIntegration('Message', message), returnResponse: true },
    });
    acknowledge(this, {
      APIG4:
        'A ticket, single-use and good for 60 s, is redeemed by the connect function; what has no ticket gets no socket',
    });
    if (this.api.node.defaultChild instanceof CfnApi) {
      const apiId = Stack.of(this).getLogicalId(this.api.node.defaultChild);
      acknowledge(Stack.of(this), {
        [`IAM5[Resource::arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<${apiId}>/${SENDING}]`]:
          'A socket has its id only once it is open; the wildcard ends with sending to sockets of this stage',
      });
    }
    this.stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.api,
      stageName: STAGE,
      autoDeploy: true,
      throttle: THROTTLE,
      accessLogSettings: accessLog(this, {
        requestId: AccessLogField.contextRequestId(),
        route: '$context.routeKey',
        status: AccessLogField.contextStatus(),
        ip: AccessLogField.contextIdentitySourceIp(),
      }),
    });
    // Without it a new account refuses the stage: "CloudWatch Logs role ARN must be set in account settings to enable logging".
    if (apiGatewayRole === 'make') this.stage.node.addDependency(this.#accountRole());
  }

  /** Kept when the stack goes: whatever else the account has in API Gateway logs by it, too. */
  #accountRole(): CfnAccount {
    const role = new Role(this, 'AccountRole', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      description: "Vybzz: by which API Gateway logs this account's WebSockets",
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs')],
    });
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    acknowledge(role, {
      'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]':
        'API Gateway tries the role when it is set, and takes none that may do less',
    });
    const account = new CfnAccount(this, 'Account', { cloudWatchRoleArn: role.roleArn });
    account.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return account;
  }

  /** The management endpoint, for `REALTIME_ENDPOINT`. */
  get endpoint(): string {
    return this.stage.callbackUrl;
  }

  get domainName(): string {
    const { region, urlSuffix } = Stack.of(this);
    return `${this.api.apiId}.execute-api.${region}.${urlSuffix}`;
  }

  /** May send to open sockets of this stage; it may neither look at them nor close them. */
  grantPush(grantee: IGrantable): Grant {
    const arn = Stack.of(this).formatArn({
      service: 'execute-api',
      resource: this.api.apiId,
      resourceName: SENDING,
    });
    return Grant.addToPrincipal({ grantee, actions: ['execute-api:ManageConnections'], resourceArns: [arn] });
  }
}
