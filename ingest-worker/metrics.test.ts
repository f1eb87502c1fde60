import { describe, expect, it } from 'vitest';
import { createAdmission } from './admission.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { createProtection } from './protection.ts';

const measuring = () => {
  const admission = createAdmission({ capacityUnits: 200, maxSessions: 9 });
  return { admission, metrics: createMetrics({ admission, workerId: 'w1' }) };
};

describe('Prometheus', () => {
  it('tells load, and what has happened since the worker began', () => {
    const { admission, metrics } = measuring();
    admission.reserve(7);
    metrics.session.restarts();
    metrics.session.receivedBytes(1_000);
    metrics.turnedAway('503');
    metrics.session.commitDelayMs(900);
    metrics.session.lostMs(2_000);
    metrics.session.slow('uplink-too-slow');
    const said = metrics.prometheus();
    for (const line of [
      'ingest_commit_delay_ms 900',
      'ingest_lost_ms_total 2000',
      'ingest_slow_seconds_total{cause="uplink-too-slow"} 1',
      'ingest_slow_seconds_total{cause="machine-busy"} 0',
      'ingest_sessions 1',
      'ingest_load_units 7',
      'ingest_capacity_units 200',
      'ingest_encoder_restarts_total 1',
      'ingest_received_bytes_total 1000',
      'ingest_turned_away_total 1',
      'ingest_dropped_frames_total 0',
      '# TYPE ingest_sessions gauge',
      '# TYPE ingest_resumes_total counter',
    ])
      expect(said.split('\n')).toContain(line);
  });
});

describe('CloudWatch', () => {
  it('is told what has happened since it was last told', () => {
    const { admission, metrics } = measuring();
    admission.reserve(50);
    metrics.session.resumes();
    metrics.session.commitDelayMs(900);
    metrics.session.commitDelayMs(300);
    metrics.session.droppedFrames(4);
    metrics.session.lostMs(2_000);
    metrics.session.slow('machine-busy');
    const first = JSON.parse(metrics.emf(5));
    expect(first).toMatchObject({
      WorkerId: 'w1',
      Resumes: 1,
      DroppedFrames: 4,
      CommitDelayMs: 900,
      LostMs: 2_000,
      MachineBusySeconds: 1,
      LoadUnits: 50,
      LoadPercent: 25,
    });
    expect(first._aws).toMatchObject({ Timestamp: 5, CloudWatchMetrics: [{ Namespace: 'Vybzz/Ingest' }] });
    expect(JSON.parse(metrics.emf(6))).toMatchObject({ Resumes: 0, CommitDelayMs: 0, Sessions: 1 });
  });
});

describe('scale-in protection', () => {
  const protecting = (agentUri: string | undefined, answers: boolean[] = []) => {
    const calls: unknown[] = [];
    let nowMs = 0;
    const { want } = createProtection({
      agentUri,
      log: createLog({ level: 'error', write: () => undefined }),
      clock: () => nowMs,
      fetch: async (url, options) => {
        calls.push([url, typeof options?.body === 'string' && JSON.parse(options.body)]);
        return new Response(null, { status: answers.shift() === false ? 500 : 200 });
      },
    });
    return { want, calls, pass: (ms: number) => void (nowMs += ms) };
  };

  it('is asked for with the first show and given back after the last, each once', async () => {
    const { want, calls } = protecting('http://agent');
    for (const wanted of [false, true, true, false, false]) await want(wanted);
    expect(calls).toEqual([
      ['http://agent/task-protection/v1/state', { ProtectionEnabled: true, ExpiresInMinutes: 60 }],
      ['http://agent/task-protection/v1/state', { ProtectionEnabled: false }],
    ]);
  });

  it('is renewed before it ends, and asked for again where it failed', async () => {
    const { want, calls, pass } = protecting('http://agent', [true, false]);
    await want(true);
    pass(21 * 60_000);
    await want(true);
    await want(true);
    expect(calls).toHaveLength(3);
  });

  it('does nothing where there is no ECS', async () => {
    const { want, calls } = protecting(undefined);
    await want(true);
    expect(calls).toEqual([]);
  });
});
