import * as z from 'zod/mini';
import { LIMITS, UNITS_PER_CORE } from './limits.ts';
import type { Level } from './log.ts';
import { WALL_LEVELS, type WallLevel } from './media/wall.ts';

export type Config = {
  host: string;
  port: number;
  tableName: string;
  allowedOrigins: string[];
  upstream: { url: string; ca?: string };
  ffmpegPath: string;
  /** The weakest wall around FFmpeg with which the worker starts, and its compiled library. */
  encoderWall: { least: WallLevel; library: string | undefined };
  /** Who copies H.264 and AAC into FLV; the rest is FFmpeg's in any case. */
  copier: 'worker' | 'ffmpeg';
  publisher: 'native' | 'ffmpeg';
  capacityUnits: number;
  /** What the one thread carries that has all sockets, whatever they are and however many cores there are. */
  capacitySessions: number;
  /** What worker and encoders may hold together. */
  memoryBytes: number;
  /** How many proxies of ours stand before the one that connects to us. */
  trustedHops: number;
  handshakesPerMinute: number | undefined;
  workerId: string;
  logLevel: Level;
  /** Where the ECS agent takes the word that this task must not be stopped, and where it tells of the task. */
  ecsAgentUri: string | undefined;
  ecsMetadataUri: string | undefined;
  /** Where work is handed over to the control plane; nothing where people are left to ask. */
  tasksQueueUrl: string | undefined;
  /** By which its metrics are told apart from those of another deployment in the account. */
  deployment: string | undefined;
  /** CloudWatch's metric lines on stdout; only where something reads them. */
  emf: boolean;
};

type World = {
  cores: number;
  memoryBytes: number;
  hostname: string;
  readFile: (path: string, encoding: 'utf8') => string;
};

const whole = (from: number, to: number) => z.pipe(z.coerce.number(), z.int().check(z.gte(from), z.lte(to)));

const Environment = z.object({
  HOST: z._default(z.string(), '127.0.0.1'),
  PORT: z._default(whole(0, 65_535), 3004),
  TABLE_NAME: z.string().check(z.minLength(3)),
  ALLOWED_ORIGINS: z.string().check(z.minLength(1)),
  RTMPS_URL: z._default(z.string().check(z.regex(/^rtmps?:\/\/[^/]+\/.+/)), 'rtmps://global-live.mux.com:443/app'),
  RTMPS_CA_FILE: z.optional(z.string()),
  FFMPEG_PATH: z._default(z.string(), 'ffmpeg'),
  ENCODER_WALL: z._default(z.enum(WALL_LEVELS), 'none'),
  ENCODER_WALL_LIBRARY: z.optional(z.string()),
  COPIER: z._default(z.enum(['worker', 'ffmpeg']), 'worker'),
  PUBLISHER: z._default(z.enum(['native', 'ffmpeg']), 'native'),
  /** As the task definition has them: 1,024 units are a vCPU. A container sees its host's cores, and not what it is granted. */
  TASK_CPU_UNITS: z.optional(whole(1, 1_000_000)),
  TASK_MEMORY_MIB: z.optional(whole(256, 10_000_000)),
  CAPACITY_UNITS: z.optional(whole(1, 1_000_000)),
  CAPACITY_SESSIONS: z.optional(whole(1, LIMITS.sessions)),
  HANDSHAKES_PER_MINUTE: z.optional(whole(1, 1_000_000)),
  TRUSTED_HOPS: z._default(whole(0, 8), 0),
  WORKER_ID: z.optional(z.string()),
  TASKS_QUEUE_URL: z.optional(z.url()),
  DEPLOYMENT: z.optional(z.string()),
  LOG_LEVEL: z._default(z.enum(['debug', 'info', 'warn', 'error']), 'info'),
  ECS_AGENT_URI: z.optional(z.string()),
  ECS_CONTAINER_METADATA_URI_V4: z.optional(z.string()),
});

const UNITS_PER_VCPU = 1_024;
const MIB = 1024 * 1024;

/** As a browser writes it: without the port that goes without saying. */
const originOf = (text: string): string => (URL.canParse(text) ? new URL(text).origin : text);

/** What the environment says, or one sentence for each thing that is missing or wrong in it. */
export const parseConfig = (
  environment: Record<string, string | undefined>,
  world: World,
): { ok: true; config: Config } | { ok: false; complaints: string[] } => {
  // An empty variable is one that nobody has set.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const complaints = parsed.error.issues.map(({ path, message }) => {
      const name = String(path[0]);
      return given[name] === undefined ? `${name} is missing` : `${name} is not usable: ${message}`;
    });
    return { ok: false, complaints };
  }
  const env = parsed.data;
  const cores = env.TASK_CPU_UNITS === undefined ? world.cores : env.TASK_CPU_UNITS / UNITS_PER_VCPU;
  let ca: string | undefined;
  try {
    ca = env.RTMPS_CA_FILE === undefined ? undefined : world.readFile(env.RTMPS_CA_FILE, 'utf8');
  } catch {
    return { ok: false, complaints: [`RTMPS_CA_FILE is not usable: ${env.RTMPS_CA_FILE} cannot be read`] };
  }
  return {
    ok: true,
    config: {
      host: env.HOST,
      port: env.PORT,
      tableName: env.TABLE_NAME,
      allowedOrigins: env.ALLOWED_ORIGINS.split(',').map((origin) => originOf(origin.trim())),
      upstream: { url: env.RTMPS_URL, ...(ca !== undefined && { ca }) },
      ffmpegPath: env.FFMPEG_PATH,
      encoderWall: { least: env.ENCODER_WALL, library: env.ENCODER_WALL_LIBRARY },
      copier: env.COPIER,
      publisher: env.PUBLISHER,
      capacityUnits: env.CAPACITY_UNITS ?? Math.max(1, Math.floor(cores * UNITS_PER_CORE)),
      capacitySessions: env.CAPACITY_SESSIONS ?? Math.max(1, Math.floor(Math.min(1, cores) * UNITS_PER_CORE)),
      memoryBytes: env.TASK_MEMORY_MIB === undefined ? world.memoryBytes : env.TASK_MEMORY_MIB * MIB,
      trustedHops: env.TRUSTED_HOPS,
      handshakesPerMinute: env.HANDSHAKES_PER_MINUTE,
      workerId: env.WORKER_ID ?? world.hostname,
      logLevel: env.LOG_LEVEL,
      ecsAgentUri: env.ECS_AGENT_URI,
      ecsMetadataUri: env.ECS_CONTAINER_METADATA_URI_V4,
      tasksQueueUrl: env.TASKS_QUEUE_URL,
      deployment: env.DEPLOYMENT,
      emf: env.ECS_AGENT_URI !== undefined,
    },
  };
};
