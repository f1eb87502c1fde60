import { FAILURES, failureOf, type FailureReason } from './failures.ts';
import type { UplinkEvent } from '#ingest-client/uplink';

/**
 * A broadcast's life: idle → asking → ready → connecting → live ⇄ reconnecting → ending → ended | failed. Moving is the pure
 * function `step`; what it wants done is a list of effects, which `create-broadcast` performs.
 */
export type Broadcast =
  | { at: 'idle' }
  /** The browser asks for the camera and microphone. */
  | { at: 'asking' }
  /** Preview; nothing leaves the machine. `problem`: what was thrown where the last Start did not create a stream. */
  | { at: 'ready'; problem?: unknown }
  | { at: 'connecting'; now: 'creating' }
  /** `sinceMs`: a show that was on the air before is gone on with. */
  | { at: 'connecting'; now: 'dialling' | 'starting'; streamId: string; sinceMs?: number }
  | { at: 'live'; streamId: string; sinceMs: number; still?: Still }
  | { at: 'reconnecting'; streamId: string; sinceMs: number; lostAtMs: number; still?: Still }
  /** No stream where End came before the stream was created. */
  | { at: 'ending'; streamId?: string; sinceMs?: number; endedMs: number; still?: Still }
  /** `whole` unless something that was encoded could not be sent. */
  | ({ at: 'ended'; streamId?: string; whole: boolean } & Account)
  | ({ at: 'failed'; because: FailureReason; streamId?: string } & Account);

/** That nothing ran here, and so nothing was recorded: for how long in this show, and for how long and until when lately. */
export type Still = { allMs: number; lastMs: number; untilMs: number };

/**
 * How long a show was, how much of that is not known to have been published, and in how much of it nothing could be recorded;
 * absent where there was none.
 */
export type Account = {
  lengthMs?: number;
  unconfirmedMs?: number;
  stillMs?: number;
  /** It was ended by others while nothing ran here, for so long. */
  endedInStillMs?: number;
};

export type BroadcastEvent =
  | { type: 'asked' }
  | { type: 'granted' }
  | { type: 'refused'; because: FailureReason }
  | { type: 'dismissed' }
  | { type: 'start-pressed' }
  | { type: 'created'; streamId: string; sinceMs?: number }
  | { type: 'not-created'; problem: unknown }
  /** No rung of the ladder works here. */
  | { type: 'unsupported' }
  /** `instead`: there may be another rung to go on with. */
  | { type: 'encoder-failed'; instead: boolean; atMs: number }
  /** The script that encodes cannot be loaded. */
  | { type: 'part-missing'; atMs: number }
  /** Nothing ran here for so long, until now. */
  | { type: 'stood-still'; ms: number; atMs: number }
  | { type: 'end-pressed'; atMs: number }
  | { type: 'uplink'; event: UplinkEvent; atMs: number };

export type Effect =
  | { do: 'ask-devices' }
  /** Lets go of camera, microphone, encoder and uplink, without waiting for what they hold. */
  | { do: 'release-devices' }
  | { do: 'create-stream' }
  | { do: 'open-uplink'; streamId: string }
  | { do: 'start-encoder' }
  | { do: 'stop-encoder' }
  /** Goes on with another rung, in a session of its own. */
  | { do: 'change-encoder' }
  | { do: 'end-stream'; streamId: string };

export type Step = [Broadcast, Effect[]];

const stay = (broadcast: Broadcast): Step => [broadcast, []];

const streamOf = (broadcast: Broadcast) => ('streamId' in broadcast ? broadcast.streamId : undefined);

const stillOf = (broadcast: Broadcast): { still?: Still } =>
  'still' in broadcast && broadcast.still !== undefined ? { still: broadcast.still } : {};

/** A show was on the air until End was pressed, or else until now. */
const accountOf = (broadcast: Broadcast, atMs: number, unconfirmedMs = 0): Account => {
  const { still } = stillOf(broadcast);
  return {
    ...('sinceMs' in broadcast &&
      broadcast.sinceMs !== undefined && {
        lengthMs: ('endedMs' in broadcast ? broadcast.endedMs : atMs) - broadcast.sinceMs,
      }),
    ...(unconfirmedMs > 0 && { unconfirmedMs }),
    ...(still && { stillMs: still.allMs }),
  };
};

/** What becomes known within this time after a standstill happened during it. */
const WAKING_MS = 20_000;

