import { expect, it } from 'vitest';
import { freePort } from './free-port.ts';

it('gives no port twice, though the system may: of 400 of some 28,000 two would often be one', async () => {
  const ports: number[] = [];
  for (let count = 0; count < 400; count++) ports.push(await freePort());
  expect(new Set(ports).size).toBe(400);
});
