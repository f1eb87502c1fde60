import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answersTo } from './hosts.ts';

const port = fc.option(fc.integer({ min: 1, max: 65_535 })).map((given) => (given === null ? '' : `:${given}`));

describe('the names that a server on this machine answers to', () => {
  test('are this machine’s own and those it is told, with any port', () => {
    const answers = answersTo(['mux', 'Vybzz.Example']);
    const own = fc.constantFrom('localhost', 'LOCALHOST', '127.0.0.1', '[::1]', 'mux', 'vybzz.example');
    fc.assert(fc.property(own, port, (name, at) => answers(`${name}${at}`)));
  });

  test('are no others, however much they look like them', () => {
    const answers = answersTo();
    const foreign = fc.oneof(
      fc.domain(),
      fc.ipV4().filter((address) => address !== '127.0.0.1'),
      fc.domain().map((domain) => `localhost.${domain}`),
      fc.domain().map((domain) => `127.0.0.1.${domain}`),
      fc.domain().map((domain) => `localhost:80.${domain}`),
      fc.string().filter((text) => !/^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i.test(text)),
    );
    fc.assert(fc.property(foreign, port, (name, at) => !answers(`${name}${at}`) || /^localhost$/i.test(name)));
    expect(answers(undefined)).toBe(false);
  });
});
