import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';

const SCRIPT = readFileSync(new URL('../../public/service-worker.js', import.meta.url), 'utf8');

type Heard = { waitUntil: (work: Promise<unknown>) => void; [more: string]: unknown };
type Shown = { title: string; body: string; tag: string; data: { path: string } };

/** A browser that has the service worker, on whose screen are these pages. */
const installed = (language: string, pages: readonly string[] = [], query = '') => {
  const listeners = new Map<string, (event: Heard) => void>();
  const shown: Shown[] = [];
  const focused: string[] = [];
  const opened: string[] = [];
  const self = {
    navigator: { language },
    location: { href: `https://vybzz.test/service-worker.js${query}` },
    addEventListener: (type: string, listener: (event: Heard) => void) => void listeners.set(type, listener),
    registration: {
      showNotification: async (title: string, options: Omit<Shown, 'title'>) => void shown.push({ title, ...options }),
    },
    clients: {
      matchAll: async () => pages.map((url) => ({ url, focus: async () => void focused.push(url) })),
      openWindow: async (path: string) => void opened.push(path),
    },
  };
  runInNewContext(SCRIPT, { self, URL });
  const happens = async (type: string, event: object) => {
    const work: Promise<unknown>[] = [];
    listeners.get(type)?.({ ...event, waitUntil: (more) => void work.push(more) });
    await Promise.all(work);
  };
  return {
    shown,
    focused,
    opened,
    push: (data: string | undefined) =>
      happens('push', { data: data === undefined ? null : { json: () => JSON.parse(data) } }),
    click: (notice: Shown) => happens('notificationclick', { notification: { ...notice, close: () => {} } }),
  };
};

const NOTICE = JSON.stringify({ kind: 'live', streamId: 'str_1', creator: 'Asha', title: 'First light' });

describe('a notice that is pushed', () => {
  it.each([
    ['en-GB', 'Asha is live'],
    ['ur-PK', 'Asha لائیو ہیں'],
    ['ur-Latn-PK', 'Asha live hain'],
    ['de', 'Asha is live'],
  ])('is shown in %s, one for a show', async (language, title) => {
    const browser = installed(language);
    await browser.push(NOTICE);
    expect(browser.shown).toMatchObject([{ title, body: 'First light', tag: 'str_1', data: { path: '/watch/str_1' } }]);
  });

  it('is shown in the language that was chosen in the app, whatever the browser speaks', async () => {
    const browser = installed('en-GB', [], '?language=ur-Latn');
    await browser.push(NOTICE);
    expect(browser.shown).toMatchObject([{ title: 'Asha live hain' }]);
  });

  it.each([undefined, 'no JSON', '{}', '{"kind":"live"}', '{"kind":"another","streamId":"str_1"}'])(
    'that says %s is shown all the same, and leads home',
    async (data) => {
      const browser = installed('en');
      await browser.push(data);
      expect(browser.shown).toMatchObject([{ title: 'Vybzz', data: { path: '/' } }]);
    },
  );

  it('leads to the show: to the page that is open, or to a new one', async () => {
    const open = installed('en', ['https://vybzz.test/', 'https://vybzz.test/watch/str_1?t=3']);
    await open.push(NOTICE);
    for (const notice of open.shown) await open.click(notice);
    expect([open.focused, open.opened]).toEqual([['https://vybzz.test/watch/str_1?t=3'], []]);
    const closed = installed('en');
    await closed.push(NOTICE);
    for (const notice of closed.shown) await closed.click(notice);
    expect(closed.opened).toEqual(['/watch/str_1']);
  });

  it('leads nowhere but to a show of ours, whatever it says of one', async () => {
    const browser = installed('en');
    await browser.push(JSON.stringify({ kind: 'live', streamId: '../../evil.example', creator: 'x', title: 'x' }));
    for (const notice of browser.shown) await browser.click(notice);
    expect(browser.opened).toEqual(['/watch/..%2F..%2Fevil.example']);
  });
});
