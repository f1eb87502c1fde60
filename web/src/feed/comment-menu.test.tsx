// @vitest-environment happy-dom
import { screen, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { CommentView, PostView } from '#contract/http';
import { ASHA, createFakeApp, me, renderPart } from '../context/app.testing.tsx';
import { CommentMenu } from './comment-menu.tsx';

const POST: PostView = {
  id: 'pst_1',
  author: ASHA,
  text: 'A post',
  likes: 0,
  comments: 1,
  createdAt: new Date(0).toISOString(),
};

it('a comment is reported from its menu, by whoever did not write it', async () => {
  const comment: CommentView = {
    id: 'cmt_1',
    author: { id: 'usr_2', handle: 'bilal', name: 'Bilal' },
    text: 'Cruel',
    createdAt: new Date(0).toISOString(),
  };
  const app = createFakeApp({ answers: { 'GET /auth/session': { user: me }, 'POST /reports': null } });
  renderPart(app, <CommentMenu post={POST} comment={comment} />);
  const user = userEvent.setup();
  await user.click(await screen.findByRole('button', { name: 'More about the comment by Bilal' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Report' }));
  await user.click(await screen.findByLabelText('Hate'));
  await user.click(
    within(screen.getByRole('dialog', { name: 'Report this comment' })).getByRole('button', { name: 'Report' }),
  );
  await waitFor(() =>
    expect(app.sent('POST')).toEqual([
      {
        call: 'POST /reports',
        body: { about: { kind: 'comment', postId: POST.id, commentId: 'cmt_1' }, reason: 'hate' },
      },
    ]),
  );
});
