import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:net';
import type { AttackCase } from './attack-case.ts';
import type { Account, PlatformBed } from '../lib/platform-bed.ts';

type Case = AttackCase<PlatformBed>;

const INVISIBLE = {
  spaces: '   ',
  'zero-width spaces': '\u200b\u200b',
  'zero-width joiners': '\u200d\u200c',
  'a Hangul filler': '\u3164',
  'half-width fillers': '\uffa0\uffa0',
  'a Braille blank': '\u2800',
  'jamo fillers': '\u115f\u1160',
  'a byte order mark': '\ufeff',
  'a soft hyphen': '\u00ad',
  'a Mongolian separator': '\u180e',
  'tag letters': '\u{e0041}\u{e0042}',
  'variation selectors': '\ufe0f\ufe0e',
  'a word joiner': '\u2060\u2063',
  'direction marks': '\u202e\u202c',
  'lines alone': '\n\n\n',
  'a no-break space': '\u00a0',
} as const;

let number = 0;
const clientId = (): string => `attack-${process.pid}-${++number}`;
const say = (bed: PlatformBed, show: string, who: Account | undefined, body: object) =>
  bed.call('POST', `/stream/${show}/chat`, {
    token: who && bed.tokens[who],
    body: { clientId: clientId(), ...body },
  });

/** A show of asha's that is to begin in an hour: people write there already. */
const makeShow = async (bed: PlatformBed): Promise<string> => {
  const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
  const { body } = await bed.call('POST', '/stream/create', {
    token: bed.tokens.asha,
    body: { title: 'A room under attack', visibility: 'public', scheduledFor },
  });
  return body.stream.id;
};
const act = (bed: PlatformBed, show: string, body: object, who: Account = 'asha') =>
  bed.call('POST', `/stream/${show}/moderation`, { token: bed.tokens[who], body });

const refused = (attack: string, expected: string | readonly string[], body: object, who?: Account): Case => ({
  attack: `in the chat, ${attack}`,
  expected,
  play: async (bed) => (await say(bed, await makeShow(bed), who, body)).error,
});

/** What moderators have set holds, whoever writes by whatever way. */
const moderated = (attack: string, expected: string, set: object, before?: object): Case => ({
  attack: `in the chat, ${attack}`,
  expected,
  play: async (bed) => {
    const show = await makeShow(bed);
    if (before) await say(bed, show, 'bilal', before);
    await act(bed, show, set);
    const { error } = await say(bed, show, 'bilal', { text: 'All the same' });
    await act(bed, show, { act: 'unban', handle: 'bilal' });
    return error;
  },
});

/** Whatever else is in a message: it is its writer's, has the next number, and no badge. */
const SPOOFS = [
  { from: { handle: 'asha', name: 'Asha', badge: 'creator' } },
  { userId: 'usr_00000000000000000000000000' },
  { handle: 'asha' },
  { badge: 'creator' },
  { seq: 1_000_000 },
  { id: '1000000' },
  { at: '1999-01-01T00:00:00Z' },
  { removedBy: 'usr_00000000000000000000000000' },
] as const;

const HALF_OPEN = 1_000;
const OTHERS_WAIT_MS = 5_000;

