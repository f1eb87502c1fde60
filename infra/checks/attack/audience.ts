import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { AttackCase } from './attack-case.ts';
import type { PlatformBed } from '../lib/platform-bed.ts';

type Case = AttackCase<PlatformBed>;

const HEARD_MS = 1_500;
const ticketOf = async (bed: PlatformBed): Promise<string> => (await bed.call('POST', '/auth/tickets', {})).body.ticket;

type Heard = { opened: boolean; status: string; said: string[]; closed: boolean };
/** A socket on which something is said at once; what came of it within a moment. */
const open = (
  bed: PlatformBed,
  query: string,
  say: readonly (string | Buffer)[] = [],
  headers: Record<string, string> = {},
): Promise<Heard> =>
  new Promise((resolve) => {
    const heard: Heard = { opened: false, status: '', said: [], closed: false };
    const socket = new WebSocket(`${bed.origin.replace('http', 'ws')}/realtime${query}`, {
      headers: { origin: bed.origin, ...headers },
    });
    const finish = (): void => {
      clearTimeout(timer);
      socket.terminate();
      resolve(heard);
    };
    const timer = setTimeout(finish, HEARD_MS);
    socket.on('error', () => undefined);
    socket.on('unexpected-response', (_, response) => {
      heard.status = String(response.statusCode);
      finish();
    });
    socket.on('open', () => {
      heard.opened = true;
      for (const message of say) socket.send(message);
    });
    socket.on('message', (text: Buffer) => heard.said.push(text.toString()));
    socket.on('close', () => {
      heard.closed = true;
      finish();
    });
  });

const refused = (
  attack: string,
  query: (bed: PlatformBed) => Promise<string> | string,
  headers: Record<string, string> = {},
): Case => ({
  attack: `a socket ${attack}`,
  expected: ['401', '403', '400', '404', '421'],
  play: async (bed) => {
    const { opened, status } = await open(bed, await query(bed), [], headers);
    return opened ? 'opened' : status;
  },
});

/** Said on an open socket: nothing that breaks it or is taken for more than it is. */
const said = (
  attack: string,
  message: string | Buffer,
  expected: readonly string[] = ['refused', 'closed', 'silence'],
): Case => ({
  attack: `on a socket, ${attack}`,
  expected,
  play: async (bed) => {
    const heard = await open(bed, `?ticket=${await ticketOf(bed)}`, [message]);
    if (!heard.opened) return heard.status;
    const types = heard.said.map(
      (text) => /"type":"(\w+)"/.exec(text)?.[1] ?? /"message":"([^"]*)"/.exec(text)?.[1] ?? 'noise',
    );
    if (heard.said.some((text) => /Internal|stack|at \w+ \(/.test(text)))
      return `told of our inside: ${heard.said[0]?.slice(0, 60)}`;
    return heard.closed && types.length === 0
      ? 'closed'
      : types.length === 0
        ? 'silence'
        : types.includes('joined')
          ? 'joined'
          : 'refused';
  },
});

const join = (streamId: unknown): string => JSON.stringify({ action: 'join', streamId });
/** What others ask while somebody floods. */
const askedMeanwhile = async (bed: PlatformBed, stop: () => boolean): Promise<{ worstMs: number; faults: number }> => {
  let [worstMs, faults] = [0, 0];
  while (!stop()) {
    const began = performance.now();
    const { status } = await bed.call('GET', '/posts/explore');
    worstMs = Math.max(worstMs, performance.now() - began);
    if (status >= 500) faults += 1;
    await delay(20);
  }
  return { worstMs, faults };
};
/** A request of another person waits no longer, whatever is said beside it. */
const OTHERS_WAIT_MS = 2_500;
const flood = (attack: string, sockets: number, messages: readonly string[]): Case => ({
  attack: `a flood: ${attack}`,
  expected: 'others are answered',
  long: true,
  play: async (bed) => {
    const { body } = await bed.call('GET', '/stream?state=live');
    const streamId = body.items[0]?.id ?? 'str_00000000000000000000000000';
    let over = false;
    const meanwhile = askedMeanwhile(bed, () => over);
    await Promise.all(
      Array.from({ length: sockets }, async () =>
        open(
          bed,
          `?ticket=${await ticketOf(bed)}`,
          messages.map((message) => message.replace('{id}', streamId)),
        ),
      ),
    );
    over = true;
    const { worstMs, faults } = await meanwhile;
    return worstMs < OTHERS_WAIT_MS && faults === 0
      ? 'others are answered'
      : `${Math.round(worstMs)} ms, ${faults} faults`;
  },
});

