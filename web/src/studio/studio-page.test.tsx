// @vitest-environment happy-dom
import { act, screen } from '@testing-library/preact';
import { expect, it } from 'vitest';
import { createFakeApp, me, renderPart } from '../context/app.testing.tsx';
import { StudioPage } from './studio-page.tsx';
import { SlotContext } from './studio-slot.tsx';

it('asks who is signed out to sign in', async () => {
  renderPart(createFakeApp({ signedIn: false }), <StudioPage />);
  expect(await screen.findByRole('button', { name: 'Continue to sign-in' })).toBeTruthy();
});

it('keeps the studio of a show that is on the air when its creator has signed out in another tab', async () => {
  const app = createFakeApp({ answers: { 'GET /auth/session': { user: me } } });
  app.parts.renewal.setOnAir(true);
  renderPart(app, <StudioPage />);
  await act(() => app.parts.signInSession.giveUp());
  expect(await screen.findByText(/Your show goes on until you end it here/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Continue to sign-in' })).toBeNull();
  await act(() => app.parts.renewal.setOnAir(false));
  expect(await screen.findByRole('button', { name: 'Continue to sign-in' })).toBeTruthy();
});

it('keeps what became of a show before who has been signed out in it, and the way back in below', async () => {
  const held: (HTMLElement | null)[] = [];
  renderPart(
    createFakeApp({ signedIn: false }),
    <SlotContext value={{ hold: (slot) => void held.push(slot), hasShow: true }}>
      <StudioPage />
    </SlotContext>,
  );
  const wayIn = await screen.findByRole('button', { name: 'Continue to sign-in' });
  expect(held[0]?.compareDocumentPosition(wayIn)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
});
