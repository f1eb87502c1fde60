import { describe, expect, it } from 'vitest';
import type { LiveView } from '#contract/http';
import { ApiError, type ApiErrorCode } from './api-error.ts';
import { liveAnswers } from './live-answers.ts';
import { liveView } from './views.testing.ts';

const VIEW = liveView();
const { signal } = new AbortController();

/** A show as the API answers it to nobody and to whoever is signed in. */
const makeShow = (answers: { nobody: ApiErrorCode | LiveView; me: ApiErrorCode | LiveView }) => {
  const asked: ('nobody' | 'me')[] = [];
  const ask = liveAnswers({
    live: async (_id, { anonymous }) => {
      const who = anonymous ? 'nobody' : 'me';
      asked.push(who);
      const answer = answers[who];
      if (typeof answer === 'string') throw new ApiError({ code: answer, message: 'No.' });
      return answer;
    },
  });
  return { asked, ask: () => ask('str_1', { signal }) };
};

describe('the short view of a show', () => {
  it('is asked for as nobody where everybody may watch, so that a cache may answer', async () => {
    const { ask, asked } = makeShow({ nobody: VIEW, me: VIEW });
    await ask();
    await ask();
    expect(asked).toEqual(['nobody', 'nobody']);
  });

  it('is asked for with the token where only followers may, and from then on at once', async () => {
    const { ask, asked } = makeShow({ nobody: 'not-signed-in', me: VIEW });
    expect(await ask()).toEqual(VIEW);
    expect(await ask()).toEqual(VIEW);
    expect(asked).toEqual(['nobody', 'me', 'me']);
  });

  it('is refused to who is signed in and does not follow', async () => {
    const { ask } = makeShow({ nobody: 'not-signed-in', me: 'not-allowed' });
    await expect(ask()).rejects.toMatchObject({ code: 'not-allowed' });
  });

  it('is not asked for twice where it failed for another reason', async () => {
    const { ask, asked } = makeShow({ nobody: 'unreachable', me: VIEW });
    await expect(ask()).rejects.toMatchObject({ code: 'unreachable' });
    expect(asked).toEqual(['nobody']);
  });
});
