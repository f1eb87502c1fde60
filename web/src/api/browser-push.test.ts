// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createBrowserPush } from './browser-push.ts';

/** A browser that has Web Push, and lets us; what it has registered is there from then on. */
const makeBrowser = () => {
  const registrations: string[] = [];
  const subscription = {
    endpoint: 'https://push.test/1',
    options: { applicationServerKey: null },
    getKey: () => new Uint8Array([1, 2]).buffer,
    unsubscribe: async () => true,
  };
  const current = () => {
    const scriptURL = registrations.at(-1);
    return scriptURL === undefined ? undefined : { active: { scriptURL }, pushManager };
  };
  const pushManager = { getSubscription: async () => null, subscribe: async () => subscription };
  vi.stubGlobal('PushManager', {});
  vi.stubGlobal('Notification', { permission: 'granted', requestPermission: async () => 'granted' });
  vi.stubGlobal('navigator', {
    serviceWorker: {
      getRegistration: async () => current(),
      register: async (address: string) => void registrations.push(address),
      get ready() {
        return Promise.resolve(current());
      },
    },
  });
  return { registered: () => registrations.map((address) => new URL(address).search) };
};

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('notices in a browser', () => {
  it('speak what the app speaks, from the first on and once that is another language', async () => {
    const { registered } = makeBrowser();
    let language = 'ur';
    const push = createBrowserPush({ language: () => language });
    expect(await push.subscribe('AQI')).toMatchObject({ endpoint: 'https://push.test/1', keys: { p256dh: 'AQI' } });
    await push.speak();
    expect(registered()).toEqual(['?language=ur']);
    language = 'ur-Latn';
    await push.speak();
    expect(registered()).toEqual(['?language=ur', '?language=ur-Latn']);
  });

  it('are not begun by a language that is chosen', async () => {
    const { registered } = makeBrowser();
    await createBrowserPush({ language: () => 'ur' }).speak();
    expect(registered()).toEqual([]);
  });
});
