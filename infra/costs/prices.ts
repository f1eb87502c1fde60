/** Prices in US dollars, us-east-1, on demand, and what a show uses. Each with where it is from; change one and `npm run costs`. */
export const PRICES = {
  /** Fargate on ARM. https://aws.amazon.com/fargate/pricing/, by https://www.vantage.sh/blog/fargate-pricing (2026-03) */
  vcpuHour: 0.032_38,
  memoryGbHour: 0.003_56,
  /** An address of IPv4. https://aws.amazon.com/vpc/pricing/ */
  addressHour: 0.005,
  /** https://aws.amazon.com/elasticloadbalancing/pricing/ */
  balancerHour: 0.0225,
  /** A capacity unit: 1 GB an hour. https://awsnegotiations.com/blog/elastic-load-balancer-cost/ */
  balancerGb: 0.008,
  /** To the internet, which is where Mux is. https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer (first 10 TB a month) */
  egressGb: 0.09,
  /** CloudFront, from browsers to us. https://aws.amazon.com/cloudfront/pricing/ (North America and Europe) */
  uploadGb: 0.02,
  /** DynamoDB on demand. https://aws.amazon.com/dynamodb/pricing/on-demand/ */
  millionWrites: 0.625,
} as const;

export const USE = {
  /** 720p30 at what we ask encoders for; measured. */
  showMbps: 2.33,
  /** Of a worker's CPU before another is started. */
  utilization: 0.7,
  vcpu: 1,
  memoryGb: 4,
  /** By memory: 25 MB of FFmpeg and rings each. */
  showsByMemory: 150,
  /** A lease is renewed every 2 s. */
  writesHour: 1_800,
  hoursMonth: 730,
} as const;

/** Cores of one show by rung; the measurements are in ingest-worker/SPEC.md. */
export const RUNGS = {
  'copied (1, 2)': 0.003_6,
  'sound encoded (3)': 0.024_8,
  'picture encoded (4)': 0.393_4,
} as const;
