// @vitest-environment happy-dom
import { once } from 'node:events';
import { createServer } from 'node:http';
import { screen, waitFor } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StreamView } from '#contract/http';
import { createFakeApp, makeStream, renderPart, type Answers } from '../context/app.testing.tsx';
import { EditShowDialog } from './edit-show-dialog.tsx';

const ANNOUNCED = makeStream({ category: 'talk', language: 'ur', scheduledFor: '2030-01-01T18:00:00Z' });
const THUMBNAIL = { url: '/media/a.jpg', thumbnailUrl: '/media/a.thumbnail.webp', width: 80, height: 45 };
const FILE = new File(['a picture'], 'me.jpg', { type: 'image/jpeg' });

/** Where forms put files: takes all, once it is let. */
let letIn: () => void = () => {};
let opened = Promise.resolve();
const bucket = createServer((request, response) => {
  request.resume();
  const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
  void opened.then(() => response.writeHead(request.method === 'OPTIONS' ? 204 : 201, headers).end());
});
let url = '';
beforeAll(async () => {
  await once(bucket.listen(0, '127.0.0.1'), 'listening');
  const address = bucket.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
});
afterAll(() => void bucket.close());

const open = (
  stream: StreamView,
  { answers = {}, grab }: { answers?: Answers; grab?: () => Promise<File | undefined> } = {},
) => {
  const app = createFakeApp({
    answers: {
      'POST /posts/uploads': { id: 'upl_1', url, fields: {}, expiresAt: '2030-01-01T18:00:00Z' },
      'PUT /stream/str_1/thumbnail': { ...stream, thumbnail: THUMBNAIL },
      'DELETE /stream/str_1/thumbnail': stream,
      'PATCH /stream/str_1': stream,
      'GET /stream/str_1': stream,
      ...answers,
    },
  });
  let closed = 0;
  renderPart(app, <EditShowDialog stream={stream} grab={grab} onClose={() => closed++} />);
  // a file that is dragged in is asked for no type
  const user = userEvent.setup({ applyAccept: false });
  return {
    ...app,
    user,
    closed: () => closed,
    press: async (name: string) => user.click(await screen.findByRole('button', { name })),
    put: () => app.sent('PUT'),
  };
};
const chooser = () => document.querySelector<HTMLInputElement>('input[type=file]')!;

describe('what is said of a show', () => {
  it('is changed by what is new of it, and unsaid', async () => {
    const { user, press, sent, closed } = open(ANNOUNCED);
    await user.selectOptions(await screen.findByLabelText('Category'), 'Music');
    await user.selectOptions(screen.getByLabelText('Language of the show'), 'Not specified');
    await press('Save');
    await waitFor(() => expect(closed()).toBe(1));
    expect(sent('PATCH')).toEqual([{ call: 'PATCH /stream/str_1', body: { category: 'music', language: null } }]);
    expect(sent('PUT')).toEqual([]);
  });

  it('is asked of a show on the air as well, but not for whom it is', async () => {
    open(makeStream({ state: 'live', category: 'music' }));
    expect(await screen.findByLabelText('Category')).toHaveProperty('value', 'music');
    expect(screen.getByRole('group', { name: 'Thumbnail' })).toBeTruthy();
    expect(screen.queryByLabelText('Who may watch')).toBeNull();
    expect(screen.queryByRole('checkbox', { name: 'Test show' })).toBeNull();
  });
});

describe('the thumbnail', () => {
  it('is uploaded while the rest is said, and is the show’s once that is saved', async () => {
    opened = new Promise((resolve) => (letIn = resolve));
    const { user, press, put, sent, closed } = open(ANNOUNCED);
    await screen.findByRole('button', { name: 'Upload a picture' });
    await user.upload(chooser(), FILE);
    expect(await screen.findByRole('img', { name: 'Thumbnail' })).toBeTruthy();
    await press('Save');
    expect([put(), closed()]).toEqual([[], 0]);
    letIn();
    await waitFor(() => expect(screen.queryByRole('progressbar')).toBeNull());
    await press('Save');
    await waitFor(() => expect(closed()).toBe(1));
    expect(put()).toEqual([{ call: 'PUT /stream/str_1/thumbnail', body: { uploadId: 'upl_1' } }]);
    expect(sent('PATCH')).toEqual([]);
  });

  it('is taken from the camera where there is one, as it is when that is pressed', async () => {
    let asked = 0;
    const { press, put } = open(ANNOUNCED, {
      grab: async () => (++asked === 1 ? undefined : new File(['now'], 'camera.jpg', { type: 'image/jpeg' })),
    });
    await press('Take from the camera');
    expect(await screen.findByText('The camera gave no picture. Try again.')).toBeTruthy();
    await press('Take from the camera');
    expect(await screen.findByRole('img', { name: 'Thumbnail' })).toBeTruthy();
    expect(screen.queryByText('The camera gave no picture. Try again.')).toBeNull();
    await waitFor(() => expect(screen.queryByRole('progressbar')).toBeNull());
    await press('Save');
    await waitFor(() => expect(put()).toHaveLength(1));
  });

  it('cannot be taken where there is no camera, and not be a file that is no picture', async () => {
    const { user, sent } = open(ANNOUNCED);
    await screen.findByRole('button', { name: 'Upload a picture' });
    expect(screen.queryByRole('button', { name: 'Take from the camera' })).toBeNull();
    await user.upload(chooser(), new File(['<svg/>'], 'me.svg', { type: 'image/svg+xml' }));
    expect((await screen.findByRole('alert')).textContent).toBeTruthy();
    expect(sent('POST')).toEqual([]);
  });

  it('that is there is shown, and taken off', async () => {
    const { press, sent, closed } = open({ ...ANNOUNCED, thumbnail: THUMBNAIL });
    expect((await screen.findByRole('img', { name: 'Thumbnail' })).getAttribute('src')).toBe(THUMBNAIL.thumbnailUrl);
    await press('Remove');
    expect(screen.queryByRole('img', { name: 'Thumbnail' })).toBeNull();
    await press('Save');
    await waitFor(() => expect(closed()).toBe(1));
    expect(sent('DELETE')).toEqual([{ call: 'DELETE /stream/str_1/thumbnail' }]);
  });

  it('is nothing to choose once nothing is left of the show', async () => {
    open(makeStream({ state: 'ended', recording: 'none' }));
    await screen.findByLabelText('Category');
    expect(screen.queryByRole('group', { name: 'Thumbnail' })).toBeNull();
  });
});
