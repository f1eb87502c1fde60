// @vitest-environment happy-dom
import { screen, waitFor } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { ProfileView } from '#contract/http';
import type { BrowserPush, PushPermission } from '../api/browser-push.ts';
import { ASHA, createFakeApp, me, renderPart } from '../context/app.testing.tsx';
import { BellButton } from './bell-button.tsx';

const BILAL: ProfileView = { ...ASHA, id: 'usr_2', creator: true, followers: 1, following: 0, followed: true };

const open = (permission: PushPermission, allows = true) => {
  const asked: string[] = [];
  const browserPush: BrowserPush = {
    permission: () => permission,
    subscribe: async (key) => {
      asked.push(key);
      return allows ? { endpoint: 'https://push.test/1', keys: { p256dh: 'p', auth: 'a' } } : undefined;
    },
    current: async () => undefined,
    unsubscribe: async () => {},
  };
  const app = createFakeApp({
    browserPush,
    answers: {
      'GET /auth/session': { user: me },
      'GET /users/asha': BILAL,
      'GET /users/me/push': { publicKey: 'the-key', browsers: [] },
      'PUT /users/me/push': { id: 'browser-1' },
      'PUT /users/asha/follow': { ...BILAL, notified: true },
    },
  });
  renderPart(app, <BellButton handle="asha" />);
  return { ...app, asked, user: userEvent.setup() };
};

const bell = () => screen.findByRole('button', { name: 'Tell me when Asha goes live' });

describe('the bell beside whom one follows', () => {
  it('asks the browser at its first press, for our key, and then rings', async () => {
    const { user, asked, parts } = open('unasked');
    const button = await bell();
    expect(asked).toEqual([]);
    await user.click(button);
    const rings = await screen.findByRole('button', { name: 'Stop telling me when Asha goes live' });
    // it says what pressing it does, and so is not said to be pressed besides
    expect(rings.getAttribute('aria-pressed')).toBeNull();
    expect(asked).toEqual(['the-key']);
    expect(parts.pushId.read()).toBe('browser-1');
  });

  it('does not ring where the person does not allow it, or the browser cannot', async () => {
    const { user, parts } = open('unasked', false);
    await user.click(await bell());
    await waitFor(async () => expect((await bell()).hasAttribute('aria-disabled')).toBe(false));
    expect(parts.pushId.read()).toBeNull();
  });
});
