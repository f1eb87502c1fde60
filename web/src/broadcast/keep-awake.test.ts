import { afterEach, describe, expect, it, vi } from 'vitest';
import { keepAwake } from './keep-awake.ts';

const settle = () => new Promise((done) => setTimeout(done));

/** A tab in a browser that keeps screens on until it is asked no longer, or the tab is hidden, as the Screen Wake Lock API has it. */
const makeTab = ({ refuses = false, visible = true } = {}) => {
  const page = Object.assign(new EventTarget(), { visibilityState: visible ? 'visible' : 'hidden' });
  const held = new Set<object>();
  let asked = 0;
  let answer = () => Promise.resolve();
  const request = async () => {
    asked += 1;
    await answer();
    if (refuses || page.visibilityState !== 'visible') throw new DOMException('no', 'NotAllowedError');
    const sentinel = { release: async () => void held.delete(sentinel) };
    held.add(sentinel);
    return sentinel;
  };
  vi.stubGlobal('document', page);
  vi.stubGlobal('navigator', { wakeLock: { request } });
  return {
    isAwake: () => held.size > 0,
    asked: () => asked,
    answersLater: () => {
      let now = () => {};
      const later = new Promise<void>((done) => (now = done));
      answer = () => later;
      return now;
    },
    becomes: async (state: 'visible' | 'hidden') => {
      page.visibilityState = state;
      if (state === 'hidden') held.clear();
      page.dispatchEvent(new Event('visibilitychange'));
      await settle();
    },
  };
};

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the screen of who is on the air', () => {
  it('stays on until the show is over', async () => {
    const tab = makeTab();
    const letSleep = keepAwake();
    await settle();
    expect(tab.isAwake()).toBe(true);
    letSleep();
    await settle();
    expect(tab.isAwake()).toBe(false);
    await tab.becomes('hidden');
    await tab.becomes('visible');
    expect([tab.isAwake(), tab.asked()]).toEqual([false, 1]);
  });

  it('stays on again when the tab, from which the browser has taken that, comes back', async () => {
    const tab = makeTab();
    const letSleep = keepAwake();
    await settle();
    await tab.becomes('hidden');
    expect([tab.isAwake(), tab.asked()]).toEqual([false, 1]);
    await tab.becomes('visible');
    expect(tab.isAwake()).toBe(true);
    letSleep();
    await settle();
    expect(tab.isAwake()).toBe(false);
  });

  it('stays on once a tab that began unseen is seen', async () => {
    const tab = makeTab({ visible: false });
    keepAwake();
    await settle();
    expect(tab.asked()).toBe(0);
    await tab.becomes('visible');
    expect(tab.isAwake()).toBe(true);
  });

  it('is not kept on by an answer that comes after the end', async () => {
    const tab = makeTab();
    const answerNow = tab.answersLater();
    const letSleep = keepAwake();
    letSleep();
    answerNow();
    await settle();
    expect([tab.isAwake(), tab.asked()]).toEqual([false, 1]);
  });

  it('goes off where the browser will not have it, or cannot, and the show goes on', async () => {
    const tab = makeTab({ refuses: true });
    const letSleep = keepAwake();
    await settle();
    letSleep();
    expect([tab.isAwake(), tab.asked()]).toEqual([false, 1]);
    vi.stubGlobal('navigator', {});
    keepAwake()();
    await settle();
    expect(tab.isAwake()).toBe(false);
  });
});
