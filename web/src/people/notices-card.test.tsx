// @vitest-environment happy-dom
import { screen, waitFor } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { PushPermission } from '../api/browser-push.ts';
import { ASHA, createFakeApp, me, refusal, renderPart } from '../context/app.testing.tsx';
import { NoticesCard } from './notices-card.tsx';

const BILAL = { ...ASHA, id: 'usr_2', handle: 'bilal', name: 'Bilal' };

type Opening = { permission?: PushPermission; allows?: boolean; on?: boolean; answers?: object };

const open = ({ permission = 'unasked', allows = true, on = false, answers = {} }: Opening = {}) => {
  const browser = { permission, subscribed: on };
  const app = createFakeApp({
    browserPush: {
      permission: () => browser.permission,
      subscribe: async () => {
        browser.permission = allows ? 'given' : 'refused';
        browser.subscribed = allows;
        return allows ? { endpoint: 'https://push.test/1', keys: { p256dh: 'p', auth: 'a' } } : undefined;
      },
      current: async () => undefined,
      unsubscribe: async () => void (browser.subscribed = false),
    },
    answers: {
      'GET /auth/session': { user: me },
      'GET /users/me/push': { publicKey: 'the-key', browsers: [] },
      'PUT /users/me/push': { id: 'browser-1' },
      'DELETE /users/me/push/browser-1': null,
      'GET /users/me/bells': { items: [BILAL] },
      'PUT /users/bilal/follow': { ...BILAL, creator: true, followers: 1, following: 0, followed: true },
      ...answers,
    },
  });
  if (on) app.parts.pushId.write('browser-1');
  renderPart(app, <NoticesCard />);
  return { ...app, browser, user: userEvent.setup() };
};

describe('notices in this browser', () => {
  it('are turned on at a press, and off again', async () => {
    const { user, browser, parts, sent } = open();
    await user.click(await screen.findByRole('button', { name: 'Turn on here' }));
    await screen.findByRole('button', { name: 'Turn off here' });
    expect([browser.subscribed, parts.pushId.read()]).toEqual([true, 'browser-1']);
    await user.click(screen.getByRole('button', { name: 'Turn off here' }));
    await screen.findByRole('button', { name: 'Turn on here' });
    expect([browser.subscribed, parts.pushId.read()]).toEqual([false, null]);
    expect(sent('DELETE')).toMatchObject([{ call: 'DELETE /users/me/push/browser-1' }]);
  });

  it('that the person does not allow stay off', async () => {
    const { user, parts } = open({ allows: false });
    await user.click(await screen.findByRole('button', { name: 'Turn on here' }));
    await waitFor(() =>
      expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Turn on here' }).disabled).toBe(true),
    );
    expect(parts.pushId.read()).toBeNull();
  });

  it.each(['refused', 'impossible'] as const)(
    'cannot be turned on where they are %s, and it says so',
    async (permission) => {
      open({ permission });
      const button = await screen.findByRole<HTMLButtonElement>('button', { name: 'Turn on here' });
      expect(button.disabled).toBe(true);
      expect(
        screen.getByText(permission === 'refused' ? /does not let Vybzz show/ : /cannot show notifications/),
      ).toBeTruthy();
    },
  );

  it('says in how many others one is told', async () => {
    const browsers = ['browser-1', 'browser-2', 'browser-3'].map((id) => ({ id, createdAt: '2026-11-22T10:00:00Z' }));
    open({ permission: 'given', on: true, answers: { 'GET /users/me/push': { publicKey: 'the-key', browsers } } });
    expect(await screen.findByText(/2 other browsers/)).toBeTruthy();
  });
});

describe('of whose shows one is told', () => {
  it('is a list from which each can be taken', async () => {
    const { user, answers, sent } = open();
    await screen.findByRole('link', { name: 'Bilal @bilal' });
    answers['GET /users/me/bells'] = { items: [] };
    await user.click(screen.getByRole('button', { name: /Bilal/ }));
    await waitFor(() => expect(screen.queryByRole('link', { name: 'Bilal @bilal' })).toBeNull());
    expect(sent('PUT')).toEqual([{ call: 'PUT /users/bilal/follow', body: { notify: false } }]);
  });

  it('that could not be loaded is tried again', async () => {
    const { user, answers } = open({ answers: { 'GET /users/me/bells': refusal('not-found') } });
    await user.click(await screen.findByRole('button', { name: 'Try again' }));
    answers['GET /users/me/bells'] = { items: [BILAL] };
    await user.click(await screen.findByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('link', { name: 'Bilal @bilal' })).toBeTruthy();
  });
});
