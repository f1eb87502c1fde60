/* Takes notices of Web Push, whether or not a page is open. Nothing is cached here, and no request passes through. */

const LINES = {
  en: (creator) => `${creator} is live`,
  ur: (creator) => `${creator} لائیو ہیں`,
  'ur-latn': (creator) => `${creator} live hain`,
};

/** The language that was chosen in the app, which names it in this worker's address (`api/browser-push.ts`); else the browser's. */
const language = new URL(self.location.href).searchParams.get('language') ?? self.navigator.language ?? 'en';

const lineFor = (creator) => {
  const [tongue, ...parts] = language.toLowerCase().split('-');
  const line = LINES[tongue === 'ur' && parts.includes('latn') ? 'ur-latn' : tongue] ?? LINES.en;
  return line(creator);
};

const noticeIn = (data) => {
  try {
    const notice = data?.json();
    return notice?.kind === 'live' && typeof notice.streamId === 'string' ? notice : undefined;
  } catch {
    return undefined;
  }
};

// A new version takes over at once: it holds nothing that a page depends on.
self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('push', (event) => {
  const notice = noticeIn(event.data);
  // Something has to be shown for every push, or browsers end the subscription.
  const title = notice ? lineFor(String(notice.creator)) : 'Vybzz';
  const tag = notice ? notice.streamId : 'vybzz';
  event.waitUntil(
    self.registration.showNotification(title, {
      body: notice ? String(notice.title) : '',
      // one of the same show takes the place of another
      tag,
      icon: '/apple-touch-icon.png',
      data: { path: notice ? `/watch/${encodeURIComponent(notice.streamId)}` : '/' },
    }),
  );
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { path } = event.notification.data ?? { path: '/' };
  event.waitUntil(
    self.clients.matchAll({ type: 'window', includeUncontrolled: true }).then((pages) => {
      const there = pages.find((page) => new URL(page.url).pathname === path);
      return there ? there.focus() : self.clients.openWindow(path);
    }),
  );
});
