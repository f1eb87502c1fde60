// @vitest-environment happy-dom
import { screen } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import * as DropdownMenu from 'radix-ui/dropdown-menu';
import { expect, it } from 'vitest';
import { Dialog } from './dialog.tsx';
import { render } from './render.testing.tsx';

it('is closed by a press beside it, but not by one in a menu that was opened from within', async () => {
  let closings = 0;
  // happy-dom knows nothing of what the pointer can reach
  const user = userEvent.setup({ pointerEventsCheck: 0 });
  render(
    <Dialog open title="What is meant" onOpenChange={() => (closings += 1)}>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger>More</DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content>
            <DropdownMenu.Label>Choose one</DropdownMenu.Label>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </Dialog>,
  );
  await user.click(screen.getByRole('button', { name: 'More' }));
  await user.click(await screen.findByText('Choose one'));
  expect(screen.getByRole('menu')).toBeTruthy();
  expect(closings).toBe(0);
  await user.click(document.body);
  expect(closings).toBe(1);
});
