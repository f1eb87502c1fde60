import { describe, expect, it } from 'vitest';
import { createScrub } from './failure.ts';
import { PUBLISH_LIMITS } from './publish-limits.ts';

describe('[P15] what a server says', () => {
  const KEY = 'made-up/key for tests';
  const scrub = createScrub(KEY, PUBLISH_LIMITS.detailCharacters);

  it('is told without the key, in whatever form it comes back', () => {
    const text = `${KEY} ${encodeURIComponent(KEY)} ${encodeURI(KEY)}`;
    expect(scrub(text)).toBe('[key] [key] [key]');
  });

  it('is told as one line of at most detailCharacters', () => {
    expect(scrub('one\r\n\u0000two')).toBe('one two');
    const most = 'x'.repeat(PUBLISH_LIMITS.detailCharacters);
    expect(scrub(most)).toBe(most);
    expect(scrub(`${most}y`)).toBe(most);
  });
});