const made = (what: string): string => what.repeat(32).slice(0, 32);
const signalOf = (bytes: number, more: object = {}): string =>
  JSON.stringify({
    action: 'guest.signal',
    session: 'session-1',
    signal: { description: { type: 'offer', sdp: 'x'.repeat(bytes) } },
    ...more,
  });

/** A show of asha's with a link for guests, and who comes by it. */
const invited = async (bed: PlatformBed): Promise<{ show: string; code: string; come: () => Promise<string> }> => {
  const token = bed.tokens.asha;
  const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
  const { body } = await bed.call('POST', '/stream/create', { token, body: { title: 'With guests', scheduledFor } });
  const show: string = body.stream.id;
  const { code } = (await bed.call('POST', `/stream/${show}/guests/invitation`, { token })).body;
  const come = async () => (await bed.call('POST', '/stream/guests', { body: { code, name: 'Zoya' } })).body.ticket;
  return { show, code, come };
};
/** What a guest hears who says all this as soon as they are there. */
const asGuest = (attack: string, say: (show: string) => readonly string[], expected = 'refused'): Case => ({
  attack: `a guest ${attack}`,
  expected,
  play: async (bed) => {
    const { show, come } = await invited(bed);
    const { said: heard, opened } = await open(bed, `?ticket=${await come()}`, say(show));
    if (!opened) return 'no socket';
    return heard.every((text) => /"type":"(refused|guest.place)"/.test(text)) &&
      heard.some((text) => text.includes('refused'))
      ? 'refused'
      : heard.join(' ').slice(0, 100);
  },
});
const ask = '{"action":"guest.ask","page":"page-of-zoya"}';

/** Who comes by a link for guests, or by none. */
const GUESTS: readonly Case[] = [
  ...[made('A'), made('_'), made('__proto__')].map((code): Case => ({
    attack: `a link for guests with ${code} for a code`,
    expected: 'not-found',
    play: async (bed) => (await bed.call('POST', '/stream/guests', { body: { code, name: 'Zoya' } })).error,
  })),
  {
    attack: 'a link for guests with half of its code',
    expected: 'invalid-request',
    play: async (bed) => {
      const { code } = await invited(bed);
      return (await bed.call('POST', '/stream/guests', { body: { code: code.slice(0, 16), name: 'Zoya' } })).error;
    },
  },
  {
    attack: 'a link for guests that was taken back',
    expected: 'not-found',
    play: async (bed) => {
      const { show, code } = await invited(bed);
      await bed.call('DELETE', `/stream/${show}/guests/invitation`, { token: bed.tokens.asha });
      return (await bed.call('POST', '/stream/guests', { body: { code, name: 'Zoya' } })).error;
    },
  },
  {
    attack: 'a link for guests of another’s show',
    expected: 'not-allowed',
    play: async (bed) => {
      const { show } = await invited(bed);
      return (await bed.call('POST', `/stream/${show}/guests/invitation`, { token: bed.tokens.bilal })).error;
    },
  },
  asGuest('who lets themselves in', (show) => [
    ask,
    JSON.stringify({ action: 'guests.open', streamId: show }),
    JSON.stringify({ action: 'guests.admit', streamId: show, guestId: made('A') }),
  ]),
  asGuest('who speaks to the studio before they are let in', () => [ask, signalOf(10)]),
  asGuest('who speaks to another guest', (show) => [ask, signalOf(10, { streamId: show, guestId: made('A') })]),
  asGuest('who joins the audience by the same socket', (show) => [ask, join(show)]),
  asGuest('with 15,000 characters of SDP', () => [ask, signalOf(15_000)]),
  said(
    'the guests of a show that is another’s',
    '{"action":"guests.open","streamId":"str_00000000000000000000000000"}',
  ),
  said('a guest’s words from who is none', ask),
  said(
    'a studio’s words from who has none',
    signalOf(10, { streamId: 'str_00000000000000000000000000', guestId: made('A') }),
  ),
  flood(
    '2,000 signals of 10 KB on each of four sockets',
    4,
    Array.from({ length: 2_000 }, () => signalOf(10_000)),
  ),
  // last: from here on nobody at this address is heard for a minute
  {
    attack: 'a thousand codes guessed',
    expected: 'none leads anywhere, and then none is heard',
    play: async (bed) => {
      const answers = new Set<string>();
      for (let i = 0; i < 1_000; i++) {
        const code = String(i).padStart(32, 'A');
        answers.add((await bed.call('POST', '/stream/guests', { body: { code, name: 'Zoya' } })).error);
      }
      return [...answers].toSorted().join() === 'not-found,too-many-requests'
        ? 'none leads anywhere, and then none is heard'
        : [...answers].join();
    },
    long: true,
  },
];

