// @vitest-environment happy-dom
import { screen, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { MeView } from '#contract/http';
import { createFakeApp, me, renderPart } from '../context/app.testing.tsx';
import { ProfileForm } from './profile-form.tsx';

const SHOP = { title: 'Shop', url: 'https://shop.test/' };
const CHANNEL = { title: 'Channel', url: 'https://channel.test/' };

const open = (change: Partial<MeView> = {}) => {
  const mine = { ...me, ...change };
  const app = createFakeApp({ answers: { 'PATCH /users/me': mine, 'GET /auth/session': { user: mine } } });
  renderPart(app, <ProfileForm me={mine} />);
  const user = userEvent.setup();
  return { ...app, user, save: async () => user.click(screen.getByRole('button', { name: 'Save changes' })) };
};

describe('one’s own pages elsewhere', () => {
  it('are added where one is led to, and an address needs no scheme, nor the page a title', async () => {
    const { user, save, sent } = open({ links: [SHOP] });
    await user.click(await screen.findByRole('button', { name: 'Add a link' }));
    expect(document.activeElement).toBe(screen.getByLabelText('Title of link 2'));
    await user.type(screen.getByLabelText('Address of link 2'), 'www.channel.test/asha');
    await save();
    expect(sent('PATCH')).toEqual([
      {
        call: 'PATCH /users/me',
        body: { links: [SHOP, { title: 'channel.test', url: 'https://www.channel.test/asha' }] },
      },
    ]);
    expect(screen.getByLabelText<HTMLInputElement>('Address of link 2').value).toBe('https://www.channel.test/asha');
  });

  it.each(['javascript:alert(1)', 'ftp://shop.test/', 'https://bank.test@shop.test/', 'no address', ''])(
    'are not sent while the address is %j, and why stands beside it',
    async (address) => {
      const { user, save, sent } = open();
      await user.click(await screen.findByRole('button', { name: 'Add a link' }));
      await user.type(screen.getByLabelText('Title of link 1'), 'Mine');
      const field = screen.getByLabelText('Address of link 1');
      if (address !== '') await user.type(field, address);
      await save();
      expect(sent('PATCH')).toEqual([]);
      expect(screen.getByRole('alert').textContent).toBe('Enter a whole address, like https://example.com.');
      expect(field.getAttribute('aria-invalid')).toBe('true');
      await user.clear(field);
      await user.type(field, 'shop.test');
      await save();
      expect(sent('PATCH')).toMatchObject([{ body: { links: [{ title: 'Mine', url: 'https://shop.test' }] } }]);
      expect(screen.queryByRole('alert')).toBeNull();
    },
  );

  it('are removed one by one, and what is left empty is none', async () => {
    const { user, save, sent } = open({ links: [SHOP, CHANNEL] });
    await user.click(await screen.findByRole('button', { name: 'Remove link 1' }));
    expect(screen.getByLabelText<HTMLInputElement>('Title of link 1').value).toBe('Channel');
    await user.click(screen.getByRole('button', { name: 'Add a link' }));
    await save();
    await user.click(screen.getByRole('button', { name: 'Remove link 1' }));
    await save();
    expect(sent('PATCH')).toMatchObject([{ body: { links: [CHANNEL] } }, { body: { links: [] } }]);
  });

  it('are five at most', async () => {
    open({ links: Array.from({ length: 5 }, () => SHOP) });
    const group = await screen.findByRole('group', { name: 'Links' });
    expect(within(group).getAllByRole('listitem')).toHaveLength(5);
    expect(within(group).queryByRole('button', { name: 'Add a link' })).toBeNull();
  });
});
