// @vitest-environment happy-dom
import { screen, waitFor } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { ProfileView } from '#contract/http';
import { ASHA, createFakeApp, me, renderPart } from '../context/app.testing.tsx';
import { PersonMenu } from './person-menu.tsx';

const BILAL: ProfileView = {
  ...ASHA,
  id: 'usr_2',
  handle: 'bilal',
  name: 'Bilal',
  creator: true,
  followers: 0,
  following: 0,
};

const open = async (answers: object = { 'POST /reports': null }) => {
  const app = createFakeApp({ answers: { 'GET /auth/session': { user: me }, ...answers } });
  renderPart(app, <PersonMenu person={BILAL} />);
  const user = userEvent.setup();
  await user.click(await screen.findByRole('button', { name: 'More about Bilal' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Report' }));
  await screen.findByRole('dialog', { name: 'Report this person' });
  return { ...app, user };
};
const send = () => screen.getByRole('button', { name: 'Report' });

it('a report asks for a reason, and is sent with it', async () => {
  const { user, sent } = await open();
  await user.click(send());
  expect(screen.getByRole('alert').textContent).toBe('Choose what is wrong.');
  expect(sent('POST')).toEqual([]);
  await user.click(screen.getByLabelText('Spam or a scam'));
  await user.type(screen.getByLabelText('Anything else? (optional)'), ' Every day ');
  await user.click(send());
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(sent('POST')).toEqual([
    {
      call: 'POST /reports',
      body: { about: { kind: 'person', handle: 'bilal' }, reason: 'spam', words: 'Every day' },
    },
  ]);
});

it('a report that fails stays, to be sent again', async () => {
  const { user, answers, sent } = await open({});
  await user.click(screen.getByLabelText('Hate'));
  await user.click(send());
  await waitFor(() => expect(sent('POST').length).toBe(1));
  expect(screen.getByRole('dialog')).toBeTruthy();
  answers['POST /reports'] = null;
  await user.click(send());
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});