/** The account of a show that was ended by others, it may be while nothing ran here: then it was none of ours from there on. */
const accountOfOthersEnd = (broadcast: Broadcast, atMs: number, unconfirmedMs?: number): Account => {
  const { still } = stillOf(broadcast);
  if (!still || atMs - still.untilMs > WAKING_MS) return accountOf(broadcast, atMs, unconfirmedMs);
  const { stillMs = 0, ...account } = accountOf(broadcast, still.untilMs - still.lastMs, unconfirmedMs);
  return {
    ...account,
    ...(stillMs > still.lastMs && { stillMs: stillMs - still.lastMs }),
    endedInStillMs: still.lastMs,
  };
};

const fail = (broadcast: Broadcast, because: FailureReason, account: Account = {}): Step => {
  const streamId = streamOf(broadcast);
  const effects: Effect[] = [{ do: 'release-devices' }];
  if (streamId !== undefined && FAILURES[because].endsStream) effects.push({ do: 'end-stream', streamId });
  return [{ at: 'failed', because, ...(streamId === undefined ? {} : { streamId }), ...account }, effects];
};

const end = (broadcast: Broadcast, whole: boolean, account: Account = {}): Step => {
  const streamId = streamOf(broadcast);
  const effects: Effect[] = [{ do: 'release-devices' }];
  if (streamId === undefined) return [{ at: 'ended', whole }, effects];
  return [{ at: 'ended', streamId, whole, ...account }, [...effects, { do: 'end-stream', streamId }]];
};

const onEncoderFailed = (broadcast: Broadcast, instead: boolean, atMs: number): Step => {
  const account = accountOf(broadcast, atMs);
  if (broadcast.at === 'ending') return end(broadcast, false, account);
  const streamId = streamOf(broadcast);
  if (!instead || streamId === undefined) return fail(broadcast, 'encoder-failed', account);
  if (broadcast.at === 'connecting') return [{ ...broadcast, now: 'dialling', streamId }, [{ do: 'change-encoder' }]];
  const lostAtMs = broadcast.at === 'reconnecting' ? broadcast.lostAtMs : atMs;
  const sinceMs = 'sinceMs' in broadcast ? (broadcast.sinceMs ?? atMs) : atMs;
  return [{ at: 'reconnecting', streamId, sinceMs, lostAtMs, ...stillOf(broadcast) }, [{ do: 'change-encoder' }]];
};

const onUplink = (broadcast: Broadcast, event: UplinkEvent, atMs: number): Step => {
  const streamId = streamOf(broadcast);
  if (streamId === undefined || broadcast.at === 'ended' || broadcast.at === 'failed') return stay(broadcast);
  switch (event.type) {
    case 'connected':
      // With another encoder after the first has failed.
      if (broadcast.at === 'reconnecting') return [broadcast, [{ do: 'start-encoder' }]];
      if (broadcast.at !== 'connecting') return stay(broadcast);
      return [{ ...broadcast, now: 'starting', streamId }, [{ do: 'start-encoder' }]];
    case 'on-air':
      if (broadcast.at !== 'connecting' && broadcast.at !== 'reconnecting') return stay(broadcast);
      return [
        {
          at: 'live',
          streamId,
          sinceMs: ('sinceMs' in broadcast ? broadcast.sinceMs : undefined) ?? atMs,
          ...stillOf(broadcast),
        },
        [],
      ];
    case 'lost':
      if (broadcast.at !== 'live') return stay(broadcast);
      return [{ at: 'reconnecting', streamId, sinceMs: broadcast.sinceMs, lostAtMs: atMs, ...stillOf(broadcast) }, []];
    case 'restored':
      if (broadcast.at !== 'reconnecting') return stay(broadcast);
      return [{ at: 'live', streamId, sinceMs: broadcast.sinceMs, ...stillOf(broadcast) }, []];
    case 'finished':
      return end(broadcast, event.whole, accountOf(broadcast, atMs, event.unconfirmedMs));
    case 'failed': {
      const account = accountOf(broadcast, atMs, event.unconfirmedMs);
      // What happens to a show that is being ended anyway is its end.
      if (broadcast.at === 'ending') return end(broadcast, false, account);
      if (event.because === 'ended-elsewhere') {
        const others = accountOfOthersEnd(broadcast, atMs, event.unconfirmedMs);
        return end(broadcast, event.unconfirmedMs === undefined, others);
      }
      return fail(broadcast, failureOf[event.because], account);
    }
    default:
      return stay(broadcast);
  }
};

