// @vitest-environment happy-dom
import { screen } from '@testing-library/preact';
import { expect, it } from 'vitest';
import type { PostView } from '#contract/http';
import { ASHA, createFakeApp, makeStream, renderPart } from '../context/app.testing.tsx';
import { PostCard } from './post-card.tsx';

const POST: PostView = {
  id: 'pst_1',
  author: ASHA,
  text: 'Heute Abend im Garten',
  likes: 0,
  comments: 0,
  createdAt: '2026-11-22T10:00:00Z',
  stream: makeStream({ language: 'de' }),
};

/** The language that a screen reader takes the text of a post for; null where that is the page's. */
const languageOf = async (post: PostView) => {
  renderPart(createFakeApp({ signedIn: false }), <PostCard post={post} />);
  return (await screen.findByText(post.text)).getAttribute('lang');
};

it('the post of a show is in the language of the show', async () => {
  expect(await languageOf(POST)).toBe('de');
});

it('what somebody else writes of a show is not taken for that', async () => {
  expect(await languageOf({ ...POST, author: { id: 'usr_2', handle: 'bilal', name: 'Bilal' } })).toBeNull();
});
