import { readFile } from 'node:fs/promises';
import compile from 'icu-minify/compile';
import { transformWithOxc, type Plugin } from 'vite';

type Messages = { [key: string]: string | Messages };

const CATALOGUE = /\/src\/words\/(en|ur|ur-Latn)\/(?!first|rest)[\w-]+\.ts$/;
const OWN_LETTERS = /[\u0600-\u06ff]/;
/** An argument that is only put in: `{name}`, with the sign of a handle before it. */
const PUT_IN = /@?\{\w+\}/g;

/**
 * Parses the messages of the catalogues while the app is built, so that the browser gets neither a parser of ICU messages nor
 * its work. In a language that runs from the right what is put in is isolated (U+2068, U+2069): a name or a handle in Latin
 * letters would draw the marks beside it to its wrong side.
 */
export const compileWords = (): Plugin => ({
  name: 'vybzz:compile-words',
  enforce: 'pre',
  async load(id) {
    const [file = ''] = id.split('?');
    const [, language] = CATALOGUE.exec(file) ?? [];
    if (language === undefined) return undefined;
    const { code } = await transformWithOxc(await readFile(file, 'utf8'), file);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `Translated` has checked
    const parts = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as Record<string, Messages>;
    this.addWatchFile(file);
    return Object.entries(parts)
      .map(([name, messages]) => `export const ${name} = ${JSON.stringify(compiled(messages, language === 'ur'))};`)
      .join('\n');
  },
});

const compiled = (messages: Messages, isolate: boolean): unknown =>
  Object.fromEntries(
    Object.entries(messages).map(([key, message]) => [
      key,
      typeof message === 'string'
        ? compile(isolate && OWN_LETTERS.test(message) ? message.replaceAll(PUT_IN, '\u2068$&\u2069') : message)
        : compiled(message, isolate),
    ]),
  );
