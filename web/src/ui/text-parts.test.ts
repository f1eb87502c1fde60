import { describe, expect, it } from 'vitest';
import { textParts } from './text-parts.ts';

const link = (href: string) => ({ type: 'link', text: href, href });
const person = (handle: string) => ({ type: 'person', text: `@${handle}`, handle });
const tag = (words: string, name: string) => ({ type: 'tag', text: words, tag: name });
const text = (words: string) => ({ type: 'text', text: words });

describe('a text', () => {
  it.each([
    ['no address', [text('no address')]],
    ['see https://a.example/b?c=d#e for more', [text('see '), link('https://a.example/b?c=d#e'), text(' for more')]],
    ['at http://a.example.', [text('at '), link('http://a.example'), text('.')]],
    ['(https://a.example/x)', [text('('), link('https://a.example/x'), text(')')]],
    ['https://a.example', [link('https://a.example')]],
    ['see https://a.example/Urdu_(script).', [text('see '), link('https://a.example/Urdu_(script)'), text('.')]],
    ['(https://a.example/a_(b))', [text('('), link('https://a.example/a_(b)'), text(')')]],
    ['https://a.example/x。次', [link('https://a.example/x'), text('。次')]],
    ['https://a.example/x۔ پھر', [link('https://a.example/x'), text('۔ پھر')]],
    ['thanks @asha, @bilal!', [text('thanks '), person('asha'), text(', '), person('bilal'), text('!')]],
    [
      '#Live with @asha: #کرکٹ!',
      [tag('#Live', 'live'), text(' with '), person('asha'), text(': '), tag('#کرکٹ', 'کرکٹ'), text('!')],
    ],
    ['https://a.example/#b #1 a#c', [link('https://a.example/#b'), text(' #1 a#c')]],
    ['asha@a.example or @ab', [text('asha@a.example or @ab')]],
    [
      'javascript:alert(1) data:text/html,x ftp://a.example',
      [text('javascript:alert(1) data:text/html,x ftp://a.example')],
    ],
    ['<a href="https://a.example">', [text('<a href="'), link('https://a.example'), text('">')]],
    ['https:// and http://[', [text('https:// and http://[')]],
  ])('%j', (words, parts) => {
    expect(textParts(words)).toEqual(parts);
  });
});