export const CHAT: readonly Case[] = [
  ...Object.entries(INVISIBLE).map(([what, text]) => refused(what, 'invalid-request', { text }, 'chen')),
  refused('nothing', 'invalid-request', { text: '' }, 'chen'),
  refused('a tower of marks', 'invalid-request', { text: `z${'\u0308'.repeat(40)}` }, 'chen'),
  refused('a tower on letters that have marks', 'invalid-request', { text: `é${'\u0301'.repeat(7)}` }, 'chen'),
  refused('501 characters', 'invalid-request', { text: 'x'.repeat(501) }, 'chen'),
  refused('1 MB', ['body-too-large', 'invalid-request'], { text: 'x'.repeat(1_000_000) }, 'chen'),
  refused('a number for text', 'invalid-request', { text: 7 }, 'chen'),
  refused('an operator for text', 'invalid-request', { text: { $ne: '' } }, 'chen'),
  refused('no name of its own', 'invalid-request', { text: 'x', clientId: 'a' }, 'chen'),
  refused('a name that is a key', 'invalid-request', { text: 'x', clientId: 'CHAT#../../x' }, 'chen'),
  refused('an answer to message 1.5', 'invalid-request', { text: 'x', replyTo: 1.5 }, 'chen'),
  refused('who is not signed in', 'not-signed-in', { text: 'Hello' }),
  ...SPOOFS.slice(0, 4).map((spoof): Case => ({
    attack: `in the chat, a message with ${JSON.stringify(spoof)}`,
    expected: ['chen, no badge, number 1', 'invalid-request'],
    play: async (bed) => {
      const { body, error } = await say(bed, await makeShow(bed), 'chen', { text: 'I am asha', ...spoof });
      const { from, seq } = body?.message ?? {};
      return from ? `${from.handle}, ${from.badge ?? 'no badge'}, number ${seq}` : error;
    },
  })),
  ...SPOOFS.slice(4).map((spoof): Case => ({
    attack: `in the chat, a message with ${JSON.stringify(spoof)}`,
    expected: ['bilal, no badge, number 1', 'invalid-request'],
    play: async (bed) => {
      const { body, error } = await say(bed, await makeShow(bed), 'bilal', { text: 'Old news', ...spoof });
      const { from, seq, at } = body?.message ?? {};
      if (from && Math.abs(Date.parse(at) - Date.now()) > 60_000) return `said ${at}`;
      return from ? `${from.handle}, ${from.badge ?? 'no badge'}, number ${seq}` : error;
    },
  })),
  {
    attack: 'in the chat, another’s name for a message',
    expected: 'two messages',
    play: async (bed) => {
      const show = await makeShow(bed);
      const mine = clientId();
      const first = await say(bed, show, 'asha', { text: 'Mine', clientId: mine });
      const second = await say(bed, show, 'chen', { text: 'Not yours', clientId: mine });
      return second.body?.message?.text === 'Not yours' && first.body?.message?.seq !== second.body.message.seq
        ? 'two messages'
        : second.text.slice(0, 80);
    },
  },
  moderated('who has been told to wait', 'timed-out', { act: 'timeout', handle: 'bilal', seconds: 600 }),
  moderated('who has been banned', 'blocked', { act: 'ban', handle: 'bilal' }),
  moderated('when it is frozen', 'chat-frozen', { act: 'freeze' }),
  moderated('who does not follow, where only followers write', 'followers-only', { act: 'followers', minutes: 0 }),
  ...(
    [
      { act: 'delete', seq: 1 },
      { act: 'ban', handle: 'asha' },
      { act: 'pin', seq: 1 },
      { act: 'freeze' },
      { act: 'slow', seconds: 0 },
      { act: 'undo', actId: 'act_00000000000000000000000000' },
    ] as const
  ).map((what): Case => ({
    attack: `moderating another’s audience: ${JSON.stringify(what)}`,
    expected: 'not-allowed',
    play: async (bed) => (await act(bed, await makeShow(bed), what, 'chen')).error,
  })),
  {
    attack: 'in the chat, 60 messages of one person at once',
    expected: 'a few, then too-many-requests',
    play: async (bed) => {
      const show = await makeShow(bed);
      const all = await Promise.all(
        Array.from({ length: 60 }, (_, i) => say(bed, show, 'bilal', { text: `Flood ${i}` })),
      );
      const taken = all.filter(({ status }) => status < 300).length;
      const others = all.filter(({ status, error }) => status >= 300 && error !== 'too-many-requests');
      return taken <= 12 && others.length === 0
        ? 'a few, then too-many-requests'
        : `${taken} taken, ${others[0]?.error ?? 'none'} besides`;
    },
  },
  {
    attack: 'an audience of sockets that never play, with clocks that stand still',
    expected: '0 viewers',
    play: async (bed) => {
      const show = await makeShow(bed);
      for (let i = 0; i < 20; i++)
        await bed.call('POST', `/stream/${show}/beats`, { body: { at: 0, browser: `attacker-${1_000_000 + i}` } });
      await delay(3_000);
      return `${(await bed.call('GET', `/stream/${show}/live`)).body.viewers} viewers`;
    },
  },
  {
    attack: 'a thousand sockets that are never quite opened',
    expected: 'others are answered',
    long: true,
    play: async (bed) => {
      const port = Number(new URL(bed.origin).port);
      const sockets = Array.from({ length: HALF_OPEN }, () => {
        const socket = connect(port, '127.0.0.1');
        socket.on('error', () => undefined);
        socket.write(`GET /realtime?ticket=x HTTP/1.1\r\nHost: localhost:${port}\r\nUpgrade: websocket\r\nConnec`);
        return socket;
      });
      await delay(500);
      const began = performance.now();
      const { status } = await bed.call('GET', '/posts/explore');
      const tookMs = performance.now() - began;
      for (const socket of sockets) socket.destroy();
      return status === 200 && tookMs < OTHERS_WAIT_MS
        ? 'others are answered'
        : `${status} after ${Math.round(tookMs)} ms`;
    },
  },
];
