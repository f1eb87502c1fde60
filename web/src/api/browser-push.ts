import type { Subscribe } from '#contract/http';

/** Whether this browser can be told by Web Push, and lets us. `unasked`: nobody has asked it yet. */
export type PushPermission = 'impossible' | 'refused' | 'unasked' | 'given';

/** Web Push in this browser. */
export type BrowserPush = {
  permission: () => PushPermission;
  /** Subscribes for this key, and first asks the person, which browsers allow at a press only. Undefined where they refuse. */
  subscribe: (publicKey: string) => Promise<Subscribe | undefined>;
  /** What this browser is subscribed with; undefined where it is not. */
  current: () => Promise<Subscribe | undefined>;
  unsubscribe: () => Promise<void>;
};

const WORKER = '/service-worker.js';

type Parts = {
  /** What the app speaks now (BCP 47). */
  language: () => string;
};

/** Web Push as browsers have it: by a service worker, which stays when the page goes. */
export const createBrowserPush = ({
  language,
}: Parts): BrowserPush & {
  /** Has notices speak what the app speaks now, where this browser shows any. */
  speak: () => Promise<void>;
} => {
  const isPossible = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
  /** The worker sees nothing that a page keeps, and is told the language by its address; under another it takes the place of the one before. */
  const address = () => new URL(`${WORKER}?language=${language()}`, location.origin).href;
  const register = () => navigator.serviceWorker.register(address());
  const registered = () => (isPossible ? navigator.serviceWorker.getRegistration(WORKER) : undefined);

  return {
    permission: () => {
      if (!isPossible) return 'impossible';
      if (Notification.permission === 'denied') return 'refused';
      return Notification.permission === 'granted' ? 'given' : 'unasked';
    },
    subscribe: async (publicKey) => {
      if (!isPossible || (await Notification.requestPermission()) !== 'granted') return undefined;
      await register();
      const { pushManager } = await navigator.serviceWorker.ready;
      const known = await pushManager.getSubscription();
      const isOurs = known !== null && keyOf(known) === publicKey;
      // one for a key that was changed is of no use
      if (known && !isOurs) await known.unsubscribe();
      const made =
        known && isOurs
          ? known
          : await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(publicKey) });
      return saidOf(made);
    },
    current: async () => {
      const known = await (await registered())?.pushManager.getSubscription();
      return known ? saidOf(known) : undefined;
    },
    unsubscribe: async () => {
      const known = await (await registered())?.pushManager.getSubscription();
      await known?.unsubscribe();
    },
    speak: async () => {
      const known = await registered();
      if (known && known.active?.scriptURL !== address()) await register();
    },
  };
};

const textOf = (bytes: ArrayBuffer | null): string =>
  btoa(String.fromCodePoint(...new Uint8Array(bytes ?? new ArrayBuffer(0))))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.codePointAt(0) ?? 0);

const keyOf = ({ options }: PushSubscription): string => textOf(options.applicationServerKey);

const saidOf = (subscription: PushSubscription): Subscribe => ({
  endpoint: subscription.endpoint,
  keys: { p256dh: textOf(subscription.getKey('p256dh')), auth: textOf(subscription.getKey('auth')) },
});
