// @vitest-environment happy-dom
import { screen, waitFor } from '@testing-library/preact';
import { expect, it } from 'vitest';
import { ASHA, createFakeApp, renderPart } from '../context/app.testing.tsx';
import { NewFollowers } from './new-followers.tsx';

const person = (number: number) => ({ ...ASHA, id: `usr_${number}`, handle: `fan_${number}`, name: `Fan ${number}` });

it('names who has followed since it is looked at, the latest first, each once', async () => {
  const app = createFakeApp({ answers: { 'GET /users/asha/followers': { items: [person(1)] } } });
  renderPart(app, <NewFollowers handle="asha" />);
  const ask = () => app.queryClient.refetchQueries({ queryKey: ['people', 'asha', 'newest'] });
  await waitFor(() => expect(app.sent('GET').length).toBe(1));
  expect(screen.getByRole('status').textContent).toBe('');
  app.answers['GET /users/asha/followers'] = { items: [person(2), person(1)] };
  await ask();
  await waitFor(() => expect(screen.getByRole('status').textContent).toBe('New follower: Fan 2'));
  // one who has gone and come again is no news
  app.answers['GET /users/asha/followers'] = { items: [5, 4, 3, 2, 1].map(person) };
  await ask();
  await waitFor(() => expect(screen.getByRole('status').textContent).toBe('4 new followers: Fan 5, Fan 4, Fan 3'));
});
