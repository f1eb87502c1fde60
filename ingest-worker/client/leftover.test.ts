import { describe, expect, test } from 'vitest';
import type { FeedRecord, FeedStorage } from './feed.ts';
import { startFeed } from './feed.ts';
import { sendLeftover, type LeftoverEvent } from './leftover.ts';
import { CLIENT_LIMITS } from './limits.ts';
import { createTime } from './time.testing.ts';
import { createFakeWorker } from './worker.testing.ts';

const MEDIA = {
  container: 'matroska',
  videoCodec: 'avc1.4d401f',
  audioCodec: 'mp4a.40.2',
  width: 1280,
  height: 720,
  frameRate: 30,
  videoKbps: 2_500,
  audioKbps: 128,
} as const;

/** EBML header, an unknown-size segment with one video track, then a cluster for each group: as little as a scanner needs. */
const INIT = [0x1a, 0x45, 0xdf, 0xa3, 0x80, 0x18, 0x53, 0x80, 0x67, 0xff].concat([
  0x16, 0x54, 0xae, 0x6b, 0x88, 0xae, 0x86, 0xd7, 0x81, 0x01, 0x83, 0x81, 0x01,
]);
const group = (mark: number) => [0x1f, 0x43, 0xb6, 0x75, 0xff, 0xa3, 0x85, 0x81, 0x00, 0x00, 0x80, mark];

/** A page that records one group every two seconds, on a disk that outlives it. */
const recording = async () => {
  const time = createTime();
  const { worker, openSocket } = createFakeWorker();
  const file: number[] = [];
  const left: { record?: FeedRecord; closed: boolean } = { closed: false };
  const disk: FeedStorage['disk'] = {
    write: (position, bytes) => {
      for (const [index, byte] of bytes.entries()) file[position + index] = byte;
      return true;
    },
    read: (position, bytes) => Uint8Array.from(file.slice(position, position + bytes)),
  };
  const parts = {
    getUrl: async () => ({ given: true, url: 'wss://ingest/stream/live/key' }) as const,
    openSocket,
    limits: CLIENT_LIMITS,
    clock: time.clock,
    after: time.after,
    random: () => 0.5,
  };
  let alive = true;
  const feed = startFeed({
    ...parts,
    after: (ms, then) => time.after(ms, () => alive && then()),
    media: MEDIA,
    storage: {
      disk,
      maxBytes: 1_000_000,
      save: (record) => (left.record = record),
      close: () => (left.closed = true),
    },
    on: () => {},
  });
  await time.pass(10);
  let groups = 0;
  const record = async () => {
    feed.append(Uint8Array.from(groups === 0 ? INIT.concat(group(0)) : group(groups)));
    groups += 1;
    await time.pass(2_000);
  };
  const offline = () => {
    worker.takesSockets = false;
    worker.latest().close(1006);
  };
  /** The page dies: its timers never run again. The network is back. */
  const die = () => {
    alive = false;
    worker.takesSockets = true;
  };
  const all = () => INIT.concat(Array.from({ length: groups }, (_, mark) => group(mark)).flat());
  const send = () => {
    const events: LeftoverEvent[] = [];
    if (!left.record) throw new Error('nothing was saved');
    sendLeftover({ ...parts, record: left.record, disk, on: (event) => events.push(event) });
    return events;
  };
  return { time, worker, feed, left, record, offline, die, send, all };
};

describe('what a page that is gone has left', () => {
  test('is sent by the next one under the same feed, and the worker then has all of it', async () => {
    const { time, worker, record, offline, die, send, all } = await recording();
    await record();
    offline();
    for (let at = 0; at < 3; at++) await record();
    die();
    const before = worker.next;
    const events = send();
    await time.pass(1_000);
    expect(worker.peers.at(-1)?.said[0]).toMatchObject({ type: 'resume', resumeToken: 'str_1.token' });
    expect(before).toBeLessThan(all().length);
    expect(worker.bytes).toEqual(all());
    worker.latest().say({
      type: 'health',
      health: {
        state: 'live',
        fpsIn: 0,
        fpsOut: 0,
        kbpsIn: 0,
        kbpsOut: 0,
        delayMs: 0,
        dropped: 0,
        restarts: 0,
        unacknowledgedMs: 0,
      },
    });
    await time.pass(500);
    expect(events.at(-1)).toEqual({ type: 'sent', ms: expect.any(Number) });
    expect(worker.latest().open).toBe(false);
  });

  test('leaves the feed of another page or device alone', async () => {
    const { time, worker, record, offline, send, die } = await recording();
    await record();
    offline();
    await record();
    die();
    worker.resumes = false;
    const events = send();
    await time.pass(1_000);
    expect(events.at(-1)).toMatchObject({ type: 'not-sent', because: 'resume-refused' });
    expect(worker.peers.at(-1)?.said.map(({ type }) => type)).toEqual(['resume']);
  });

  test('is nothing where the show came to its end', async () => {
    const { time, record, feed, left } = await recording();
    await record();
    feed.stop();
    await time.pass(100);
    expect(left.closed).toBe(true);
  });
});
