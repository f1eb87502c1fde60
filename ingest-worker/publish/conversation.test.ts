import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAmf0, encodeAmf0, type Amf0Value } from './amf0.ts';
import { begin, hear, leave, type Conversation, type Effect, type Terms } from './conversation.ts';
import { MESSAGE, type RtmpMessage } from './rtmp-message.ts';

const TERMS: Terms = {
  target: { secure: true, host: 'example.test', port: 443, app: 'app', tcUrl: 'rtmps://example.test/app' },
  streamKey: 'the-key',
  chunkBytes: 65_536,
  ackWindowBytes: 131_072,
};

const heardCommand = (...values: Amf0Value[]): RtmpMessage => ({
  type: MESSAGE.commandAmf0,
  streamId: 0,
  timestampMs: 0,
  body: encodeAmf0(...values),
});
const heardControl = (type: number, hex: string): RtmpMessage => ({
  type,
  streamId: 0,
  timestampMs: 0,
  body: Buffer.from(hex, 'hex'),
});
const STATUS = (code: string, level = 'status') =>
  heardCommand('onStatus', 0, null, { level, code, description: 'words' });

/** A whole conversation: what was done, in words, and where it stands. */
const play = (...messages: RtmpMessage[]): { at: Conversation['at']; did: string[]; effects: Effect[] } => {
  let [conversation, effects] = begin(TERMS);
  for (const message of messages) {
    const [next, more] = hear(conversation, message, TERMS);
    conversation = next;
    effects = [...effects, ...more];
  }
  return { at: conversation.at, did: effects.map(toWords), effects };
};

const toWords = (effect: Effect): string => {
  if (effect.do !== 'write') return effect.do;
  const { type, body } = effect.message;
  return type === MESSAGE.commandAmf0
    ? `say ${JSON.stringify(decodeAmf0(body)[0])}`
    : `control ${type} ${body.toString('hex')}`;
};

const connected = heardCommand('_result', 1, {}, {});
const created = heardCommand('_result', 4, null, 7);

