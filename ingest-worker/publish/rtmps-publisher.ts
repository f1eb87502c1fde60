import { randomBytes } from 'node:crypto';
import { encodeAmf0 } from './amf0.ts';
import { createChunkReader } from './chunk-reader.ts';
import { createChunkWriter } from './chunk-writer.ts';
import { begin, hear, leave, type Conversation, type Effect, type Terms } from './conversation.ts';
import { createDelivery, type Arrived } from './delivery.ts';
import { createScrub, type Failure } from './failure.ts';
import { createHandshake } from './handshake.ts';
import { openLink, type Link } from './link.ts';
import { PUBLISH_LIMITS, type PublishLimits } from './publish-limits.ts';
import { acknowledgement, MESSAGE, type RtmpMessage } from './rtmp-message.ts';
import { parseTarget, type Target } from './target.ts';
import type { CreatePublisher, Publisher, PublisherOptions } from '../session/publisher.ts';
import type { FlvTag } from '../media/flv-tag.ts';

type Opened = Awaited<ReturnType<Publisher['connect']>>;
type Closed = Awaited<ReturnType<Publisher['close']>>;

type Phase =
  | { at: 'idle' }
  | { at: 'opening'; settle: (opened: Opened) => void }
  | { at: 'open'; streamId: number; since: number }
  | { at: 'closing'; settle: (closed: Closed) => void }
  | { at: 'over' };

type Parts = { limits?: PublishLimits; now?: () => number; random?: (bytes: number) => Buffer };

/** Publishers that speak RTMP over TLS (or plain TCP, in tests) themselves. */
export const createRtmpsPublishers =
  ({ limits = PUBLISH_LIMITS, now = () => performance.now(), random = randomBytes }: Parts = {}): CreatePublisher =>
  (options) => {
    const target = parseTarget(options.url);
    return target === undefined ? noPublisher : createRtmpsPublisher({ options, target, limits, now, random });
  };

/** For an address that is none: every attempt fails, with a reason. */
const noPublisher: Publisher = {
  connect: async () => ({ connected: false, because: 'unreachable', detail: 'not an rtmp(s) address' }),
  send: () => false,
  close: async () => ({ flushed: false, because: 'unreachable' }),
  abandon: () => undefined,
  stats: () => ({ sentBytes: 0, queuedBytes: 0, acknowledgedBytes: 0, rule: 'flushed-5s' }),
};

