import { describe, expect, it } from 'vitest';
import { createInstallation } from './installation.ts';

const offered = () => {
  let asked = 0;
  const event = new Event('beforeinstallprompt', { cancelable: true });
  return { event: Object.assign(event, { prompt: async () => void (asked += 1) }), asked: () => asked };
};

describe('putting the app among the device’s own', () => {
  it('is offered when the browser offers it, and asked once', async () => {
    const page = new EventTarget();
    const installation = createInstallation(page);
    let told = 0;
    installation.subscribe(() => (told += 1));
    expect(installation.isOffered()).toBe(false);
    const { event, asked } = offered();
    page.dispatchEvent(event);
    // the browser's own bar stays away
    expect([installation.isOffered(), told, event.defaultPrevented]).toEqual([true, 1, true]);
    await installation.install();
    await installation.install();
    expect([installation.isOffered(), told, asked()]).toEqual([false, 3, 1]);
  });

  it('is no longer offered once it is done another way', () => {
    const page = new EventTarget();
    const installation = createInstallation(page);
    page.dispatchEvent(offered().event);
    page.dispatchEvent(new Event('appinstalled'));
    expect(installation.isOffered()).toBe(false);
  });
});
