// @vitest-environment happy-dom
import { screen, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { ActView, ChatRulesView, ModerationPage } from '#contract/chat';
import { ASHA, createFakeApp, me, refusal, renderPart } from '../context/app.testing.tsx';
import { showToasts } from '../ui/toast.ts';
import { ModerationTools } from './moderation-tools.tsx';

const CHEN = { handle: 'chen', name: 'Chen' };
const AT = '2026-11-22T10:00:00Z';
const HELD = { id: 'act_held', from: CHEN, text: 'a spoiler', at: AT };
const actOf = (change: Partial<ActView>): ActView => ({
  id: 'act_1',
  at: AT,
  act: 'ban',
  by: { handle: 'asha', name: 'Asha' },
  about: CHEN,
  undone: false,
  ...change,
});

type Opening = { page?: Partial<ModerationPage>; rules?: Partial<ChatRulesView>; creator?: boolean; answers?: object };

const open = async ({ page = {}, rules = {}, creator = true, answers = {} }: Opening = {}) => {
  const app = createFakeApp({
    answers: {
      'GET /auth/session': { user: me },
      'GET /stream/str_1/moderation': { items: [], held: [], ...page },
      'POST /stream/str_1/moderation': null,
      'GET /users/me/moderators': { items: [] },
      'GET /users/me/held-words': { words: ['spoiler'] },
      'PUT /users/me/held-words': { words: ['spoiler', 'the end'] },
      ...answers,
    },
  });
  renderPart(
    app,
    <ModerationTools streamId="str_1" rules={{ slowSeconds: 0, frozen: false, ...rules }} creator={creator} />,
  );
  const user = userEvent.setup();
  await user.click(await screen.findByRole('button', { name: 'Moderate' }));
  await screen.findByRole('dialog', { name: 'Moderate the chat' });
  return { ...app, user, acts: () => app.sent('POST').map(({ body }) => body) };
};

describe('what is held back', () => {
  it('waits with its writer’s name and words until it is let through or turned away', async () => {
    const { user, acts, answers } = await open({ page: { held: [HELD] } });
    await screen.findByRole('heading', { name: 'Held for review' });
    expect(screen.getByText('@chen')).toBeTruthy();
    expect(screen.getByText('a spoiler')).toBeTruthy();
    const approve = screen.getByRole('button', { name: 'Approve' });
    // each of them has the same name: what it is about is said with it
    expect(document.getElementById(approve.getAttribute('aria-describedby') ?? '')?.textContent).toBe(
      '@chen a spoiler',
    );
    await user.click(approve);
    await waitFor(() => expect(acts()).toEqual([{ act: 'approve', heldId: 'act_held' }]));
    answers['GET /stream/str_1/moderation'] = { items: [], held: [{ ...HELD, id: 'act_other' }] };
    await user.click(screen.getByRole('button', { name: 'Reject' }));
    answers['GET /stream/str_1/moderation'] = { items: [], held: [] };
    await waitFor(() => expect(screen.queryByRole('heading', { name: 'Held for review' })).toBeNull());
    expect(acts()).toHaveLength(2);
  });

  it('is by words that the creator writes down, one a line, and nobody else sees', async () => {
    const said: string[] = [];
    const over = showToasts(({ text }) => said.push(text));
    const { user, sent } = await open();
    const words = await screen.findByLabelText('Words to hold for review');
    await user.type(words, '{Enter}  the end  {Enter}{Enter}');
    await user.click(screen.getByRole('button', { name: 'Save the words' }));
    await waitFor(() =>
      expect(sent('PUT')).toEqual([{ call: 'PUT /users/me/held-words', body: { words: ['spoiler', 'the end'] } }]),
    );
    // they stand there as they are kept, that is said, and who has saved them can go on from there
    await waitFor(() => expect(words).toHaveProperty('value', 'spoiler\nthe end'));
    expect(said).toEqual(['Words saved']);
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Save the words' }));
    over();
  });

  it('is looked through by a moderator, whose are not the words nor the other moderators', async () => {
    await open({ creator: false, page: { held: [HELD] } });
    await screen.findByRole('heading', { name: 'Held for review' });
    expect(screen.queryByLabelText('Words to hold for review')).toBeNull();
    expect(screen.queryByLabelText('Add a moderator')).toBeNull();
  });
});

describe('what was done', () => {
  it('is told with who did it to whom, and taken back once', async () => {
    const { user, acts } = await open({
      page: { items: [actOf({}), actOf({ id: 'act_2', act: 'delete', text: 'Rude', undone: true })] },
    });
    const list = within(await screen.findByRole('dialog'));
    expect(await list.findByText('@asha banned @chen')).toBeTruthy();
    expect(list.getByText('Rude')).toBeTruthy();
    await user.click(list.getByRole('button', { name: 'Undo' }));
    expect(acts()).toEqual([{ act: 'undo', actId: 'act_1' }]);
  });

  it('says for how long somebody was asked to wait', async () => {
    const lengths = [600, 86_400, 7_200, 90];
    await open({ page: { items: lengths.map((value, i) => actOf({ id: `act_${i}`, act: 'timeout', value })) } });
    for (const length of ['10 minutes', '1 day', '2 hours', '90 seconds'])
      expect(await screen.findByText(`@asha timed out @chen for ${length}`)).toBeTruthy();
  });

  it('is shown as far back as it goes', async () => {
    const older = actOf({ id: 'act_0', act: 'freeze', about: undefined });
    const { user } = await open({
      page: { items: [actOf({})], cursor: 'more' },
      answers: { 'GET /stream/str_1/moderation?cursor=more&limit=20': { items: [older], held: [] } },
    });
    await screen.findByText('@asha banned @chen');
    await user.click(screen.getByRole('button', { name: 'Show more' }));
    expect(await screen.findByText('@asha closed the chat')).toBeTruthy();
    expect(screen.getByText('@asha banned @chen')).toBeTruthy();
  });

  it('that could not be loaded is said so', async () => {
    await open({ answers: { 'GET /stream/str_1/moderation': refusal('not-found') } });
    expect(await screen.findByText('The moderation log could not be loaded')).toBeTruthy();
  });
});

it('sets who may write, how often, and whether at all', async () => {
  const { user, acts } = await open({ rules: { pinned: { id: '1', seq: 1, from: ASHA, text: 'Hello', at: AT } } });
  await user.selectOptions(screen.getByLabelText('Slow mode'), 'One message in 30 s');
  await user.selectOptions(screen.getByLabelText('Who may write'), 'Followers of 10 minutes or more');
  await user.selectOptions(screen.getByLabelText('Who may write'), 'Everybody');
  await user.click(screen.getByRole('button', { name: 'Close the chat' }));
  await user.click(screen.getByRole('button', { name: 'Unpin the message' }));
  await waitFor(() =>
    expect(acts()).toEqual([
      { act: 'slow', seconds: 30 },
      { act: 'followers', minutes: 10 },
      { act: 'followers', minutes: null },
      { act: 'freeze' },
      { act: 'unpin' },
    ]),
  );
});

it('names a moderator by handle, and takes the name back', async () => {
  const { user, sent } = await open({
    answers: {
      'GET /users/me/moderators': { items: [{ ...ASHA, id: 'usr_2', handle: 'bilal', name: 'Bilal' }] },
      'PUT /users/me/moderators/chen': null,
      'DELETE /users/me/moderators/bilal': null,
    },
  });
  await user.type(await screen.findByLabelText('Add a moderator'), ' @Chen {Enter}');
  await waitFor(() => expect(sent('PUT')).toMatchObject([{ call: 'PUT /users/me/moderators/chen' }]));
  await user.click(await screen.findByRole('button', { name: 'Remove' }));
  await waitFor(() => expect(sent('DELETE')).toMatchObject([{ call: 'DELETE /users/me/moderators/bilal' }]));
});
