import type { Log } from '../log.ts';
import type { StartEncoder } from '../media/encoder.ts';
import type { StartRepackager } from '../media/repackager.ts';
import { createPictureSetUp } from '../media/picture-set-up.ts';
import type { ContainerStream } from './container-stream.ts';
import { createEncoderSupervisor, type EncoderSupervisor } from './encoder-supervisor.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { CreatePublisher } from './publisher.ts';
import type { ReplayBuffer } from './replay-buffer.ts';
import type { SessionInput } from './session-machine.ts';
import type { SessionStats } from './session-stats.ts';
import { createStillPicture } from './still-picture.ts';
import { createUpstreamConnection, type UpstreamConnection, type UpstreamEvent } from './upstream-connection.ts';

export type MediaPathParts = {
  startEncoder: StartEncoder;
  startRepackager: StartRepackager | undefined;
  createPublisher: CreatePublisher;
  upstream: { url: string; ca?: string };
  streamKey: string;
  containerStream: ContainerStream;
  /** Pictures a second that the client has announced; a plain one announces nothing. */
  frameRate: number | undefined;
  replayBuffer: ReplayBuffer;
  keeper: Pick<LeaseKeeper, 'check' | 'barredMs'>;
  stats: Pick<SessionStats, 'connected' | 'weakAcknowledgement'>;
  log: Log;
  clock: () => number;
  onExited: (exit: Extract<SessionInput, { type: 'encoder-exited' }>) => void;
  onUpstream: (event: UpstreamEvent) => void;
};

/** The way of the media through a session: container stream, encoder, picture set-up, replay buffer, upstream connection. */
export type MediaPath = {
  encoder: EncoderSupervisor;
  upstream: UpstreamConnection;
  /** How often the picture has changed its parameter sets. */
  pictureChanges: () => number;
};

export const createMediaPath = (parts: MediaPathParts): MediaPath => {
  const { replayBuffer, stats, log, clock, onExited, onUpstream } = parts;
  const startedMs = clock();
  const pictureSetUp = createPictureSetUp();
  const still = createStillPicture({
    ...parts,
    encoded: () => replayBuffer.encoded,
    onCopy: (copy) => replayBuffer.take(copy),
  });

  const encoder = createEncoderSupervisor({
    ...parts,
    encoded: () => replayBuffer.encoded,
    onStarted: (pipeline) => {
      if (pipeline === 'transcode') pictureSetUp.forget();
      replayBuffer.encoderStarted();
    },
    onTag: (tag) => {
      const passed = pictureSetUp.pass(tag);
      if (passed.length > 1) log.warn('picture changed', { atMs: tag.timestampMs });
      for (const one of passed.flatMap((each) => still.pass(each))) replayBuffer.take(one);
      encoder.hold(replayBuffer.full);
    },
    onExited: ({ detail, ...exit }) => {
      still.stop();
      if (!exit.clean) log.warn('encoder died', { detail });
      onExited({ type: 'encoder-exited', ...exit });
    },
  });

  const upstream = createUpstreamConnection({
    ...parts,
    onEvent: (event) => {
      switch (event.type) {
        case 'connected':
          log.info('upstream connected', {
            afterMs: Math.round(clock() - startedMs),
            ...(event.redirectedTo !== undefined && { redirectedTo: event.redirectedTo }),
          });
          stats.connected();
          break;
        case 'failed':
          log.warn('upstream lost', { because: event.because, detail: event.detail });
          break;
        case 'acknowledged':
          if (event.weak) stats.weakAcknowledgement();
          encoder.hold(replayBuffer.full);
          break;
        case 'drained':
          encoder.hold(replayBuffer.full);
          break;
        case 'closed':
          if (!event.flushed) log.error('upstream closed before it had read all');
          break;
        case 'barred':
          break;
      }
      onUpstream(event);
    },
  });

  return { encoder, upstream, pictureChanges: () => pictureSetUp.changes };
};
