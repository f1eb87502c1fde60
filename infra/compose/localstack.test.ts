import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readEnvironment } from './environment.ts';
import { LIMITS } from '../../ingest-worker/limits.ts';

const [, text = ''] = /^services:\n([\s\S]*?)^volumes:/m.exec(
  readFileSync(new URL('../../localstack.yml', import.meta.url), 'utf8'),
) ?? ['', ''];
/** By service, its lines. */
const services = new Map(
  text
    .split(/^ {2}(?=\w+:$)/m)
    .slice(1)
    .map((part): [string, string] => [part.split(':')[0] ?? '', part]),
);
const AWS = { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' };
const NGINX = readFileSync(new URL('nginx.conf', import.meta.url), 'utf8');
const of = (name: string): string => services.get(name) ?? '';

describe('localstack.yml', () => {
  it('has the services that make up Vybzz', () => {
    expect([...services.keys()]).toEqual(['localstack', 'setup', 'mux', 'api', 'ingest', 'web']);
  });

  it('listens on this machine alone, and mounts nothing of it', () => {
    for (const [name, lines] of services) {
      for (const [, ports] of lines.matchAll(/ports: \[(.*)\]/g)) expect(ports, name).toMatch(/^'127\.0\.0\.1:/);
      for (const [, volumes] of lines.matchAll(/volumes: \[(.*)\]/g))
        expect(volumes, name).toMatch(/^'(mux|identity):/);
    }
  });

  it('bounds what each service may take', () => {
    for (const [name, lines] of services) {
      expect(lines, name).toMatch(/^ {4}mem_limit: \d+[mg]$/m);
      expect(lines, name).toMatch(/^ {4}pids_limit: \d+$/m);
    }
  });

  it('starts in order, by what is healthy and what is done', () => {
    expect(of('setup')).toContain('localstack: { condition: service_healthy }');
    expect(of('mux')).toContain('setup: { condition: service_completed_successfully }');
    expect(of('api')).toContain('mux: { condition: service_healthy }');
    expect(of('ingest')).toContain('mux: { condition: service_healthy }');
    expect(of('web')).toMatch(/api: \{ condition: service_healthy \}\n\s*ingest: \{ condition: service_healthy \}/);
  });

  it('gives a worker longer to hand its shows on than it takes', () => {
    const [, seconds = '0'] = /stop_grace_period: (\d+)s/.exec(of('ingest')) ?? [];
    expect(Number(seconds) * 1_000).toBeGreaterThan(LIMITS.exitMs);
  });

  it('wants to be told of another port once, and no more', () => {
    const originAt = (environment: object): string => readEnvironment({ ...AWS, ...environment }).ORIGIN;
    expect([{}, { WEB_PORT: '80', ORIGIN: '' }, { WEB_PORT: '8080', ORIGIN: '' }].map(originAt)).toEqual([
      'http://localhost',
      'http://localhost',
      'http://localhost:8080',
    ]);
    expect(originAt({ WEB_PORT: '8080', ORIGIN: 'https://vybzz.test' })).toBe('https://vybzz.test');
    expect(of('web')).toContain("ports: ['127.0.0.1:${WEB_PORT:-80}:80']");
    expect(of('ingest')).toContain('ALLOWED_ORIGINS: http://localhost:${WEB_PORT:-80},');
  });

  it('appends whom it hears from to what is said of that, on every way in', () => {
    const said = [...NGINX.matchAll(/X-Forwarded-For (.*);/g)].map(([, value]) => value);
    expect(said.length).toBeGreaterThan(2);
    expect(new Set(said)).toEqual(new Set(['$proxy_add_x_forwarded_for']));
  });

  it('logs no address that holds a stream key or a ticket, of what goes well or badly', () => {
    expect(NGINX).toMatch(/^ {2}access_log off;$/m);
    for (const secret of ['^~ /stream/live/', '= /realtime']) {
      const [, location = ''] = NGINX.split(`  location ${secret} {\n`);
      expect(location.split('\n  }')[0], secret).toContain('error_log stderr emerg;');
    }
  });

  it('takes another image of LocalStack, and a licence', () => {
    expect(of('localstack')).toContain('${LOCALSTACK_IMAGE:-localstack/localstack:4.14.0}');
    expect(of('localstack')).toContain('LOCALSTACK_AUTH_TOKEN: ${LOCALSTACK_AUTH_TOKEN:-}');
  });
});
