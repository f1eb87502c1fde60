import type { EncoderSupervisor } from './encoder-supervisor.ts';
import type { Ending } from './ending.ts';
import type { Progress } from './progress.ts';
import type { SessionMachine } from './session-machine.ts';
import type { SessionStats } from './session-stats.ts';
import type { Effect } from './session.ts';
import type { UpstreamConnection } from './upstream-connection.ts';

type Parts = {
  encoder: Pick<EncoderSupervisor, 'start' | 'limit' | 'end' | 'kill'>;
  upstream: UpstreamConnection;
  stats: Pick<SessionStats, 'restarted'>;
  progress: Pick<Progress, 'handedOverAt'>;
  machine: Pick<SessionMachine, 'session'>;
  ending: Pick<Ending, 'release' | 'close'>;
  stopPulse: () => void;
};

/** Performs an effect that `step` asks for. */
export const createPerform =
  ({ encoder, upstream, stats, ending, progress, machine, stopPulse }: Parts) =>
  (effect: Effect): void => {
    switch (effect.do) {
      case 'start-encoder':
        if (effect.again) stats.restarted();
        return encoder.start(effect.past);
      case 'end-encoder-input':
        encoder.limit(progress.handedOverAt(machine.session) ?? Infinity);
        return encoder.end();
      case 'kill-encoder':
        return encoder.kill();
      case 'connect-upstream':
        return upstream.connect();
      case 'close-upstream':
        return upstream.close();
      case 'abandon-upstream':
        return upstream.abandon();
      case 'release':
        stopPulse();
        return ending.release(effect.because);
      case 'close-client':
        return ending.close(effect.reason);
    }
  };
