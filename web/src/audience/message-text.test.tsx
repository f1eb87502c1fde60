// @vitest-environment happy-dom
import { cleanup, render } from '@testing-library/preact';
import { afterEach, describe, expect, it } from 'vitest';
import { ChatText } from '#contract/chat';
import { MessageText, names } from './message-text.tsx';

afterEach(cleanup);

/** What runs a script where a text is taken for a page. */
const VECTORS = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '<svg><script href="data:,alert(1)"/></svg>',
  '<iframe src="javascript:alert(1)">',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '<body onload=alert(1)>',
  '<details open ontoggle=alert(1)>',
  '<video><source onerror=alert(1)></video>',
  '<math><mtext><img src=x onerror=alert(1)>',
  '<a href="javascript:alert(1)">x</a>',
  '<a href="data:text/html,<script>alert(1)</script>">x</a>',
  '<form action="javascript:alert(1)"><button>x</button></form>',
  '<object data="javascript:alert(1)">',
  '<embed src="javascript:alert(1)">',
  '<link rel=stylesheet href="//evil.example">',
  '<style>@import "//evil.example"</style>',
  '<meta http-equiv=refresh content="0;url=javascript:alert(1)">',
  '<base href="//evil.example/">',
  '<template><script>alert(1)</script></template>',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)//https://vybzz.test',
  'https://vybzz.test/"onmouseover="alert(1)',
  'https://vybzz.test/<img/src=x/onerror=alert(1)>',
  '@chen<img src=x onerror=alert(1)>',
];
/** What such a text is put into, so that a careless reader falls out of its context. */
const CONTEXTS: readonly ((vector: string) => string)[] = [
  (vector) => vector,
  (vector) => `">${vector}`,
  (vector) => `'>${vector}`,
  (vector) => `</textarea>${vector}`,
  (vector) => `</title>${vector}`,
  (vector) => `--><!--${vector}`,
  (vector) => `]]>${vector}`,
  (vector) => `{{${vector}}}`,
  (vector) => `\`\${${vector}}`,
  (vector) => vector.replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  (vector) => vector.replaceAll('<', '\u003c\u200b'),
];
const CORPUS = CONTEXTS.flatMap((put) => VECTORS.map(put));

describe('what somebody wrote', () => {
  it('stays text, whatever a page would make of it', () => {
    expect(new Set(CORPUS).size).toBeGreaterThanOrEqual(200);
    for (const text of CORPUS) {
      const { container, unmount } = render(<MessageText text={text} me="chen" />);
      expect(container.textContent).toBe(text);
      for (const element of container.querySelectorAll('*')) {
        expect(['SPAN', 'A', 'MARK'], text).toContain(element.tagName);
        const allowed = element.tagName === 'A' ? ['href', 'target', 'rel'] : ['class', 'dir'];
        for (const { name } of element.attributes) expect(allowed, text).toContain(name);
      }
      for (const link of container.querySelectorAll('a')) {
        expect(new URL(link.href).protocol, text).toMatch(/^https?:$/);
        expect(link.rel).toContain('noopener');
      }
      unmount();
    }
  });

  it('names whom it names, and nobody whose handle only begins alike', () => {
    const marked = (text: string) => {
      const { container, unmount } = render(<MessageText text={text} me="chen" />);
      expect(container.textContent).toBe(text);
      const marks = [...container.querySelectorAll('mark')].map(
        ({ textContent, className }) => textContent + (className.includes('--me') ? ' (me)' : ''),
      );
      unmount();
      return [marks, names(text, 'chen')];
    };
    expect(marked('Thank you, @chen!')).toEqual([['@chen (me)'], true]);
    expect(marked('@Chen, @asha')).toEqual([['@Chen (me)', '@asha'], true]);
    expect(marked('@chenoa said so')).toEqual([['@chenoa'], false]);
    expect(marked('write to me@chen.test')).toEqual([[], false]);
    expect(marked('https://vybzz.test/@chen')).toEqual([[], false]);
    expect(marked('#tags @ nobody @ch')).toEqual([[], false]);
  });

  it('is taken as it is, or refused, and never changed into something else', () => {
    for (const text of CORPUS) {
      const taken = ChatText.safeParse(text);
      if (taken.success) expect(taken.data).toBe(text.trim());
    }
  });
});
