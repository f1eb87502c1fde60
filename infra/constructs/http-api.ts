import {
  CfnStage,
  HttpApi as AwsHttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AccessLogField } from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { accessLog } from './access-log.ts';
import { acknowledge } from './acknowledged.ts';

type Props = {
  /** By the first segment of the path. */
  rooms: Record<string, IFunction>;
  /** What answers at every other path. */
  others: IFunction;
};

/** Requests a second, and at once, that the API takes before it answers 429; the account's own ceiling is 10,000. */
const THROTTLE = { rateLimit: 2_000, burstLimit: 1_000 };

/**
 * What one room takes of that, so that a crowd before one of them is none before the others; and Mux's webhooks have theirs alone,
 * far above what Mux sends and out of reach of who reads.
 */
const ROOM_THROTTLE = { ThrottlingRateLimit: 1_000, ThrottlingBurstLimit: 500 };
const WEBHOOKS_THROTTLE = { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 200 };

/** The HTTP API: each room has the paths under its name. Tokens are verified in the rooms, by one code for every issuer. */
export class RoomsApi extends Construct {
  readonly api: AwsHttpApi;
  readonly stage: HttpStage;

  constructor(scope: Construct, id: string, { rooms, others }: Props) {
    super(scope, id);
    this.api = new AwsHttpApi(this, 'Api', { createDefaultStage: false });
    const throttled: Record<string, object> = {};
    const routes: HttpRoute[] = [];
    for (const [room, handler] of Object.entries(rooms)) {
      const integration = new HttpLambdaIntegration(`${room}Integration`, handler);
      for (const path of [`/${room}`, `/${room}/{proxy+}`]) {
        routes.push(...this.api.addRoutes({ path, methods: [HttpMethod.ANY], integration }));
        throttled[`ANY ${path}`] = room === 'webhooks' ? WEBHOOKS_THROTTLE : ROOM_THROTTLE;
      }
    }
    routes.push(
      new HttpRoute(this, 'Others', {
        httpApi: this.api,
        routeKey: HttpRouteKey.DEFAULT,
        integration: new HttpLambdaIntegration('othersIntegration', others),
      }),
    );
    throttled['$default'] = ROOM_THROTTLE;
    acknowledge(this, {
      APIG4:
        'Tokens are verified in the rooms, because API Gateway cannot take those of every issuer; functions/authorization.test.ts holds every route to it',
    });
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: THROTTLE,
      // The path, not the query: cursors and tickets are nobody's to read later.
      accessLogSettings: accessLog(this, {
        requestId: AccessLogField.contextRequestId(),
        method: AccessLogField.contextHttpMethod(),
        path: AccessLogField.contextPath(),
        status: AccessLogField.contextStatus(),
        ms: AccessLogField.contextResponseLatency(),
        ip: AccessLogField.contextIdentitySourceIp(),
      }),
    });
    if (this.stage.node.defaultChild instanceof CfnStage)
      this.stage.node.defaultChild.addPropertyOverride('RouteSettings', throttled);
    // settings of a route want the route first
    this.stage.node.addDependency(...routes);
  }

  /** `abc.execute-api.eu-west-1.amazonaws.com`: what CloudFront forwards to. */
  get domainName(): string {
    return `${this.api.apiId}.execute-api.${this.stage.stack.region}.${this.stage.stack.urlSuffix}`;
  }
}
