import { CfnRecordSet } from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';

type Props = {
  hostedZoneId: string;
  /** `live.example.com`, in that zone. */
  domain: string;
  /** The distribution's own name. */
  target: string;
};

/** The zone of every distribution, the same for all accounts. */
const CLOUDFRONT_ZONE = 'Z2FDTNDATAQYW2';

/** A domain of one's own, told to Route 53: by the zone's id alone, because looking up its name would want credentials. */
export class DomainRecords extends Construct {
  constructor(scope: Construct, id: string, { hostedZoneId, domain, target }: Props) {
    super(scope, id);
    for (const type of ['A', 'AAAA'])
      new CfnRecordSet(this, type, {
        hostedZoneId,
        name: `${domain}.`,
        type,
        aliasTarget: { dnsName: target, hostedZoneId: CLOUDFRONT_ZONE },
      });
  }
}
