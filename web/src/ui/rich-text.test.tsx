// @vitest-environment happy-dom
import { screen } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { render } from './render.testing.tsx';
import { RichText } from './rich-text.tsx';

const LAST_WORDS = 'and that is all';
const LONG = `${'word '.repeat(200)}${LAST_WORDS}`;

const shown = async () => (await screen.findByText(/^word/)).textContent;

describe('a long text', () => {
  it('shows its beginning, the rest when it is asked for, and is folded again', async () => {
    const user = userEvent.setup();
    render(<RichText text={LONG} fold />);
    expect(await shown()).toMatch(/^(word )+word…$/);

    await user.click(screen.getByRole('button', { name: 'Show more' }));
    expect(await shown()).toBe(LONG);
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Show less' }));

    await user.keyboard('{Enter}');
    expect(await shown()).not.toContain(LAST_WORDS);
  });

  it('is whole where it is read by itself', async () => {
    render(<RichText text={LONG} />);
    expect(await shown()).toBe(LONG);
    expect(screen.queryByRole('button')).toBeNull();
  });
});

it('an address runs from the left in whatever text it stands: its last stroke is not drawn before it', () => {
  render(<RichText text="یہ دیکھیں: https://vybzz.test/a/" />);
  expect(screen.getByRole('link').getAttribute('dir')).toBe('ltr');
});
