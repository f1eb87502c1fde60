// @vitest-environment happy-dom
import { act, fireEvent, screen } from '@testing-library/preact';
import { useRef } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { render } from '../ui/render.testing.tsx';
import { useIdle } from './use-idle.ts';

const A_WHILE_MS = 10_000;

const Controls = ({ paused, isOpen }: { paused: boolean; isOpen: boolean }) => {
  const frame = useRef<HTMLDivElement>(null);
  const { idle } = useIdle(frame, paused);
  return (
    <div ref={frame} tabIndex={-1}>
      <p>{idle ? 'out of sight' : 'in sight'}</p>
      <button type="button" data-state={isOpen ? 'open' : 'closed'}>
        Mute
      </button>
    </div>
  );
};

const open = ({ paused = false, isOpen = false } = {}) => {
  render(<Controls paused={paused} isOpen={isOpen} />);
  const passes = () => act(async () => void (await vi.advanceTimersByTimeAsync(A_WHILE_MS)));
  const mute = screen.getByRole('button', { name: 'Mute' });
  return { passes, mute, picture: screen.getByText('in sight') };
};

describe('the controls of a player', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('go out of sight when they are left alone, and come back with the pointer', async () => {
    const { passes, picture } = open();
    await passes();
    expect(screen.getByText('out of sight')).toBe(picture);
    fireEvent.pointerMove(picture);
    expect(picture.textContent).toBe('in sight');
  });

  it('come with the focus of the keyboard, and stay as long as it is in them', async () => {
    const { passes, mute, picture } = open();
    await passes();
    await act(() => mute.focus());
    expect(picture.textContent).toBe('in sight');
    await passes();
    expect(picture.textContent).toBe('in sight');
    await act(() => mute.blur());
    await passes();
    expect(picture.textContent).toBe('out of sight');
  });

  it.each([
    ['nothing plays', { paused: true }],
    ['a menu of theirs lies open', { isOpen: true }],
  ])('stay while %s', async (_, how) => {
    const { passes, picture } = open(how);
    await passes();
    expect(picture.textContent).toBe('in sight');
  });

  it('come with a tap, which presses nothing, and are pressed by the next', async () => {
    const { passes, picture } = open();
    const tap = () => {
      fireEvent.pointerDown(picture, { pointerType: 'touch' });
      // false: what would follow of it, a click, does not
      return fireEvent.touchEnd(picture);
    };
    await passes();
    expect(tap()).toBe(false);
    expect(picture.textContent).toBe('in sight');
    expect(tap()).toBe(true);
  });

  it('leave a tap on what is still in sight to it', async () => {
    const { passes, mute } = open();
    await passes();
    fireEvent.pointerDown(mute, { pointerType: 'touch' });
    expect(fireEvent.touchEnd(mute)).toBe(true);
  });
});
