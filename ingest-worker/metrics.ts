import type { Admission } from './admission.ts';
import type { WallLevel } from './media/wall.ts';
import { SLOW_CAUSES, type SessionMetrics } from './session/session-metrics.ts';

export type Metrics = {
  session: SessionMetrics;
  turnedAway(status: string): void;
  /** Prometheus text. */
  prometheus(): string;
  /** One line of CloudWatch's embedded metric format; what happened since the last one. */
  emf(now: number): string;
};

const NAMESPACE = 'Vybzz/Ingest';

/** What the worker counts, in the two tongues in which it is asked. */
export const createMetrics = ({
  admission,
  workerId,
  encoderWall = 'none',
  deployment,
}: {
  admission: Admission;
  workerId: string;
  encoderWall?: WallLevel;
  /** What CloudWatch tells these figures apart by from another deployment's in the account. */
  deployment?: string | undefined;
}): Metrics => {
  const counts = {
    restarts: 0,
    resumes: 0,
    reconnects: 0,
    skips: 0,
    droppedFrames: 0,
    ended: 0,
    turnedAway: 0,
    receivedBytes: 0,
    weakAcknowledgements: 0,
    lostMs: 0,
    'machine-busy': 0,
    'uplink-too-slow': 0,
    'upstream-slow': 0,
  };
  let told = { ...counts };
  /** The longest since it was last told in each tongue. */
  const commitDelayMs = { prometheus: 0, emf: 0 };

  return {
    session: {
      restarts: () => void counts.restarts++,
      resumes: () => void counts.resumes++,
      reconnects: () => void counts.reconnects++,
      skips: () => void counts.skips++,
      droppedFrames: (count) => void (counts.droppedFrames += count),
      ended: () => void counts.ended++,
      receivedBytes: (bytes) => void (counts.receivedBytes += bytes),
      commitDelayMs: (ms) => {
        commitDelayMs.prometheus = Math.max(commitDelayMs.prometheus, ms);
        commitDelayMs.emf = Math.max(commitDelayMs.emf, ms);
      },
      weakAcknowledgements: () => void counts.weakAcknowledgements++,
      lostMs: (ms) => void (counts.lostMs += ms),
      slow: (cause) => void counts[cause]++,
    },
    turnedAway: () => void counts.turnedAway++,
    prometheus: () => {
      const lines = (name: string, kind: string, help: string, value: number) =>
        `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n${name} ${value}\n`;
      const counter = (name: string, help: string, value: number) =>
        lines(`ingest_${name}_total`, 'counter', help, value);
      const gauge = (name: string, help: string, value: number) => lines(`ingest_${name}`, 'gauge', help, value);
      const delayMs = commitDelayMs.prometheus;
      commitDelayMs.prometheus = 0;
      return [
        gauge('sessions', 'Feeds under way.', admission.sessions),
        gauge('load_units', 'Load of the feeds under way; a copied show is one unit.', admission.units),
        gauge('capacity_units', 'Load that is taken at most.', admission.capacityUnits),
        gauge('fullness', 'Share of load, memory or sessions that is taken, whichever is most.', admission.fullness),
        '# HELP ingest_encoder_wall How FFmpeg is shut in.\n# TYPE ingest_encoder_wall gauge\n' +
          `ingest_encoder_wall{level="${encoderWall}"} 1\n`,
        gauge('resident_bytes', 'Memory of the process.', process.memoryUsage.rss()),
        counter('encoder_restarts', 'Encoders started after one had died.', counts.restarts),
        counter('resumes', 'Sockets that went on with a feed.', counts.resumes),
        counter('upstream_reconnects', 'Connections upstream made anew.', counts.reconnects),
        counter('skips', 'Times that media was left out.', counts.skips),
        counter('dropped_frames', 'Pictures that are not published.', counts.droppedFrames),
        counter('ended', 'Feeds that are over.', counts.ended),
        counter('turned_away', 'Handshakes refused before the upgrade.', counts.turnedAway),
        counter('received_bytes', 'Media from clients.', counts.receivedBytes),
        counter(
          'weak_acknowledgements',
          'Commits by time, because the server says nothing.',
          counts.weakAcknowledgements,
        ),
        gauge('commit_delay_ms', 'The furthest that acknowledged media lay behind since this was last asked.', delayMs),
        counter('lost_ms', 'Media of shows that nobody will see.', counts.lostMs),
        '# HELP ingest_slow_seconds_total Seconds in which a show was not well, by cause.\n' +
          '# TYPE ingest_slow_seconds_total counter\n' +
          SLOW_CAUSES.map((cause) => `ingest_slow_seconds_total{cause="${cause}"} ${counts[cause]}\n`).join(''),
      ].join('');
    },
    emf: (now) => {
      const since = {
        Restarts: counts.restarts - told.restarts,
        Resumes: counts.resumes - told.resumes,
        Reconnects: counts.reconnects - told.reconnects,
        Skips: counts.skips - told.skips,
        DroppedFrames: counts.droppedFrames - told.droppedFrames,
        TurnedAway: counts.turnedAway - told.turnedAway,
        CommitDelayMs: commitDelayMs.emf,
        LostMs: counts.lostMs - told.lostMs,
        MachineBusySeconds: counts['machine-busy'] - told['machine-busy'],
        UplinkSlowSeconds: counts['uplink-too-slow'] - told['uplink-too-slow'],
        UpstreamSlowSeconds: counts['upstream-slow'] - told['upstream-slow'],
        Sessions: admission.sessions,
        LoadUnits: admission.units,
        CapacityUnits: admission.capacityUnits,
        LoadPercent: admission.fullness * 100,
      };
      told = { ...counts };
      commitDelayMs.emf = 0;
      const metrics = Object.keys(since).map((name) => ({ Name: name, Unit: UNITS[name] ?? 'Count' }));
      const whose = deployment === undefined ? [] : ['Deployment'];
      const directive = { Namespace: NAMESPACE, Dimensions: [whose, [...whose, 'WorkerId']], Metrics: metrics };
      return JSON.stringify({
        _aws: { Timestamp: now, CloudWatchMetrics: [directive] },
        WorkerId: workerId,
        ...(deployment !== undefined && { Deployment: deployment }),
        ...since,
      });
    },
  };
};

const UNITS: Record<string, string> = { CommitDelayMs: 'Milliseconds', LostMs: 'Milliseconds', LoadPercent: 'Percent' };
