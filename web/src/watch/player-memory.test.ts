import { describe, expect, it } from 'vitest';
import { createPlayerMemory } from './player-memory.ts';

const makeMemory = (text: string | null = null) => {
  let held = text;
  return createPlayerMemory({ read: () => held, write: (next) => void (held = next ?? null) });
};

describe('what is remembered of how somebody watches', () => {
  it('is what was chosen last, and nothing else', () => {
    const memory = makeMemory();
    memory.remember({ volume: 0.4 });
    memory.remember({ captions: 'en' });
    expect(memory.read()).toEqual({
      volume: 0.4,
      muted: false,
      captions: 'en',
      quality: null,
      speed: 1,
      theatre: false,
    });
  });

  it.each([
    '',
    '{',
    '{"volume":7}',
    '{"volume":1,"muted":false,"captions":null,"quality":null,"speed":90,"theatre":true}',
  ])('is as at first where the browser holds %j', (text) => {
    expect(makeMemory(text).read()).toMatchObject({ volume: 1, speed: 1, theatre: false });
  });
});