const onPreparation = (broadcast: Broadcast, event: BroadcastEvent): Step => {
  if (event.type === 'granted' && broadcast.at === 'asking') return [{ at: 'ready' }, []];
  if (event.type === 'refused' && broadcast.at === 'asking') return fail(broadcast, event.because);
  if (event.type === 'start-pressed' && broadcast.at === 'ready')
    return [{ at: 'connecting', now: 'creating' }, [{ do: 'create-stream' }]];
  return event.type === 'dismissed' ? [{ at: 'idle' }, [{ do: 'release-devices' }]] : stay(broadcast);
};

const onCreating = (broadcast: Broadcast, event: BroadcastEvent): Step => {
  switch (event.type) {
    case 'created': {
      const { type: _, ...show } = event;
      return [{ at: 'connecting', now: 'dialling', ...show }, [{ do: 'open-uplink', streamId: show.streamId }]];
    }
    case 'not-created':
      return [{ at: 'ready', problem: event.problem }, []];
    case 'unsupported':
      return fail(broadcast, 'unsupported-browser');
    case 'end-pressed':
      return [{ at: 'ending', endedMs: event.atMs }, []];
    default:
      return stay(broadcast);
  }
};

const onShow = (broadcast: Broadcast, event: BroadcastEvent): Step => {
  if (event.type !== 'end-pressed') return stay(broadcast);
  // Nothing has been encoded before the worker's welcome.
  if (broadcast.at === 'connecting' && broadcast.now === 'dialling') return end(broadcast, true);
  const streamId = streamOf(broadcast);
  if (streamId === undefined) return stay(broadcast);
  const since = 'sinceMs' in broadcast && broadcast.sinceMs !== undefined ? { sinceMs: broadcast.sinceMs } : {};
  return [{ at: 'ending', streamId, ...since, endedMs: event.atMs, ...stillOf(broadcast) }, [{ do: 'stop-encoder' }]];
};

const onEnding = (broadcast: Broadcast, event: BroadcastEvent): Step => {
  if (event.type === 'created' && broadcast.at === 'ending')
    return end({ ...broadcast, streamId: event.streamId }, true);
  return event.type === 'not-created' || event.type === 'unsupported' ? end(broadcast, true) : stay(broadcast);
};

const onRest = (broadcast: Broadcast, event: BroadcastEvent): Step => {
  if (event.type === 'asked') return [{ at: 'asking' }, [{ do: 'ask-devices' }]];
  return event.type === 'dismissed' ? [{ at: 'idle' }, []] : stay(broadcast);
};

type On = (broadcast: Broadcast, event: BroadcastEvent) => Step;

const ON = {
  idle: onRest,
  asking: onPreparation,
  ready: onPreparation,
  connecting: (broadcast, event) => (streamOf(broadcast) === undefined ? onCreating : onShow)(broadcast, event),
  live: onShow,
  reconnecting: onShow,
  ending: onEnding,
  ended: onRest,
  failed: onRest,
} as const satisfies Record<Broadcast['at'], On>;

const isOver = ({ at }: Broadcast) => at === 'idle' || at === 'ended' || at === 'failed';

/** A show that has begun remembers it; before, there was nothing to be recorded. */
const onStoodStill = (broadcast: Broadcast, { ms, atMs }: Extract<BroadcastEvent, { type: 'stood-still' }>): Step => {
  if (broadcast.at !== 'live' && broadcast.at !== 'reconnecting') return stay(broadcast);
  const allMs = (broadcast.still?.allMs ?? 0) + ms;
  return [{ ...broadcast, still: { allMs, lastMs: ms, untilMs: atMs } }, []];
};

/** The next state of a broadcast, and what is to be done about it. */
export const step = (broadcast: Broadcast, event: BroadcastEvent): Step => {
  if (event.type === 'uplink') return onUplink(broadcast, event.event, event.atMs);
  if (event.type === 'stood-still') return onStoodStill(broadcast, event);
  if (event.type === 'encoder-failed')
    return isOver(broadcast) ? stay(broadcast) : onEncoderFailed(broadcast, event.instead, event.atMs);
  if (event.type === 'part-missing') {
    if (isOver(broadcast)) return stay(broadcast);
    const account = accountOf(broadcast, event.atMs);
    return broadcast.at === 'ending' ? end(broadcast, false, account) : fail(broadcast, 'part-missing', account);
  }
  return ON[broadcast.at](broadcast, event);
};
