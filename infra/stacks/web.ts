import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import { DomainRecords } from '../constructs/domain-records.ts';
import { Site } from '../constructs/site.ts';
import type { Deployment } from '../settings.ts';
import type { ControlPlaneStack } from './control-plane.ts';
import type { DataStack } from './data.ts';
import type { IngestStack } from './ingest.ts';

type Props = StackProps & {
  settings: Deployment;
  version: string;
  data: DataStack;
  controlPlane: ControlPlaneStack;
  ingest: IngestStack;
};

/** Requests from one address in five minutes before the firewall holds it up. */
const REQUESTS_PER_ADDRESS = 3_000;

/** The one origin that browsers see. */
export class WebStack extends Stack {
  readonly site: Site;

  constructor(scope: Construct, id: string, { settings, version, data, controlPlane, ingest, ...props }: Props) {
    super(scope, id, props);
    this.site = new Site(this, 'Site', {
      httpDomain: controlPlane.api.domainName,
      realtimeDomain: controlPlane.realtime.domainName,
      ingest: ingest.ingest.balancer,
      uploads: data.uploads.bucket,
      issuerOrigins: controlPlane.issuerOrigins,
      pictureOrigins: settings.pictureOrigins,
      edgeSecret: data.edge,
      version,
      ...(settings.domain && { domain: settings.domain }),
      ...(settings.certificateArn && { certificateArn: settings.certificateArn }),
      ...(settings.waf && { webAclArn: this.#firewall().attrArn }),
    });
    if (settings.domain && settings.hostedZoneId)
      new DomainRecords(this, 'Records', {
        domain: settings.domain,
        hostedZoneId: settings.hostedZoneId,
        target: this.site.distribution.distributionDomainName,
      });
    new CfnOutput(this, 'DistributionId', {
      description: 'The one origin, as CloudFront calls it',
      value: this.site.distribution.distributionId,
    });
    new CfnOutput(this, 'Origin', {
      description: 'Where Vybzz is',
      value: settings.domain ? `https://${settings.domain}` : this.site.origin,
    });
  }

  #firewall(): CfnWebACL {
    const visible = (metricName: string) => ({
      cloudWatchMetricsEnabled: true,
      sampledRequestsEnabled: true,
      metricName,
    });
    return new CfnWebACL(this, 'Firewall', {
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: visible('firewall'),
      rules: [
        {
          name: 'common',
          priority: 0,
          overrideAction: { none: {} },
          statement: {
            managedRuleGroupStatement: {
              vendorName: 'AWS',
              name: 'AWSManagedRulesCommonRuleSet',
              // It blocks more than 8 KB, which Mux's webhooks may be; rooms bound what they take themselves.
              ruleActionOverrides: [{ name: 'SizeRestrictions_BODY', actionToUse: { count: {} } }],
            },
          },
          visibilityConfig: visible('common'),
        },
        {
          name: 'floods',
          priority: 1,
          action: { block: {} },
          statement: { rateBasedStatement: { aggregateKeyType: 'IP', limit: REQUESTS_PER_ADDRESS } },
          visibilityConfig: visible('floods'),
        },
      ],
    });
  }
}
