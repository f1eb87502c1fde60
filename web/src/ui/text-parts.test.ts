import { describe, expect, it } from 'vitest';
import { textParts } from './text-parts.ts';

const link = (href: string) => ({ type: 'link', text: href, href });
const text = (words: string) => ({ type: 'text', text: words });

describe('a text', () => {
  it.each([
    ['no address', [text('no address')]],
    ['see https://a.example/b?c=d#e for more', [text('see '), link('https://a.example/b?c=d#e'), text(' for more')]],
    ['at http://a.example.', [text('at '), link('http://a.example'), text('.')]],
    ['(https://a.example/x)', [text('('), link('https://a.example/x'), text(')')]],
    ['https://a.example', [link('https://a.example')]],
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
