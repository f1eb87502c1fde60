import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sendForm } from './send-form.ts';

const SILENT_MS = 30_000;
const form = { url: 'https://bucket.test/', fields: { key: 'media/a.png', policy: 'signed' } };
const file = new File(['picture'], 'a.png', { type: 'image/png' });

/** A request that nobody answers unless the test does. */
class FakeRequest extends EventTarget {
  upload = new EventTarget();
  status = 0;
  responseText = '';
  sent: [method: string, url: string] | undefined;
  body: FormData | undefined;
  aborted = false;
  open(method: string, url: string) {
    this.sent = [method, url];
  }
  send(body: FormData) {
    this.body = body;
  }
  abort() {
    this.aborted = true;
  }
  progress(loaded: number, total: number) {
    this.upload.dispatchEvent(Object.assign(new Event('progress'), { loaded, total, lengthComputable: true }));
  }
  answer(status: number, responseText = '') {
    Object.assign(this, { status, responseText });
    this.dispatchEvent(new Event('load'));
  }
}

const send = (signal = new AbortController().signal) => {
  const request = new FakeRequest();
  const parts: number[] = [];
  const outcome = sendForm(form, file, {
    onProgress: (part) => parts.push(part),
    signal,
    request: request as unknown as XMLHttpRequest,
  });
  return { request, parts, outcome };
};

describe('a file that is sent with a signed form', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('goes last, after all fields in their order, and tells how far it has come', async () => {
    const { request, parts, outcome } = send();
    request.progress(1, 4);
    request.progress(4, 4);
    request.answer(201);
    expect(await outcome).toEqual({ sent: true });
    expect(request.sent).toEqual(['POST', form.url]);
    expect([...(request.body?.keys() ?? [])]).toEqual(['key', 'policy', 'file']);
    expect(parts).toEqual([0.25, 1]);
  });

  it.each([
    [400, '<Error><Code>EntityTooLarge</Code></Error>', 'too-large'],
    [403, '<Error><Code>AccessDenied</Code></Error>', 'refused'],
    [503, '', 'broken'],
  ] as const)('answered %i %s has not arrived: %s', async (status, text, because) => {
    const { request, outcome } = send();
    request.answer(status, text);
    expect(await outcome).toEqual({ sent: false, because });
  });

  it('is given up when the person thinks better of it, before it began or while it goes', async () => {
    const before = send(AbortSignal.abort());
    expect(await before.outcome).toEqual({ sent: false, because: 'cancelled' });
    expect(before.request.sent).toBeUndefined();
    const run = new AbortController();
    const { request, outcome } = send(run.signal);
    run.abort();
    expect(await outcome).toEqual({ sent: false, because: 'cancelled' });
    expect(request.aborted).toBe(true);
  });

  it('is given up when no byte has moved for half a minute, and not as long as some do', async () => {
    const { request, outcome } = send();
    vi.advanceTimersByTime(SILENT_MS - 1);
    request.progress(1, 4);
    vi.advanceTimersByTime(SILENT_MS - 1);
    expect(request.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(await outcome).toEqual({ sent: false, because: 'broken' });
    expect(request.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});
