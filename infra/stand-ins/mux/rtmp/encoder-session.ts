import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { FaultSwitch } from '../faults.ts';
import type { Limits } from '../limits.ts';
import type { MediaMessage } from '../recording/flv.ts';
import { count, emptyStatistics, type IngestStatistics } from './ingest-statistics.ts';
import { HANDSHAKE_BYTES, ProtocolError, PublishProtocol, type Refused } from './publish-protocol.ts';

/** Why a publish is not allowed. */
type RefusedBecause = 'unknown-key' | 'disabled' | 'in-use' | 'fault';

/** An encoder that publishes, as who records it sees it. */
export type Encoder = {
  /** Stops reading it while somebody cannot follow, whose name is given, and reads on once nobody says so any more. */
  hold: (who: string) => void;
  release: (who: string) => void;
  /** Sends it away; `left` of its ingest session is heard later. */
  close: (because: string) => void;
  statistics: () => IngestStatistics;
};

/** Where the media of an encoder goes. */
export type IngestSession = { media: (message: MediaMessage) => void; left: () => void };

/** Asked once for each publish. */
export type Admit = (request: {
  app: string;
  key: string;
  encoder: Encoder;
}) => { admitted: true; ingest: IngestSession } | { admitted: false; because: RefusedBecause };

export type Session = {
  readonly publishing: boolean;
  applyFaults: () => void;
  /** Ends the connection the hard way: the peer sees a reset. */
  reset: () => void;
  close: () => void;
};

type Parts = {
  socket: TLSSocket;
  /** The TCP connection below. */
  raw: Socket;
  admit: Admit;
  faults: FaultSwitch;
  limits: Limits;
  now: () => number;
  log: (line: string) => void;
  closed: () => void;
};

const RTMP_VERSION = 3;

const ANSWER = {
  'unknown-key': { code: 'NetStream.Publish.BadName', description: 'This stream key is not known.' },
  disabled: { code: 'NetStream.Publish.BadName', description: 'This live stream is disabled.' },
  'in-use': { code: 'NetStream.Publish.BadName', description: 'This stream key is already in use.' },
  fault: { code: 'NetStream.Publish.Failed', description: 'The server cannot take this stream now.' },
} as const satisfies Record<RefusedBecause, Refused>;

/** Serves one encoder from its handshake to its end. */
export const runEncoderSession = ({ socket, raw, admit, faults, limits, now, log, closed }: Parts): Session => {
  const statistics = emptyStatistics(new Date(now()));
  const holders = new Set<string>();
  let ingest: IngestSession | undefined;
  let over = false;

  const hold = (who: string): void => {
    holders.add(who);
    socket.pause();
  };
  const release = (who: string): void => {
    if (holders.delete(who) && holders.size === 0 && !over) socket.resume();
  };
  const leave = (): void => {
    const left = ingest;
    ingest = undefined;
    left?.left();
  };
  const end = (because: string): void => {
    if (over) return;
    over = true;
    log(`an encoder is sent away: ${because}`);
    leave();
    // What was written (a refusal) still goes out, unless the peer does not read.
    socket.end(() => socket.destroy());
    lingering = setTimeout(() => socket.destroy(), 1_000);
  };
  let lingering: NodeJS.Timeout | undefined;

  const encoder: Encoder = { hold, release, close: end, statistics: () => statistics };

  const protocol = new PublishProtocol(limits, {
    output(bytes) {
      if (over || faults.now.rtmps?.freeze) return;
      if (socket.writableLength > limits.unsentBytes) end('it does not read what it is told');
      else socket.write(bytes);
    },
    publish({ app, key }) {
      if (ingest) throw new ProtocolError('a second publish on one connection');
      const fault = faults.now.rtmps?.refuse;
      const answer =
        fault === 'publish'
          ? ({ admitted: false, because: 'unknown-key' } as const)
          : fault === 'server'
            ? ({ admitted: false, because: 'fault' } as const)
            : admit({ app, key, encoder });
      if (!answer.admitted) {
        setImmediate(() => end(answer.because));
        return ANSWER[answer.because];
      }
      clearTimeout(greeting);
      ingest = answer.ingest;
      lastMediaMs = now();
      // Not at once: the answer to the publish has to go first.
      setImmediate(applyFaults);
      return undefined;
    },
    unpublish: leave,
    media(message) {
      lastMediaMs = now();
      count(statistics, message, limits.timestamps, lastMediaMs);
      ingest?.media(message);
    },
    chunkSize: (bytes) => void (statistics.chunkSize = bytes),
    window: (bytes) => void (statistics.acknowledgeEveryBytes = bytes),
    pong: () => void (statistics.pongs += 1),
  });

  const acknowledge = (): void => {
    const arrived = statistics.bytes - HANDSHAKE_BYTES;
    const every = statistics.acknowledgeEveryBytes;
    if (every === 0 || arrived - statistics.acknowledgedBytes < every || faults.now.rtmps?.dropAcknowledgements) return;
    statistics.acknowledgements += 1;
    statistics.acknowledgedBytes = arrived;
    protocol.sendACK(arrived >>> 0);
  };

  const greeting = setTimeout(() => end('it did not publish in time'), limits.greetingMs);
  const pinging = setInterval(() => {
    // While we do not read, silence is ours.
    if (holders.size === 0 && now() - lastByteMs > limits.idleMs) end('it was silent for too long');
    else if (holders.size === 0 && ingest && now() - lastMediaMs > limits.mediaSilenceSeconds * limits.secondMs)
      end('it sent no media for too long');
    else if (protocol.greeted) protocol.ping(now());
  }, limits.pingMs);
  let lastByteMs = now();
  let lastMediaMs = now();

  const applyFaults = (): void => {
    const { freeze, stall } = faults.now.rtmps ?? {};
    if (freeze) hold('freeze');
    else release('freeze');
    if (stall && ingest) hold('stall');
    else release('stall');
  };

  const reset = (): void => {
    over = true;
    leave();
    // Only the TCP connection can be reset; TLS would say a polite good-bye.
    raw.resetAndDestroy();
    socket.destroy();
  };

  socket.on('data', (bytes: Buffer) => {
    if (over) return;
    lastByteMs = now();
    try {
      // The parser itself does not look at the version.
      if (statistics.bytes === 0 && bytes[0] !== RTMP_VERSION) throw new ProtocolError('it does not speak RTMP');
      statistics.bytes += bytes.length;
      protocol.receive(bytes);
      acknowledge();
    } catch (cause) {
      // The parser throws on what it cannot read: a stranger's bytes, never worth more than this connection.
      end(cause instanceof ProtocolError ? cause.message : 'it does not speak RTMP');
      return;
    }
    const { slowBytesPerSecond, resetAfterBytes } = faults.now.rtmps ?? {};
    if (resetAfterBytes !== undefined && statistics.bytes >= resetAfterBytes) reset();
    else if (slowBytesPerSecond !== undefined) {
      hold('slow');
      pacing = setTimeout(() => release('slow'), (bytes.length / slowBytesPerSecond) * 1_000);
    }
  });
  let pacing: NodeJS.Timeout | undefined;
  socket.on('error', () => {});
  socket.on('close', () => {
    over = true;
    for (const timer of [greeting, pacing, lingering]) clearTimeout(timer);
    clearInterval(pinging);
    leave();
    closed();
  });
  applyFaults();

  return {
    get publishing() {
      return ingest !== undefined;
    },
    applyFaults,
    reset,
    close: () => socket.destroy(),
  };
};
