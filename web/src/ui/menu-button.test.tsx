// @vitest-environment happy-dom
import { screen } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import * as DropdownMenu from 'radix-ui/dropdown-menu';
import { describe, expect, it } from 'vitest';
import { menuButton } from './menu-button.tsx';
import { PartMissing } from './part.ts';
import { render } from './render.testing.tsx';
import { onToastWanted, showToasts } from './toast.ts';

const Entries = ({ names }: { names: string[] }) =>
  names.map((name) => <DropdownMenu.Item key={name}>{name}</DropdownMenu.Item>);

const given = { names: ['Edit', 'Delete'] };
const focused = () => document.activeElement?.textContent;

describe('a menu whose code comes with the first press', () => {
  it('opens at the first click, and at each after', async () => {
    const MoreButton = menuButton(async () => Entries);
    render(<MoreButton given={given}>More</MoreButton>);
    await userEvent.click(screen.getByRole('button', { name: 'More' }));
    expect(await screen.findAllByRole('menuitem')).toHaveLength(2);
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByRole('menu')).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'More' }));
    expect(await screen.findAllByRole('menuitem')).toHaveLength(2);
  });

  it.each(['{Enter}', ' ', '{ArrowDown}'])(
    'stands on its first entry when %j opens it, and gives the focus back',
    async (key) => {
      const MoreButton = menuButton(async () => Entries);
      render(<MoreButton given={given}>More</MoreButton>);
      await userEvent.tab();
      expect(focused()).toBe('More');
      await userEvent.keyboard(key);
      await screen.findByRole('menu');
      expect(focused()).toBe('Edit');
      await userEvent.keyboard('{ArrowDown}');
      expect(focused()).toBe('Delete');
      await userEvent.keyboard('{Escape}');
      expect(focused()).toBe('More');
    },
  );

  it('says so where the code does not come, and asks for it again', async () => {
    let away = true;
    const MoreButton = menuButton(async () => {
      if (away) throw new PartMissing('gone');
      return Entries;
    });
    const said: string[] = [];
    const over = showToasts(({ text }) => said.push(text));
    render(<MoreButton given={given}>More</MoreButton>);
    await userEvent.click(screen.getByRole('button', { name: 'More' }));
    await expect.poll(() => said).toEqual(['This part could not be loaded. Check your connection and try again.']);
    away = false;
    await userEvent.click(screen.getByRole('button', { name: 'More' }));
    expect(await screen.findByRole('menu')).toBeTruthy();
    over();
  });
});

describe('what is said before anything can show it', () => {
  it('is shown once something can', async () => {
    const { toast } = await import('./toast.ts');
    let wanted = 0;
    const noMore = onToastWanted(() => (wanted += 1));
    toast.success('Saved');
    expect(wanted).toBe(1);
    const said: string[] = [];
    const over = showToasts(({ tone, text }) => said.push(`${tone}: ${text}`));
    toast.error('Lost');
    expect(said).toEqual(['success: Saved', 'error: Lost']);
    noMore();
    over();
  });
});
