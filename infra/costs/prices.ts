import { SESSION_CORES } from '../../ingest-worker/limits.ts';

type Price = {
  usd: number;
  /** Where it is said by who asks for it. */
  source: string;
  /** Where and when it was read. Without it the figure is from memory: look at the source before relying on it. */
  read?: string;
};

/** Prices in US dollars, us-east-1, on demand; change one and `npm run costs`. */
export const PRICES = {
  /** Fargate on ARM. */
  vcpuHour: {
    usd: 0.032_38,
    source: 'https://aws.amazon.com/fargate/pricing/',
    read: 'https://www.vantage.sh/blog/fargate-pricing, 2026-11',
  },
  memoryGbHour: {
    usd: 0.003_56,
    source: 'https://aws.amazon.com/fargate/pricing/',
    read: 'https://www.vantage.sh/blog/fargate-pricing, 2026-11',
  },
  /** An address of IPv4. */
  addressHour: { usd: 0.005, source: 'https://aws.amazon.com/vpc/pricing/' },
  /** The part of the processors' and the memory's price that Spot asks for, about; it moves. */
  spotShare: { usd: 0.3, source: 'https://aws.amazon.com/fargate/pricing/' },
  balancerHour: {
    usd: 0.0225,
    source: 'https://aws.amazon.com/elasticloadbalancing/pricing/',
    read: 'https://cloud-horizons.com/blog/alb-the-line-item-nobody-watches/, 2026-11',
  },
  /** A capacity unit: 1 GB an hour. */
  balancerGb: {
    usd: 0.008,
    source: 'https://aws.amazon.com/elasticloadbalancing/pricing/',
    read: 'https://cloud-horizons.com/blog/alb-the-line-item-nobody-watches/, 2026-11',
  },
  /** To the internet, which is where Mux is; the first 10 TB a month. */
  egressGb: { usd: 0.09, source: 'https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer' },
  /** CloudFront, from browsers to us; North America and Europe. */
  uploadGb: { usd: 0.02, source: 'https://aws.amazon.com/cloudfront/pricing/' },
  /** DynamoDB on demand. */
  millionWrites: { usd: 0.625, source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/' },
  millionReads: { usd: 0.125, source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/' },
  /** API Gateway: HTTP API; WebSocket messages of 32 KB; minutes of an open socket. */
  millionCalls: { usd: 1, source: 'https://aws.amazon.com/api-gateway/pricing/' },
  millionMessages: { usd: 1, source: 'https://aws.amazon.com/api-gateway/pricing/' },
  millionSocketMinutes: { usd: 0.25, source: 'https://aws.amazon.com/api-gateway/pricing/' },
  /** Lambda on ARM. */
  millionInvocations: { usd: 0.2, source: 'https://aws.amazon.com/lambda/pricing/' },
  lambdaGbSecond: { usd: 0.000_013_333_4, source: 'https://aws.amazon.com/lambda/pricing/' },
  /** CloudWatch: a gigabyte of logs taken in; a custom metric and an alarm's metric, a month. */
  logGb: { usd: 0.5, source: 'https://aws.amazon.com/cloudwatch/pricing/' },
  metricMonth: { usd: 0.3, source: 'https://aws.amazon.com/cloudwatch/pricing/' },
  alarmMonth: { usd: 0.1, source: 'https://aws.amazon.com/cloudwatch/pricing/' },
  /** The firewall: its list and three of AWS's managed rules, before what it takes for each request. */
  firewallMonth: { usd: 8, source: 'https://aws.amazon.com/waf/pricing/' },
  secretMonth: { usd: 0.4, source: 'https://aws.amazon.com/secrets-manager/pricing/' },
} as const satisfies Record<string, Price>;

export const USE = {
  /** 720p30 at what we ask encoders for; measured. */
  showMbps: 2.33,
  /** Of a worker's CPU before another is started. */
  utilization: 0.7,
  vcpu: 1,
  memoryGb: 4,
  /** By memory: 18.5 MB each, of 90 % of 4 GB less the worker's own; `ingest-worker/limits.ts`. */
  showsByMemory: 185,
  /** A lease is renewed every 2 s. */
  writesHour: 1_800,
  hoursMonth: 730,
  /** What a show's creator asks the API, with the webhooks about it, and what its Lambdas take. */
  callsHour: 400,
  lambdaSeconds: 0.05,
  lambdaGb: 0.5,
  /** The creator's realtime socket: what it says and is told. */
  messagesHour: 1_200,
  /** Of a show, and of a task whatever is on it: metric lines every 20 s. */
  showLogMb: 0.5,
  taskLogMb: 0.4,
  /** Of a task under its own name; of the deployment; of the cluster's insights. */
  taskMetrics: 15,
  metrics: 60,
  /** Metrics that alarms look at: those of an expression each count. `infra/stacks/stacks.test.ts` holds it to the templates. */
  alarmMetrics: 83,
  /** Of Mux, cursors, the edge and Web Push; held likewise. */
  secrets: 4,
  /** Who is told by Web Push that a show begins, where that lasts an hour: two reads each, and a task of a hundred does it. */
  bellsHour: 100,
  bellsATask: 100,
  /** The sweep runs every minute. */
  sweepsHour: 60,
} as const;

/** Cores of one show by rung, as measured (ingest-worker/bench/RESULTS.md). */
export const RUNGS = {
  'copied (1, 2)': SESSION_CORES.copy,
  'sound encoded (3)': SESSION_CORES['copy-video'],
  'picture encoded (4)': SESSION_CORES.transcode,
} as const;
