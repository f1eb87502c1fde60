// @vitest-environment happy-dom
import { screen } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { Toaster } from '../ui/toaster.tsx';
import { createFakeApp, me, renderPart } from '../context/app.testing.tsx';
import { AccountCorner } from './account-corner.tsx';
import { DeleteAccount } from './delete-account.tsx';
import { SignOutCard } from './sign-out-card.tsx';

it('is not signed out of in one tab while a show is sent from another', async () => {
  const app = createFakeApp({ answers: { 'GET /auth/session': { user: me } }, onAirElsewhere: true });
  renderPart(
    app,
    <>
      <AccountCorner />
      <Toaster />
    </>,
  );
  await userEvent.click(await screen.findByRole('button', { name: 'Account of Asha' }));
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Sign out' }));
  expect(await screen.findByText(/You are on the air in another tab/)).toBeTruthy();
  expect(app.parts.signInSession.signedIn()).toBe(true);
});

it.each([
  ['Sign out', false],
  ['Sign out everywhere', false],
  ['Delete account…', false],
  ['Sign out', true],
])('nor by the settings while a show is sent: “%s”, from this very tab: %s', async (name, here) => {
  const app = createFakeApp({ answers: { 'GET /auth/session': { user: me } }, onAirElsewhere: !here });
  app.parts.renewal.setOnAir(here);
  renderPart(
    app,
    <>
      <SignOutCard />
      <DeleteAccount me={me} />
      <Toaster />
    </>,
  );
  await userEvent.click(await screen.findByRole('button', { name }));
  expect(await screen.findByText(here ? /You are on the air\. End the show first/ : /in another tab/)).toBeTruthy();
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(screen.queryByRole('alertdialog')).toBeNull();
  expect(app.parts.signInSession.signedIn()).toBe(true);
  expect([...app.sent('POST'), ...app.sent('DELETE')]).toEqual([]);
});
