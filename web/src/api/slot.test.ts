import { describe, expect, it } from 'vitest';
import { createSlot } from './slot.ts';

const makeStorage = () => {
  const kept = new Map<string, string>();
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => void kept.set(name, text),
    removeItem: (name: string) => void kept.delete(name),
  };
};

describe('a slot', () => {
  it('is the same for all who open it on one storage', () => {
    const storage = makeStorage();
    createSlot(() => storage, 'a').write('text');
    expect(createSlot(() => storage, 'a').read()).toBe('text');
    createSlot(() => storage, 'a').write(undefined);
    expect(createSlot(() => storage, 'a').read()).toBeNull();
  });

  it('lasts as long as the page where storage is forbidden', () => {
    const slot = createSlot(() => {
      throw new DOMException('denied', 'SecurityError');
    }, 'a');
    expect(slot.read()).toBeNull();
    slot.write('text');
    expect(slot.read()).toBe('text');
    slot.write(undefined);
    expect(slot.read()).toBeNull();
  });
});
