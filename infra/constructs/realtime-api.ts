import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccessLogField, AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { LogGroupLogDestination, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

type Props = { connect: IFunction; message: IFunction; disconnect: IFunction };

/** The stage's name is the path under which CloudFront hands sockets over. */
const STAGE = 'realtime';
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

  /** May send to, look at and close connections. */
  grantPush(grantee: IGrantable): void {
    this.stage.grantManagementApiAccess(grantee);
  }
}