const createRtmpsPublisher = ({
  options: { streamKey, ca, onEvent },
  target,
  limits,
  now,
  random,
}: Required<Parts> & { options: PublisherOptions; target: Target }): Publisher => {
  const terms: Terms = { target, streamKey, chunkBytes: limits.chunkBytes, ackWindowBytes: limits.ackWindowBytes };
  const scrub = createScrub(streamKey, limits.detailCharacters);
  const writer = createChunkWriter();
  const reader = createChunkReader(limits);
  const handshake = createHandshake(random);
  const delivery = createDelivery(limits);

  let phase: Phase = { at: 'idle' };
  let conversation: Conversation | undefined;
  let link: Link | undefined;
  let opened: Promise<Opened> | undefined;
  let closed: Promise<Closed> | undefined;

  /** One for each stage of opening, and one for the farewell. */
  let stageTimer: NodeJS.Timeout | undefined;
  let limitTimer: NodeJS.Timeout | undefined;
  let tick: NodeJS.Timeout | undefined;

  let tagsArrived = 0;
  /** The caller has been told to stop and waits for `drained`. */
  let isFull = false;
  let progressAt = 0;
  let readBytes = 0;
  let reportedBytes = 0;
  let reportEveryBytes = Number.POSITIVE_INFINITY;

  const queuedBytes = (): number => {
    const { writtenBytes, flushedBytes } = delivery.totals();
    return writtenBytes - flushedBytes;
  };

  const write = (bytes: Buffer, endsTag = false): void => {
    if (queuedBytes() === 0) progressAt = now();
    delivery.wrote(bytes.length, endsTag);
    link?.write(bytes);
    if (queuedBytes() > limits.queueMaxBytes) fail({ because: 'stalled', detail: 'write queue over its limit' });
  };

  const stopClocks = (): void => {
    clearTimeout(stageTimer);
    stageTimer = undefined;
    clearTimeout(limitTimer);
    clearInterval(tick);
  };

  const stop = (): Phase => {
    const was = phase;
    if (was.at === 'over') return was;
    phase = { at: 'over' };
    stopClocks();
    link?.cut();
    return was;
  };

  const fail = ({ because, detail }: Failure): void => {
    const was = stop();
    if (was.at === 'opening') was.settle({ connected: false, because, detail: scrub(detail) });
    if (was.at === 'closing') was.settle({ flushed: false, because });
    if (was.at === 'open') onEvent({ type: 'closed', because, detail: scrub(detail) });
  };

  const startStage = (): void => {
    clearTimeout(stageTimer);
    const stage = conversation?.at ?? 'dialing';
    stageTimer = setTimeout(() => fail({ because: 'timed-out', detail: `no answer while ${stage}` }), limits.stageMs);
  };

  const tell = ({ tags, rule }: Arrived): void => {
    if (tags <= tagsArrived) return;
    tagsArrived = tags;
    onEvent({ type: 'acknowledged', tags, rule });
  };

  const look = (): void => {
    const at = now();
    const arrived = delivery.look(at);
    tell(arrived);
    if (arrived.overdue) fail({ because: 'stalled', detail: 'acknowledgements overdue' });
    else if (queuedBytes() > 0 && at - progressAt >= limits.stallMs)
      fail({ because: 'stalled', detail: 'the socket takes nothing' });
  };

  /** The other end has read everything. */
  const finish = (): void => {
    if (phase.at !== 'closing') return;
    const { settle } = phase;
    phase = { at: 'over' };
    stopClocks();
    link?.end(limits.farewellMs);
    tell(delivery.allRead());
    settle({ flushed: true });
  };

  /** Not before the farewell had its time: a proxy in between may drop, with our end, what it has not passed on yet. */
  const awaitFarewell = (): void => {
    if (phase.at === 'closing' && queuedBytes() === 0)
      stageTimer ??= setTimeout(() => link?.end(limits.closeMs), limits.farewellMs);
  };

  const perform = (effect: Effect): void => {
    switch (effect.do) {
      case 'write':
        return write(writer.write(effect.message));
      case 'enlarge-chunks':
        return writer.setChunkSize(effect.bytes);
      case 'go-on':
        return startStage();
      case 'count':
        return delivery.acknowledged(effect.acknowledged, now());
      case 'report-every':
        reportEveryBytes = effect.bytes;
        return undefined;
      case 'fail':
        return fail(effect);
      case 'part':
        return finish();
      case 'open': {
        if (phase.at !== 'opening') return undefined;
        stopClocks();
        const { settle } = phase;
        phase = { at: 'open', streamId: effect.streamId, since: now() };
        tick = setInterval(look, limits.tickMs);
        look();
        return settle({ connected: true });
      }
    }
  };

  const take = (step: readonly [Conversation, Effect[]]): void => {
    conversation = step[0];
    for (const effect of step[1]) perform(effect);
  };

  const hearBytes = (bytes: Buffer): void => {
    const { messages, fault } = reader.push(bytes);
    for (const message of messages) if (conversation !== undefined) take(hear(conversation, message, terms));
    if (readBytes - reportedBytes >= reportEveryBytes) {
      reportedBytes = readBytes;
      write(writer.write(acknowledgement(readBytes)));
    }
    if (fault !== undefined) fail({ because: 'protocol-error', detail: fault });
  };

  const onData = (bytes: Buffer): void => {
    readBytes += bytes.length;
    if (conversation !== undefined) return hearBytes(bytes);
    const said = handshake.push(bytes);
    if (said.at === 'refused') return fail({ because: 'protocol-error', detail: 'not an RTMP server' });
    if (said.at === 'under-way') return undefined;
    write(said.reply);
    take(begin(terms));
    startStage();
    return hearBytes(said.rest);
  };

  const onFlushed = (bytes: number): void => {
    delivery.flushed(bytes);
    progressAt = now();
    awaitFarewell();
    if (!isFull || queuedBytes() > limits.queueLowBytes) return;
    isFull = false;
    if (phase.at === 'open') onEvent({ type: 'drained' });
  };

  const onEnded = (): void => {
    if (phase.at === 'closing' && queuedBytes() === 0) return finish();
    // Servers that dislike a key mostly say nothing: they end the connection instead of, or right after, the answer.
    const isRefusal =
      conversation?.at === 'publishing' ||
      (phase.at === 'open' && tagsArrived === 0 && now() - phase.since < limits.refusalMs);
    return fail({ because: isRefusal ? 'key-refused' : 'reset', detail: 'the server ended the connection' });
  };

  return {
    connect() {
      opened ??= new Promise<Opened>((settle) => {
        if (phase.at !== 'idle') return settle({ connected: false, because: 'reset', detail: 'given up' });
        phase = { at: 'opening', settle };
        startStage();
        limitTimer = setTimeout(
          () => fail({ because: 'timed-out', detail: 'opening took too long' }),
          limits.connectMs,
        );
        const ready = (): void => {
          startStage();
          write(handshake.greeting);
        };
        link = openLink({
          target,
          ca,
          on: { ready, data: onData, flushed: onFlushed, ended: onEnded, failed: fail },
        });
        return undefined;
      });
      return opened;
    },
    send(tag) {
      if (phase.at !== 'open') return false;
      write(writer.write(toMessage(tag, phase.streamId)), true);
      isFull ||= queuedBytes() > limits.queueHighBytes;
      return !isFull;
    },
    close() {
      closed ??= new Promise<Closed>((settle) => {
        if (phase.at !== 'open' || conversation === undefined) {
          fail({ because: 'reset', detail: 'given up' });
          return settle({ flushed: false, because: 'reset' });
        }
        phase = { at: 'closing', settle };
        limitTimer = setTimeout(() => fail({ because: 'timed-out', detail: 'closing took too long' }), limits.closeMs);
        take(leave(conversation, terms));
        return undefined;
      });
      return closed;
    },
    abandon() {
      if (phase.at === 'open') stop();
      else fail({ because: 'reset', detail: 'given up' });
    },
    stats() {
      const { flushedBytes, acknowledgedBytes, rule } = delivery.totals();
      return { sentBytes: flushedBytes, queuedBytes: queuedBytes(), acknowledgedBytes, rule };
    },
  };
};

const SET_DATA_FRAME = encodeAmf0('@setDataFrame');
const TYPE = { script: MESSAGE.dataAmf0, audio: MESSAGE.audio, video: MESSAGE.video } as const;

const toMessage = ({ kind, timestampMs, body }: FlvTag, streamId: number): RtmpMessage => ({
  type: TYPE[kind],
  streamId,
  timestampMs,
  body: kind === 'script' ? Buffer.concat([SET_DATA_FRAME, body]) : body,
});