describe('conversation', () => {
  it('[P1] asks for large chunks and for acknowledgements, announces, creates and publishes', () => {
    expect(play(connected, created, STATUS('NetStream.Publish.Start'))).toMatchObject({
      at: 'live',
      did: [
        'say "connect"',
        'go-on',
        'control 1 00010000',
        'enlarge-chunks',
        'control 5 00020000',
        'say "releaseStream"',
        'say "FCPublish"',
        'say "createStream"',
        'go-on',
        'say "publish"',
        'open',
      ],
    });
  });

  it('[P1] publishes on the stream that it was given', () => {
    const [, publishes] = hear({ at: 'creating' }, created, TERMS);
    expect(publishes[1]).toMatchObject({ do: 'write', message: { streamId: 7 } });
    const [left, says] = leave({ at: 'live', streamId: 7 }, TERMS);
    expect(says.map((effect) => effect.do === 'write' && decodeAmf0(effect.message.body))).toEqual([
      ['FCUnpublish', 6, null, 'the-key'],
      ['deleteStream', 0, null, 7],
    ]);
    expect(leave({ at: 'connecting' }, TERMS)).toEqual([left, []]);
  });

  it.each([
    ['a status', STATUS('NetStream.Unpublish.Success')],
    ['onFCUnpublish', heardCommand('onFCUnpublish', 0, null, {})],
    ['a result', heardCommand('_result', 6, null)],
    ['an error', heardCommand('_error', 6, null, { level: 'error', code: 'NetConnection.Call.Failed' })],
  ])('[P11] takes %s for the answer to its farewell', (_, answer) => {
    expect(hear({ at: 'leaving' }, answer, TERMS)).toEqual([{ at: 'leaving' }, [{ do: 'part' }]]);
    expect(hear({ at: 'leaving' }, STATUS('NetStream.Failed', 'error'), TERMS)).toEqual([{ at: 'leaving' }, []]);
  });

  it('[P1] does not mind that a server knows no releaseStream or FCPublish, nor what it says beside the point', () => {
    const { at } = play(
      connected,
      heardCommand('_error', 2, null, { level: 'error', code: 'NetConnection.Call.Failed' }),
      heardCommand('_error', 3, null, { level: 'error', code: 'NetConnection.Call.Failed' }),
      heardCommand('onFCPublish', 0, null, { code: 'NetStream.Publish.Start' }),
      heardCommand('onBWDone', 0, null),
      heardCommand('_result', 99, null, 3),
      heardControl(MESSAGE.dataAmf0, '02'),
      heardControl(MESSAGE.commandAmf0, ''),
      created,
    );
    expect(at).toBe('publishing');
  });

  it('[P1] passes over an aggregate, in which nothing for a publisher can stand, and goes on', () => {
    // A tag of sound in an aggregate (22): kind, size, time, stream, one byte, size of it all.
    const aggregate = heardControl(22, '0800000100000000000000af0000000c');
    expect(play(connected, aggregate, heardControl(22, ''), created).at).toBe('publishing');
  });

  it('[P1] is refused, sent away and opened in AMF3 envelopes as in others', () => {
    const enveloped = (message: RtmpMessage): RtmpMessage => ({
      ...message,
      type: MESSAGE.commandAmf3,
      body: Buffer.concat([Buffer.of(0), message.body]),
    });
    const said = [connected, created, STATUS('NetStream.Publish.Start')].map(enveloped);
    expect(play(...said).at).toBe('live');
    const refused = enveloped(STATUS('NetStream.Publish.BadName', 'error'));
    expect(play(connected, created, refused).effects.at(-1)).toMatchObject({ do: 'fail', because: 'key-refused' });
    expect(play(enveloped(heardCommand())).at).toBe('connecting');
  });

  it('[P1] understands a command in its AMF3 envelope', () => {
    const enveloped = { ...connected, type: MESSAGE.commandAmf3, body: Buffer.concat([Buffer.of(0), connected.body]) };
    expect(play(enveloped).at).toBe('creating');
  });

  it.each([
    ['key-refused', [connected, created, STATUS('NetStream.Publish.BadName', 'error')]],
    ['key-refused', [connected, created, STATUS('NetStream.Publish.Denied', 'error')]],
    ['key-refused', [connected, created, heardCommand('_error', 5, null, { code: 'x' })]],
    ['refused', [connected, created, STATUS('NetStream.Failed', 'error')]],
    ['refused', [heardCommand('_error', 1, {}, { level: 'error', code: 'NetConnection.Connect.InvalidApp' })]],
    ['refused', [connected, heardCommand('_error', 4, null, { level: 'error', code: 'x' })]],
    ['protocol-error', [connected, heardCommand('_result', 4, null, 'seven')]],
    ['reset', [connected, created, STATUS('NetStream.Publish.Start'), STATUS('NetStream.Unpublish.Success')]],
    ['reset', [connected, heardCommand('close', 0, null)]],
  ])('[P3] fails as %s (%#)', (because, messages) => {
    const { at, effects } = play(...messages);
    expect(at).toBe('failed');
    expect(effects.at(-1)).toMatchObject({ do: 'fail', because });
  });

  it('[P3] a refusal of the key is one by whatever level and command it is said, and whatever was said before', () => {
    const refusal = fc.record({
      code: fc.constantFrom('BadName', 'Denied', 'Rejected', 'Unauthorized').map((word) => `NetStream.Publish.${word}`),
      level: fc.constantFrom('error', 'status', 'warning', undefined),
      name: fc.constantFrom('onStatus', 'onFCPublish'),
    });
    const before = fc.constantFrom([connected], [connected, created]);
    fc.assert(
      fc.property(refusal, before, ({ code, level, name }, said) => {
        const status = { code, ...(level !== undefined && { level }) };
        const { at, effects } = play(...said, heardCommand(name, 0, null, status));
        expect(at).toBe('failed');
        expect(effects.at(-1)).toEqual({ do: 'fail', because: 'key-refused', detail: code });
      }),
    );
  });

  it('[P14] answers a ping with its own time, and nothing else that is user control', () => {
    expect(play(heardControl(MESSAGE.userControl, '000600000abc')).did.at(-1)).toBe('control 4 000700000abc');
    expect(play(heardControl(MESSAGE.userControl, '000000000001')).did).toHaveLength(1);
    expect(play(heardControl(MESSAGE.userControl, '0006')).did).toHaveLength(1);
  });

  it('[P14] reports what it has read as often as asked, though never every few bytes', () => {
    expect(play(heardControl(MESSAGE.windowAcknowledgementSize, '002625a0')).effects.at(-1)).toEqual({
      do: 'report-every',
      bytes: 2_500_000,
    });
    expect(play(heardControl(MESSAGE.windowAcknowledgementSize, '00000000')).effects.at(-1)).toEqual({
      do: 'report-every',
      bytes: 1_024,
    });
    expect(play(heardControl(MESSAGE.windowAcknowledgementSize, '00')).did).toHaveLength(1);
  });

  it('[P7] asks again for acknowledgements every 128 KB when told of a bandwidth, and counts those that come', () => {
    expect(play(heardControl(MESSAGE.setPeerBandwidth, '002625a002')).did.at(-1)).toBe('control 5 00020000');
    expect(play(heardControl(MESSAGE.acknowledgement, '00020000')).effects.at(-1)).toEqual({
      do: 'count',
      acknowledged: 131_072,
    });
  });
});
