// @vitest-environment happy-dom
import { screen } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { Toaster } from '../ui/toaster.tsx';
import { createFakeApp, me, renderPart } from '../context/app.testing.tsx';
import { AccountCorner } from './account-corner.tsx';

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
