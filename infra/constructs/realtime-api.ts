import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccessLogField, AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { CfnApi, LogGroupLogDestination, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledged.ts';

type Props = { connect: IFunction; message: IFunction; disconnect: IFunction };

/** The stage's name is the path under which CloudFront hands sockets over. */
const STAGE = 'realtime';
/** Sending to sockets, as a resource. */
const SENDING = `${STAGE}/POST/@connections/*`;
const THROTTLE = { rateLimit: 1_000, burstLimit: 500 };

/** The WebSocket API behind `/realtime`. A ticket in the query is redeemed by the connect function itself. */
export class RealtimeApi extends Construct {
  readonly api: WebSocketApi;
  readonly stage: WebSocketStage;

  constructor(scope: Construct, id: string, { connect, message, disconnect }: Props) {
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
    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.api,
      stageName: STAGE,
      autoDeploy: true,
      throttle: THROTTLE,
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLog),
        format: AccessLogFormat.custom(
          JSON.stringify({
            requestId: AccessLogField.contextRequestId(),
            route: '$context.routeKey',
            status: AccessLogField.contextStatus(),
            ip: AccessLogField.contextIdentitySourceIp(),
          }),
        ),
      },
    });
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
