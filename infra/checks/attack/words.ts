import type { AttackCase } from './attack-case.ts';
import type { PlatformBed } from '../lib/platform-bed.ts';

type Case = AttackCase<PlatformBed>;

const SCRIPTS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'-alert(1)-'",
  '<svg/onload=alert(1)>',
  '</title><script>alert(1)</script>',
  '{{constructor.constructor("alert(1)")()}}',
  '${alert(1)}',
  'javascript:alert(1)',
  '<iframe srcdoc="<script>1</script>">',
  '&lt;script&gt;',
  '<!--<script>',
  ']]><script>',
  '<a href="data:text/html,<script>1</script>">x</a>',
];
/** What turns the direction of all that follows it: kept out of a text, whose other letters are kept. */
const TURNS = '\u202e';
const INVISIBLE = [
  '\u200b\u200b',
  '\u3164',
  '\u2800',
  '\u115f\u1160',
  '\ufeff',
  '\u00ad',
  '\u180e',
  '\u{e0041}',
  '\u{1d159}',
  '\ufffa',
];

/** What comes back of a text: as data that a browser does not take for a page, and word for word. */
const asData = async (bed: PlatformBed, path: string, text: string): Promise<string> => {
  const { headers, text: said } = await bed.call('GET', path, { token: bed.tokens.chen });
  const type = headers.get('content-type') ?? '';
  const isData =
    type.startsWith('application/json') && (headers.get('x-content-type-options') === 'nosniff' || !/</.test(type));
  return isData && said.includes(JSON.stringify(text)) ? 'data' : `${type}: ${said.slice(0, 60)}`;
};

/** Words that are more than words to whoever shows them without care. */
export const WORDS: readonly Case[] = [
  ...SCRIPTS.map((text): Case => ({
    attack: `a post of ${JSON.stringify(text)}`,
    expected: 'data',
    play: async (bed) => {
      const { body, error } = await bed.call('POST', '/posts', { token: bed.tokens.chen, body: { text } });
      return body?.id === undefined ? error : asData(bed, `/posts/${body.id}`, text);
    },
  })),
  {
    attack: 'a post whose letters run backwards',
    expected: 'data',
    play: async (bed) => {
      const { body, error } = await bed.call('POST', '/posts', {
        token: bed.tokens.chen,
        body: { text: `${TURNS}gnp.exe` },
      });
      return body?.id === undefined ? error : asData(bed, `/posts/${body.id}`, 'gnp.exe');
    },
  },
  ...SCRIPTS.slice(0, 6).map((name): Case => ({
    attack: `a name of ${JSON.stringify(name)}`,
    expected: 'data',
    play: async (bed) => {
      const { error, status } = await bed.call('PATCH', '/users/me', { token: bed.tokens.chen, body: { name } });
      return status === 200 ? asData(bed, '/users/me', name) : error;
    },
  })),
  ...INVISIBLE.map((name): Case => ({
    attack: `a name that nobody sees (${Array.from(name, (letter) => letter.codePointAt(0)?.toString(16)).join(' ')})`,
    expected: 'invalid-request',
    play: async (bed) => (await bed.call('PATCH', '/users/me', { token: bed.tokens.chen, body: { name } })).error,
  })),
  {
    attack: 'a name that covers the lines around it',
    expected: 'invalid-request',
    play: async (bed) => {
      const name = `A${'\u0301\u0302\u0303'.repeat(20)}`;
      return (await bed.call('PATCH', '/users/me', { token: bed.tokens.chen, body: { name } })).error;
    },
  },
  ...['admin', 'asha', 'me', '../me', 'a', 'a'.repeat(60), 'Asha', 'аsha', '__proto__', 'a b'].map((handle): Case => ({
    attack: `the handle ${handle.slice(0, 20)}`,
    expected: ['invalid-request', 'handle-taken'],
    play: async (bed) => (await bed.call('PATCH', '/users/me', { token: bed.tokens.chen, body: { handle } })).error,
  })),
  ...['/', '/watch/x', '/people/%3Cscript%3E'].map((path): Case => ({
    attack: `the page ${path} in a frame, with a script of another host`,
    expected: 'refused by its policy',
    play: async (bed) => {
      const policy = (await bed.call('GET', path)).headers.get('content-security-policy') ?? '';
      const holds = [
        "script-src 'self'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'self'",
        "object-src 'none'",
      ];
      const missing = holds.filter((directive) => !policy.includes(directive));
      return missing.length === 0 && !/script-src[^;]*'unsafe-(?:inline|eval)'/.test(policy)
        ? 'refused by its policy'
        : missing.join(', ');
    },
  })),
  {
    attack: 'the API called from a page of another site',
    expected: 'not for that page',
    play: async (bed) => {
      const { headers } = await bed.call('GET', '/auth/session', {
        token: bed.tokens.chen,
        headers: { origin: 'https://evil.example' },
      });
      return headers.get('access-control-allow-origin') === null ? 'not for that page' : 'allowed';
    },
  },
];