/** What is said to the audience's sockets, and who says it. */
export const AUDIENCE: readonly Case[] = [
  refused('without a ticket', () => ''),
  refused('with an empty ticket', () => '?ticket='),
  refused('with a ticket that was made up', () => `?ticket=${'A'.repeat(43)}`),
  refused('with a ticket of 8 KB', () => `?ticket=${'A'.repeat(8_192)}`),
  refused('with a token for a ticket', ({ tokens }) => `?ticket=${tokens.chen}`),
  refused('with __proto__ for a ticket', () => '?ticket=__proto__'),
  refused('with a ticket twice', async (bed) => {
    const ticket = await ticketOf(bed);
    await open(bed, `?ticket=${ticket}`, ['{"action":"ping"}']);
    return `?ticket=${ticket}`;
  }),
  {
    attack: 'a ticket used by twenty sockets at once',
    expected: '1 opened',
    play: async (bed) => {
      const ticket = await ticketOf(bed);
      const all = await Promise.all(Array.from({ length: 20 }, () => open(bed, `?ticket=${ticket}`)));
      return `${all.filter(({ opened }) => opened).length} opened`;
    },
  },
  refused('called evil.example', async (bed) => `?ticket=${await ticketOf(bed)}`, { host: 'evil.example' }),
  said('text that is no JSON', 'hello?'),
  said('null', 'null'),
  said('a list', '[]'),
  said('a number', '1'),
  said('an empty message', ''),
  said('bytes', Buffer.from([0, 1, 2, 255])),
  said('bytes that are no text', Buffer.from('ff fe c3 28', 'hex')),
  said('no action', '{}'),
  said('an action that is none', '{"action":"shout"}'),
  said('__proto__ for an action', '{"action":"__proto__"}'),
  said('constructor for an action', '{"action":"constructor"}'),
  said('$default for an action', '{"action":"$default"}'),
  said('$disconnect for an action', '{"action":"$disconnect"}'),
  said('$connect for an action', '{"action":"$connect"}'),
  said('a join without a show', '{"action":"join"}'),
  said('a join of a number', join(1)),
  said('a join of an operator', join({ $ne: null })),
  said('a join of a show that is not there', join('str_00000000000000000000000000')),
  said('a join of a key of the table', join('STREAM#x')),
  said('a join of 20 KB', join('x'.repeat(20_000))),
  said('40 KB', 'x'.repeat(40_000)),
  said('200 KB', 'x'.repeat(200_000)),
  said('1 MB', 'x'.repeat(1_000_000)),
  said('JSON nested 3,000 deep', `${'['.repeat(3_000)}${']'.repeat(3_000)}`),
  {
    attack: 'a stranger in the audience of a show for followers',
    expected: 'refused',
    play: async (bed) => {
      const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
      const { body } = await bed.call('POST', '/stream/create', {
        token: bed.tokens.asha,
        body: { title: 'For followers', visibility: 'followers', scheduledFor },
      });
      const { said: heard } = await open(bed, `?ticket=${await ticketOf(bed)}`, [join(body.stream.id)]);
      return /"type":"(joined|refused)"/.exec(heard.join(' '))?.[1] ?? 'nothing heard';
    },
  },
  flood(
    '1,500 joins and leaves on one socket',
    1,
    Array.from({ length: 3_000 }, (_, index) => (index % 2 === 0 ? join('{id}') : '{"action":"leave"}')),
  ),
  flood(
    '20,000 pings on one socket',
    1,
    Array.from({ length: 20_000 }, () => '{"action":"ping"}'),
  ),
  flood(
    '5,000 messages of noise on one socket',
    1,
    Array.from({ length: 5_000 }, () => '{"action":"shout"}'),
  ),
  flood(
    '40 sockets with 100 joins each',
    40,
    Array.from({ length: 100 }, () => join('{id}')),
  ),
  ...GUESTS,
];
