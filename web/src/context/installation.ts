/** Chromium's event (wicg.github.io/manifest-incubations); where there is none, the browser has its own way or none. */
type InstallOffer = Event & { prompt: () => Promise<unknown> };

const isOffer = (event: Event): event is InstallOffer => 'prompt' in event;

export type Installation = ReturnType<typeof createInstallation>;

/** Whether the app can be put among the device's own, and the way there. */
export const createInstallation = (page: Pick<EventTarget, 'addEventListener'>) => {
  const listeners = new Set<() => void>();
  let offer: InstallOffer | undefined;
  const become = (next: InstallOffer | undefined) => {
    offer = next;
    for (const listener of listeners) listener();
  };
  page.addEventListener('beforeinstallprompt', (event) => {
    // offered where people look for it, and not over what they do
    event.preventDefault();
    if (isOffer(event)) become(event);
  });
  page.addEventListener('appinstalled', () => become(undefined));
  return {
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    isOffered: () => offer !== undefined,
    /** Asks the person, once: an offer is good for one question. */
    install: async () => {
      const taken = offer;
      become(undefined);
      await taken?.prompt();
    },
  };
};
