import compile from 'icu-minify/compile';
import { describe, expect, it } from 'vitest';
import { CATALOGUES } from './catalogue.ts';
import { LANGUAGE_CODES, type Language } from './language.ts';

type Messages = { [key: string]: string | Messages };

/** Every message of a language by its whole key. */
const messagesOf = async (language: Language) => {
  const { first, rest, guests } = CATALOGUES[language];
  const whole = { ...(await first()), ...(await rest()), ...(await guests()) };
  return flat(whole, '');
};

const flat = (messages: Messages, before: string): [string, string][] =>
  Object.entries(messages).flatMap(([key, message]) =>
    typeof message === 'string' ? [[before + key, message] as [string, string]] : flat(message, `${before}${key}.`),
  );

/** What a message wants to be given: its arguments and its tags. */
const wanted = (message: string): string[] => {
  const found = new Set<string>();
  const look = (part: unknown) => {
    if (Array.isArray(part)) {
      const [name, ...rest] = part as unknown[];
      if (typeof name === 'string') found.add(name);
      for (const one of rest) look(one);
    } else if (typeof part === 'object' && part !== null) {
      for (const one of Object.values(part)) lookAll(one);
    }
  };
  const lookAll = (parts: unknown) => {
    if (Array.isArray(parts)) for (const part of parts) look(part);
  };
  lookAll(compile(message));
  return [...found].toSorted();
};

const english = new Map(await messagesOf('en'));

describe.each(LANGUAGE_CODES)('the words in %s', (language) => {
  it('are all there, and no others', async () => {
    const keys = (await messagesOf(language)).map(([key]) => key);
    expect(keys.toSorted()).toEqual([...english.keys()].toSorted());
  });

  it('say something, and are given the same as in English', async () => {
    for (const [key, message] of await messagesOf(language)) {
      expect(message.trim(), key).not.toBe('');
      expect(wanted(message), key).toEqual(wanted(english.get(key) ?? ''));
    }
  });
});

it('Urdu is in its own letters, but for names', async () => {
  const latin = (await messagesOf('ur')).filter(([, message]) => !/[\u0600-\u06ff]/.test(message));
  expect(latin.map(([key]) => key)).toEqual(['ui.documentTitle']);
});

it('Roman Urdu is in Latin letters', async () => {
  const other = (await messagesOf('ur-Latn')).filter(([, message]) => /[\u0600-\u06ff]/.test(message));
  expect(other).toEqual([]);
});
