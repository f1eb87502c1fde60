// @vitest-environment happy-dom
import { screen } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { createFakeApp, renderPart } from '../context/app.testing.tsx';
import { SubscribeLinks } from './subscribe-links.tsx';

it('a creator’s shows go into a calendar that looks again, and all they make into a reader of feeds', async () => {
  renderPart(createFakeApp(), <SubscribeLinks person={{ handle: 'asha', name: 'Asha', creator: true }} />);
  expect((await screen.findByRole('link', { name: 'Feed' })).getAttribute('href')).toBe('/@asha/feed.atom');
  await userEvent.setup().click(screen.getByRole('button', { name: 'Add to calendar' }));
  const here = await screen.findByRole('menuitem', { name: 'Calendar on this device' });
  const subscribed = `webcal://${location.host}/@asha/shows.ics`;
  expect(here.getAttribute('href')).toBe(subscribed);
  expect(screen.getByRole('menuitem', { name: 'Google Calendar' }).getAttribute('href')).toBe(
    `https://calendar.google.com/calendar/r?cid=${encodeURIComponent(subscribed)}`,
  );
});

it('who makes no shows has a feed alone', async () => {
  renderPart(createFakeApp(), <SubscribeLinks person={{ handle: 'chen', name: 'Chen', creator: false }} />);
  expect(await screen.findByRole('link', { name: 'Feed' })).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Add to calendar' })).toBeNull();
});
