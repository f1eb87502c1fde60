// @vitest-environment happy-dom
import { screen, waitFor } from '@testing-library/preact';
import { describe, expect, it } from 'vitest';
import { createFakeApp, makeStream, renderPart } from '../context/app.testing.tsx';
import { FollowedLiveMark } from './followed-live.tsx';

const mark = () => screen.queryByRole('button', { name: 'Live now: 1 person you follow' });

describe('the mark of whom one follows', () => {
  it('says how many are live, as asked and as pushed, and nothing where nobody is', async () => {
    const app = createFakeApp({ answers: { 'GET /users/me/live': { items: [makeStream({ state: 'live' })] } } });
    renderPart(app, <FollowedLiveMark />);
    await waitFor(() => expect(mark()).toBeTruthy());
    app.pushShow(makeStream({ state: 'ended' }));
    await waitFor(() => expect(mark()).toBeNull());
    app.pushShow(makeStream({ state: 'live' }));
    await waitFor(() => expect(mark()).toBeTruthy());
    expect(screen.getByRole('status').textContent).toBe('1 person you follow is live now');
  });

  it('asks for nobody who is not signed in', async () => {
    const app = createFakeApp({ signedIn: false });
    renderPart(app, <FollowedLiveMark />);
    await waitFor(() => expect(screen.getByRole('status').textContent).toBe(''));
    expect(mark()).toBeNull();
  });
});
