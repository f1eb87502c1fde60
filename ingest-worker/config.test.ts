import { describe, expect, it } from 'vitest';
import { parseConfig } from './config.ts';

const WORLD = { cores: 2, memoryBytes: 8 * 1024 ** 3, hostname: 'here', readFile: () => 'the authority' };
const NEEDED = { TABLE_NAME: 'vybzz', ALLOWED_ORIGINS: 'http://localhost:3000, https://vybzz.example' };

const complaints = (environment: Record<string, string>): string[] => {
  const parsed = parseConfig(environment, WORLD);
  return parsed.ok ? [] : parsed.complaints;
};

describe('environment', () => {
  it('needs a table and origins, and has a default for everything else', () => {
    expect(parseConfig(NEEDED, WORLD)).toEqual({
      ok: true,
      config: {
        host: '127.0.0.1',
        port: 3004,
        tableName: 'vybzz',
        allowedOrigins: ['http://localhost:3000', 'https://vybzz.example'],
        upstream: { url: 'rtmps://global-live.mux.com:443/app' },
        ffmpegPath: 'ffmpeg',
        encoderWall: { least: 'none', library: undefined },
        copier: 'worker',
        publisher: 'native',
        capacityUnits: 128,
        capacitySessions: 64,
        memoryBytes: 8 * 1024 ** 3,
        trustedHops: 0,
        handshakesPerMinute: undefined,
        workerId: 'here',
        logLevel: 'info',
        ecsAgentUri: undefined,
        ecsMetadataUri: undefined,
        tasksQueueUrl: undefined,
        deployment: undefined,
        emf: false,
      },
    });
  });

  it('takes what is set, and an empty variable for one that is not', () => {
    const parsed = parseConfig(
      { ...NEEDED, PORT: '0', RTMPS_CA_FILE: '/ca.pem', CAPACITY_UNITS: '7', WORKER_ID: '', ECS_AGENT_URI: 'http://a' },
      WORLD,
    );
    expect(parsed).toMatchObject({
      config: {
        port: 0,
        capacityUnits: 7,
        workerId: 'here',
        upstream: { ca: 'the authority' },
        emf: true,
      },
    });
  });

  it('[L6] a task has what it is granted, whatever its host has', () => {
    // A task of one vCPU sees two CPUs, and its host's memory.
    const parsed = parseConfig({ ...NEEDED, TASK_CPU_UNITS: '1024', TASK_MEMORY_MIB: '4096' }, WORLD);
    expect(parsed).toMatchObject({
      config: { capacityUnits: 64, capacitySessions: 64, memoryBytes: 4_096 * 1024 * 1024 },
    });
    expect(parseConfig({ ...NEEDED, TASK_CPU_UNITS: '256' }, WORLD)).toMatchObject({
      config: { capacityUnits: 16, capacitySessions: 16 },
    });
  });

  it('[W2] takes an origin for the one that browsers write', () => {
    const origins = {
      ...NEEDED,
      ALLOWED_ORIGINS: 'http://localhost:80,https://vybzz.example:443/,http://localhost:8080',
    };
    expect(parseConfig(origins, WORLD)).toMatchObject({
      config: { allowedOrigins: ['http://localhost', 'https://vybzz.example', 'http://localhost:8080'] },
    });
  });

  it('names each variable that is missing or wrong, in one sentence', () => {
    expect(complaints({})).toEqual(['TABLE_NAME is missing', 'ALLOWED_ORIGINS is missing']);
    expect(complaints({ ...NEEDED, PORT: 'http' })[0]).toMatch(/^PORT is not usable: /);
    expect(complaints({ ...NEEDED, ENCODER_WALL: 'high' })[0]).toMatch(/^ENCODER_WALL is not usable: /);
    expect(complaints({ ...NEEDED, PUBLISHER: 'obs' })[0]).toMatch(/^PUBLISHER is not usable: /);
    expect(complaints({ ...NEEDED, RTMPS_URL: 'https://mux.com' })[0]).toMatch(/^RTMPS_URL is not usable: /);
  });

  it('says when the authority cannot be read', () => {
    const readFile = () => {
      throw new Error('ENOENT');
    };
    expect(parseConfig({ ...NEEDED, RTMPS_CA_FILE: '/none.pem' }, { ...WORLD, readFile })).toEqual({
      ok: false,
      complaints: ['RTMPS_CA_FILE is not usable: /none.pem cannot be read'],
    });
  });
});
