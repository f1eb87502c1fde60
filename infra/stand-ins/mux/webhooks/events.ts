import { randomUUID } from 'node:crypto';
import type { Limits } from '../limits.ts';

/** The events of ours that Mux has too. */
export type EventType =
  | `video.live_stream.${'created' | 'connected' | 'recording' | 'active' | 'disconnected' | 'idle' | 'updated' | 'enabled' | 'disabled' | 'deleted' | 'warning'}`
  | `video.live_stream.simulcast_target.${'created' | 'idle' | 'starting' | 'broadcasting' | 'errored' | 'deleted'}`
  | `video.asset.static_rendition.${'created' | 'ready' | 'errored' | 'deleted'}`
  | `video.asset.track.${'created' | 'ready'}`
  | `video.asset.${'created' | 'ready' | 'errored' | 'updated' | 'deleted' | 'live_stream_completed'}`;

export const ENVIRONMENT = { name: 'Local', id: 'local' } as const;

/** What was announced, newest last. */
export type EventLog = {
  /** The bodies, as they were or will be sent. They hold stream keys, as Mux's do. */
  bodies: () => readonly string[];
  /** One body a line. */
  jsonl: () => string;
};

export type Announce = (
  type: EventType,
  object: { type: 'live' | 'asset' | 'simulcast_target' | 'track'; id: string },
  data: Record<string, unknown>,
) => void;

type Parts = {
  limits: Limits;
  now: () => number;
  enqueue: (type: string, body: string) => void;
  log: (line: string) => void;
};

/** Makes webhook bodies, keeps the newest, and passes all of them on. */
export const createEvents = ({ limits, now, enqueue, log }: Parts): { log: EventLog; announce: Announce } => {
  const bodies: string[] = [];
  let lastMicroseconds = 0;

  /** Never the same twice: receivers order by it. */
  const stamp = (): string => {
    lastMicroseconds = Math.max(now() * 1_000, lastMicroseconds + 1);
    const milliseconds = Math.floor(lastMicroseconds / 1_000);
    return `${new Date(milliseconds).toISOString().slice(0, -1)}${String(lastMicroseconds % 1_000).padStart(3, '0')}Z`;
  };

  return {
    announce(type, object, data) {
      const body = JSON.stringify({
        type,
        id: randomUUID(),
        created_at: stamp(),
        object,
        environment: ENVIRONMENT,
        data,
        request_id: null,
        accessor: null,
        accessor_source: null,
        attempts: [],
      });
      bodies.push(body);
      if (bodies.length > limits.loggedEvents) bodies.shift();
      try {
        enqueue(type, body);
      } catch (cause) {
        // A full disk: whoever announced goes on with its own work.
        log(`${type} cannot be sent: ${String(cause)}`);
      }
    },
    log: {
      bodies: () => bodies,
      jsonl: () => bodies.map((body) => `${body}\n`).join(''),
    },
  };
};
