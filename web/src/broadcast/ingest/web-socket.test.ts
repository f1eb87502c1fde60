import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openWebSocket } from './web-socket.ts';

/** A browser's socket, of which a test says what happens. */
class BrowserSocket extends EventTarget {
  static readonly CLOSED = 3;
  static latest: BrowserSocket;
  readyState = 0;
  constructor() {
    super();
    BrowserSocket.latest = this;
  }
  close(): void {
    this.readyState = 2;
  }
  fail(): void {
    this.readyState = BrowserSocket.CLOSED;
    this.dispatchEvent(new Event('error'));
  }
  end(code: number): void {
    this.readyState = BrowserSocket.CLOSED;
    this.dispatchEvent(Object.assign(new Event('close'), { code }));
  }
}

beforeEach(() => void vi.stubGlobal('WebSocket', BrowserSocket));
afterEach(() => void vi.unstubAllGlobals());

const open = () => {
  const told: (string | number)[] = [];
  const socket = openWebSocket('wss://ingest/stream/live/key', {
    opened: () => told.push('opened'),
    message: (text) => told.push(text),
    closed: (code) => told.push(code),
  });
  return { told, socket };
};

test('a socket that fails is closed, once, whether or not the browser says so besides', () => {
  const { told } = open();
  BrowserSocket.latest.fail();
  expect(told).toEqual([1006]);
  BrowserSocket.latest.end(1006);
  expect(told).toEqual([1006]);
});

test('a worker’s own reason for a close is told, and nothing of a socket that we have closed', () => {
  const { told } = open();
  BrowserSocket.latest.end(4003);
  expect(told).toEqual([4003]);
  const ours = open();
  ours.socket.close(1000);
  BrowserSocket.latest.end(1006);
  expect(ours.told).toEqual([]);
});
