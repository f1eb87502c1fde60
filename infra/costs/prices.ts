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
} as const satisfies Record<string, Price>;

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
