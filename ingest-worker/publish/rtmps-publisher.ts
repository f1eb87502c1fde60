import { randomBytes } from 'node:crypto';
import { encodeAmf0 } from './amf0.ts';
import { createChunkReader } from './chunk-reader.ts';
import { createChunkWriter } from './chunk-writer.ts';
import { begin, hear, leave, type Conversation, type Effect, type Terms } from './conversation.ts';
import type { Failure } from './failure.ts';
import { createFlow } from './flow.ts';
import { createHandshake } from './handshake.ts';
import { createLife } from './life.ts';
import { openLink, type Link } from './link.ts';
import { PUBLISH_LIMITS, type PublishLimits } from './publish-limits.ts';
import { createRedirectedPublisher } from './redirect.ts';
import { createRhythmTrust, type RhythmTrust } from './rhythm-trust.ts';
import { acknowledgement, MESSAGE, type RtmpMessage } from './rtmp-message.ts';
import { parseTarget, type Target } from './target.ts';
import { createTrust, type Trust } from './trust.ts';
import type { CreatePublisher, Publisher, PublisherOptions } from '../session/publisher.ts';
import type { FlvTag } from '../media/flv-tag.ts';

type Parts = { limits?: PublishLimits; now?: () => number; random?: (bytes: number) => Buffer };

/** Publishers that speak RTMP over TLS (or plain TCP, in tests) themselves. */
export const createRtmpsPublishers = ({
  limits = PUBLISH_LIMITS,
  now = () => performance.now(),
  random = randomBytes,
}: Parts = {}): CreatePublisher => {
  const rhythms = createRhythmTrust({ limits, now });
  const trust = createTrust();
  return (options) => {
    const target = parseTarget(options.url);
    if (target === undefined) return noPublisher;
    return createRedirectedPublisher({
      target,
      make: (to, onRedirect) =>
        createRtmpsPublisher({ options, target: to, onRedirect, rhythms, trust, limits, now, random }),
    });
  };
};

/** For an address that is none: every attempt fails, with a reason. */
const noPublisher: Publisher = {
  connect: async () => ({ connected: false, because: 'unreachable', detail: 'not an rtmp(s) address' }),
  send: () => false,
  close: async () => ({ flushed: false, because: 'unreachable' }),
  abandon: () => undefined,
  stats: () => ({ sentBytes: 0, queuedBytes: 0, acknowledgedBytes: 0, rule: 'flushed-5s', late: false }),
};

const createRtmpsPublisher = ({
  options: { streamKey, ca, onEvent },
  target,
  onRedirect,
  rhythms,
  trust,
  limits,
  now,
  random,
}: Required<Parts> & {
  options: PublisherOptions;
  target: Target;
  onRedirect: (url: string) => void;
  rhythms: RhythmTrust;
  trust: Trust;
}): Publisher => {
  const terms: Terms = { target, streamKey, chunkBytes: limits.chunkBytes, ackWindowBytes: limits.ackWindowBytes };
  const writer = createChunkWriter();
  const reader = createChunkReader(limits);
  const handshake = createHandshake(random);

  let conversation: Conversation | undefined;
  let link: Link | undefined;
  let stream: { id: number; sinceMs: number } | undefined;
  /** One for each stage of opening, and one for the farewell. */
  let stageTimer: NodeJS.Timeout | undefined;
  let readBytes = 0;
  let reportedBytes = 0;
  let reportEveryBytes = Number.POSITIVE_INFINITY;

  const life = createLife({
    streamKey,
    limits: { ...limits, openMs: limits.connectMs },
    onEvent,
    look: () => flow.look(),
    cut: () => {
      clearTimeout(stageTimer);
      link?.cut();
    },
  });
  const fail = (failure: Failure): void => life.fail(failure);
  const flow = createFlow({
    limits,
    now,
    way: 'the socket',
    fail,
    onEvent,
    silence: { isJudged: rhythms.isTrusted(target.host), brokeAlone: () => rhythms.brokeAlone(target.host) },
  });

  const say = (message: RtmpMessage, endsTag = false): boolean => {
    const { length } = writer.write(message, link?.room);
    return flow.wrote(length, endsTag);
  };
  const greet = (bytes: Buffer): void => {
    link?.write(bytes);
    flow.wrote(bytes.length);
  };

  const startStage = (): void => {
    clearTimeout(stageTimer);
    const stage = conversation?.at ?? 'dialing';
    stageTimer = setTimeout(() => fail({ because: 'timed-out', detail: `no answer while ${stage}` }), limits.stageMs);
  };

  /** The other end has read everything. */
  const finish = (): void =>
    life.finish(() => {
      clearTimeout(stageTimer);
      link?.end(limits.farewellMs);
      flow.allRead();
    });

  /** Not before the farewell had its time: a proxy in between may drop, with our end, what it has not passed on yet. */
  const awaitFarewell = (): void => {
    if (life.at === 'closing' && flow.queuedBytes === 0)
      stageTimer ??= setTimeout(() => link?.end(limits.closeMs), limits.farewellMs);
  };

  const perform = (effect: Effect): void => {
    switch (effect.do) {
      case 'write':
        return void say(effect.message);
      case 'enlarge-chunks':
        return writer.setChunkSize(effect.bytes);
      case 'go-on':
        return startStage();
      case 'count':
        return flow.acknowledged(effect.acknowledged);
      case 'report-every':
        reportEveryBytes = effect.bytes;
        return undefined;
      case 'redirect':
        return onRedirect(effect.url);
      case 'fail':
        return fail(effect);
      case 'part':
        return finish();
      case 'open':
        clearTimeout(stageTimer);
        stageTimer = undefined;
        stream = { id: effect.streamId, sinceMs: now() };
        return life.opened();
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
      say(acknowledgement(readBytes));
    }
    if (fault !== undefined) fail({ because: 'protocol-error', detail: fault });
  };

  const onData = (bytes: Buffer): void => {
    readBytes += bytes.length;
    if (conversation !== undefined) return hearBytes(bytes);
    const said = handshake.push(bytes);
    if (said.at === 'refused') return fail({ because: 'protocol-error', detail: 'not an RTMP server' });
    if (said.at === 'under-way') return undefined;
    greet(said.reply);
    take(begin(terms));
    startStage();
    return hearBytes(said.rest);
  };

  const onEnded = (): void => {
    if (life.at === 'closing' && flow.queuedBytes === 0) return finish();
    // Servers that dislike a key mostly say nothing: they end the connection instead of, or right after, the answer.
    const isFresh = life.at === 'open' && stream !== undefined && now() - stream.sinceMs < limits.refusalMs;
    const isRefusal = conversation?.at === 'publishing' || (isFresh && flow.isUnheard);
    return fail({ because: isRefusal ? 'key-refused' : 'reset', detail: 'the server ended the connection' });
  };

  const dial = (): void => {
    startStage();
    const ready = (): void => {
      startStage();
      greet(handshake.greeting);
    };
    const flushed = (bytes: number): void => {
      flow.flushed(bytes);
      awaitFarewell();
    };
    const on = { ready, data: onData, flushed, ended: onEnded, failed: fail };
    link = openLink({ target, trusted: () => trust(ca), on });
  };

  return {
    connect: () => life.open(dial),
    send: (tag) => life.at === 'open' && stream !== undefined && say(toMessage(tag, stream.id), true),
    close: () =>
      life.close(() => {
        if (conversation !== undefined) take(leave(conversation, terms));
      }),
    abandon: () => life.abandon(),
    stats: () => flow.stats(),
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
