// @vitest-environment happy-dom
import { waitFor } from '@testing-library/preact';
import { afterEach, expect, it, vi } from 'vitest';
import { render } from '../ui/render.testing.tsx';
import { LevelMeter } from './level-meter.tsx';

afterEach(() => {
  vi.unstubAllGlobals();
});

it.each([
  ['follows the sound', false, '0.53'],
  ['moves in steps for whoever wants less to move', true, '0.6'],
] as const)('the level meter %s', async (_, wantsCalm, shown) => {
  vi.stubGlobal('matchMedia', (query: string) => ({ matches: wantsCalm && query.includes('reduced-motion') }));
  const { container } = render(<LevelMeter level={() => 0.53} peak={() => 0.53} muted={false} hasMicrophone />);
  const bar = container.querySelector<HTMLElement>('.level-meter__bar');
  await waitFor(() => expect(bar?.style.getPropertyValue('--level')).toBe(shown));
});
