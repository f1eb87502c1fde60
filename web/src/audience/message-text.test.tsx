// @vitest-environment happy-dom
import { act, cleanup, render, screen, waitFor } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { ChatText } from '#contract/chat';
import { createFakeApp, renderPart } from '../context/app.testing.tsx';
import { AudiencePanel } from './audience-panel.tsx';
import { MessageText, names } from './message-text.tsx';
import { ModerationTools } from './moderation-tools.tsx';

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

/** Enough for the places where a text stands: what becomes of a text is held by all of them. */
const FEW = CORPUS.filter((_, at) => at % 5 === 0);

describe('what somebody wrote', () => {
  it('stays text, whatever a page would make of it', () => {
    expect(new Set(CORPUS).size).toBeGreaterThanOrEqual(200);
    for (const text of CORPUS) {
      const { container, unmount } = render(<MessageText text={text} me="chen" />);
      expect(container.textContent).toBe(text);
      for (const element of container.querySelectorAll('*')) {
        expect(['SPAN', 'A', 'MARK'], text).toContain(element.tagName);
        const allowed = element.tagName === 'A' ? ['href', 'target', 'rel', 'dir'] : ['class', 'dir'];
        for (const { name } of element.attributes) expect(allowed, text).toContain(name);
      }
      for (const link of container.querySelectorAll('a')) {
        expect(new URL(link.href).protocol, text).toMatch(/^https?:$/);
        expect(link.rel).toContain('noopener');
      }
      unmount();
    }
  });

  it('stays text as well where it is a name, is answered, is pinned, is held back or is written down', async () => {
    const hostile = (text: string) => ({ handle: 'mallory', name: text });
    const at = '2026-11-22T10:00:00Z';
    const messages = FEW.map((text, seq) => ({
      id: String(seq),
      seq,
      from: hostile(text),
      text,
      at,
      replyTo: { seq: 0, handle: 'mallory', text },
    }));
    const app = createFakeApp({
      answers: {
        'GET /stream/str_1/moderation': {
          items: FEW.map((text, i) => ({ id: `${i}`, at, act: 'delete', by: hostile(text), text, undone: true })),
          held: FEW.map((text, i) => ({ id: `${i}`, from: hostile(text), text, at })),
        },
      },
    });
    const log = { messages, removed: new Set<number>(), seq: FEW.length, rules: { slowSeconds: 0, frozen: false } };
    const { container } = renderPart(
      app,
      <>
        <AudiencePanel streamId="str_1" studio />
        <ModerationTools streamId="str_1" rules={log.rules} creator={false} />
      </>,
    );
    await screen.findByRole('region', { name: 'Chat' });
    const pinned = messages[0];
    await act(() =>
      app.push({
        state: 'live',
        title: FEW[0] ?? '',
        viewers: 1,
        recording: 'none',
        chat: { ...log, rules: { ...log.rules, ...(pinned && { pinned }) } },
      }),
    );
    await userEvent.click(screen.getByRole('button', { name: 'Moderate' }));
    const dialog = await screen.findByRole('dialog');
    await waitFor(() => expect(dialog.querySelectorAll('li').length).toBe(2 * FEW.length));
    expect(container.querySelectorAll('.chat__message').length).toBe(FEW.length);
    for (const part of [container, dialog]) {
      expect(
        part.querySelector('script, img, iframe, object, embed, video, form[action], base, meta, style'),
      ).toBeNull();
      for (const element of part.querySelectorAll('*'))
        for (const { name, value } of element.attributes) {
          expect(name).not.toMatch(/^on|^srcdoc$/i);
          if (name === 'href') expect(value).toMatch(/^https?:/);
        }
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
