// @vitest-environment happy-dom
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { act, screen, waitFor } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Late } from './late.tsx';
import { render } from './render.testing.tsx';
import { showToasts } from './toast.ts';

/** Code that comes while there is a network. */
const makeCode = ({ away = false } = {}) => {
  const network = { away, asked: 0 };
  const load = async () => {
    network.asked += 1;
    if (network.away) throw new TypeError('Failed to fetch dynamically imported module');
    return { Desk: ({ onClose }: { onClose?: () => void }) => <button onClick={onClose}>Close the desk</button> };
  };
  return { network, load };
};

const said: string[] = [];
let noMore = () => {};
beforeEach(() => {
  said.splice(0);
  noMore = showToasts(({ text }) => said.push(text));
});
afterEach(() => noMore());

const NOT_LOADED = 'This part could not be loaded. Check your connection and try again.';

describe('a part whose code comes late', () => {
  it('is opened by a press, and where its code does not come what is around it stays, and the next press asks again', async () => {
    const { network, load } = makeCode({ away: true });
    const Controls = () => {
      const [open, setOpen] = useState(false);
      const close = () => setOpen(false);
      return (
        <>
          <button>End the show</button>
          <button onClick={() => setOpen(true)}>Open the desk</button>
          {open && (
            <Late load={load} onMissing={close}>
              {({ Desk }) => <Desk onClose={close} />}
            </Late>
          )}
        </>
      );
    };
    render(<Controls />);
    const user = userEvent.setup();
    await user.click(screen.getByRole('button', { name: 'Open the desk' }));
    await waitFor(() => expect(said).toEqual([NOT_LOADED]));
    expect(screen.getByRole('button', { name: 'End the show' })).toBeTruthy();
    network.away = false;
    await user.click(screen.getByRole('button', { name: 'Open the desk' }));
    await user.click(await screen.findByRole('button', { name: 'Close the desk' }));
    expect(screen.queryByRole('button', { name: 'Close the desk' })).toBeNull();
    expect(network.asked).toBe(2);
  });

  it('that is always there comes once there is a network again', async () => {
    const { network, load } = makeCode({ away: true });
    render(<Late load={load}>{({ Desk }) => <Desk />}</Late>);
    await waitFor(() => expect(said).toEqual([NOT_LOADED]));
    network.away = false;
    await act(() => void window.dispatchEvent(new Event('online')));
    expect(await screen.findByRole('button', { name: 'Close the desk' })).toBeTruthy();
    await act(() => void window.dispatchEvent(new Event('online')));
    expect(network.asked).toBe(2);
  });

  it('that is gone before its code would come says nothing', async () => {
    let fail = () => {};
    const load = () => new Promise<never>((_, reject) => (fail = () => reject(new TypeError('gone'))));
    const { unmount } = render(<Late load={load}>{() => null}</Late>);
    unmount();
    await act(async () => fail());
    expect(said).toEqual([]);
  });
});

it('nothing of a studio is `lazy`: what does not come would take the way to end a show with it', () => {
  const sources = join(import.meta.dirname, '..');
  const files = ['audience', 'broadcast', 'context', 'realtime', 'studio', 'ui'].flatMap((folder) =>
    readdirSync(join(sources, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  const lazy = files.filter(
    (file) => file.endsWith('.tsx') && /\blazy\b[^;]*from 'react'/.test(readFileSync(join(sources, file), 'utf8')),
  );
  // the studio itself, which comes before any show
  expect(lazy).toEqual([join('studio', 'studio-slot.tsx')]);
});
