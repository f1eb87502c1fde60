import { describe, expect, it } from 'vitest';
import { createRenewal } from './renewal.ts';

const makeRenewal = () => {
  let marked: string | null = null;
  const clock = { ms: 1_000_000 };
  const seen = { reloads: 0, onAir: 0 };
  const network = { up: true };
  const open = () =>
    createRenewal({
      mark: { read: () => marked, write: (text) => void (marked = text ?? null) },
      online: () => network.up,
      now: () => clock.ms,
      reload: () => void (seen.reloads += 1),
      tellOnAir: () => {
        seen.onAir += 1;
        return () => void (seen.onAir -= 1);
      },
      isTold: async () => seen.onAir > 0,
    });
  return { open, clock, seen, network };
};

describe('an app whose parts have been replaced', () => {
  it('is reloaded by itself, once: the page that comes does not reload again', () => {
    const { open, clock, seen } = makeRenewal();
    expect(open().renew()).toBe(true);
    clock.ms += 59_999;
    expect(open().renew()).toBe(false);
    expect(seen.reloads).toBe(1);
  });

  it('is reloaded again for the next version', () => {
    const { open, clock, seen } = makeRenewal();
    open().renew();
    clock.ms += 60_000;
    expect(open().renew()).toBe(true);
    expect(seen.reloads).toBe(2);
  });

  it('is never reloaded by itself while it sends a show', () => {
    const { open, seen } = makeRenewal();
    const renewal = open();
    renewal.setOnAir(true);
    expect(renewal.renew()).toBe(false);
    expect(seen.reloads).toBe(0);
    renewal.setOnAir(false);
    expect(renewal.renew()).toBe(true);
  });

  it('is not reloaded where there is nothing to load it from', () => {
    const { open, seen, network } = makeRenewal();
    network.up = false;
    expect(open().renew()).toBe(false);
    network.up = true;
    expect(open().renew()).toBe(true);
    expect(seen.reloads).toBe(1);
  });

  it('tells when a show begins and when it is over, and each once', () => {
    const renewal = makeRenewal().open();
    const told: boolean[] = [];
    const stop = renewal.subscribe(() => told.push(renewal.onAir()));
    renewal.setOnAir(true);
    renewal.setOnAir(true);
    renewal.setOnAir(false);
    stop();
    renewal.setOnAir(true);
    expect(told).toEqual([true, false]);
  });
});

describe('a tab that is on the air', () => {
  it('is known to the others of its browser, until it is not', async () => {
    const { open } = makeRenewal();
    const [live, other] = [open(), open()];
    live.setOnAir(true);
    expect([await live.onAirElsewhere(), await other.onAirElsewhere()]).toEqual([false, true]);
    live.setOnAir(false);
    expect(await other.onAirElsewhere()).toBe(false);
  });
});
