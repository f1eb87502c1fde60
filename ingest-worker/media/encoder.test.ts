import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createStartEncoder, type Encoder, type EncoderEvent, type EncoderLimits } from './encoder.ts';

const LIMITS: EncoderLimits = {
  encoderStallMs: 60_000,
  encoderSlowFactor: 5,
  encoderEndMs: 200,
  encoderInterruptMs: 200,
  encoderMemoryBytes: 1024 * 1024 * 1024,
};

type Exit = Extract<EncoderEvent, { type: 'exited' }>;

/** A shell in FFmpeg's place, which does as it is told. */
const run = (script: string, limits: Partial<EncoderLimits> = {}, clock?: () => number) => {
  const events: EncoderEvent[] = [];
  let settle: (exit: Exit) => void = () => undefined;
  const exited = new Promise<Exit>((resolve) => {
    settle = resolve;
  });
  const encoder = createStartEncoder({
    ffmpegPath: '/bin/sh',
    limits: { ...LIMITS, ...limits },
    ...(clock && { clock }),
  })({
    args: ['-c', script],
    nice: 7,
    onEvent: (event) => {
      events.push(event);
      if (event.type === 'exited') settle(event);
    },
  });
  return { encoder, events, exited };
};

const isAlive = ({ pid = 0 }: Encoder): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const FLV = 'FLV\\001\\005\\000\\000\\000\\011\\000\\000\\000\\000';
const TAG = '\\010\\000\\000\\003\\000\\000\\144\\000\\000\\000\\000\\257\\001\\314\\000\\000\\000\\000';

describe('a process', () => {
  it('[E6] ends by the end of its input', async () => {
    const { encoder, exited, events } = run(`cat > /dev/null; printf '${FLV}${TAG}'`);
    encoder.write(Buffer.alloc(1_000));
    encoder.end();
    expect(await exited).toEqual({ type: 'exited', clean: true, detail: '0' });
    expect(events.map(({ type }) => type)).toEqual(['tag', 'exited']);
    expect(isAlive(encoder)).toBe(false);
  });

  it('[E6] has all the time that it needs, as long as it gives signs of life', async () => {
    const slow = `cat > /dev/null; printf '${FLV}'; for i in 1 2 3 4 5 6 7 8; do sleep 0.1; printf '${TAG}'; done`;
    const { encoder, exited, events } = run(slow, { encoderEndMs: 300 });
    encoder.end();
    expect(await exited).toMatchObject({ clean: true });
    expect(events).toHaveLength(9);
  });

  it('[E6] is interrupted when it gives none, and what it has not given counts as lost', async () => {
    const { encoder, exited } = run('trap "exit 0" INT; while :; do sleep 0.05; done');
    encoder.end();
    expect(await exited).toMatchObject({ clean: false, detail: '0' });
  });

  it('[E6] is killed when it does not heed that', async () => {
    const { encoder, exited } = run('trap "" INT; while :; do sleep 0.05; done');
    encoder.end();
    expect(await exited).toMatchObject({ clean: false, detail: 'did not end' });
    expect(isAlive(encoder)).toBe(false);
  });

  it('that ends by itself is not clean, and its last words are kept', async () => {
    const { exited } = run('echo first >&2; echo "moov atom not found" >&2; exit 1');
    expect(await exited).toMatchObject({ clean: false, detail: '1: moov atom not found' });
    expect(await run('exit 0').exited).toMatchObject({ clean: false });
  });

  it('that cannot be started says so', async () => {
    const events: EncoderEvent[] = [];
    const encoder = createStartEncoder({ ffmpegPath: '/nowhere/ffmpeg' })({
      args: [],
      nice: 0,
      onEvent: (event) => void events.push(event),
    });
    encoder.write(Buffer.alloc(10));
    await expect.poll(() => events).toHaveLength(1);
    expect(events[0]).toMatchObject({ type: 'exited', clean: false, detail: expect.stringContaining('ENOENT') });
  });

  it('that writes no FLV is killed', async () => {
    const { exited } = run('echo this is no video; cat > /dev/null');
    expect(await exited).toMatchObject({ clean: false, detail: 'the encoder does not write FLV' });
  });

  it('is killed at once when it is told so, twice or once', async () => {
    const { encoder, exited } = run('trap "" INT; cat > /dev/null');
    encoder.kill();
    encoder.kill();
    expect(await exited).toMatchObject({ clean: false });
    expect(encoder.write(Buffer.alloc(1))).toBe(false);
  });
});

describe('its bounds', () => {
  it('[E7] one that takes nothing and says nothing is killed', async () => {
    const { encoder, exited } = run('sleep 60', { encoderStallMs: 300 });
    for (let i = 0; i < 100; i++) encoder.write(Buffer.alloc(64 * 1024));
    expect(await exited).toMatchObject({ clean: false, detail: 'stalled' });
  });

  /** Given more than it takes; the clock stands until `pass`, and counts how often the encoder is looked at. */
  const starve = (script: string) => {
    const time = { nowMs: 0, asked: 0 };
    const started = run(script, { encoderStallMs: 8_000 }, () => {
      time.asked++;
      return time.nowMs;
    });
    while (started.encoder.write(Buffer.alloc(64 * 1024)));
    const { pid } = started.encoder;
    const fields = async () => (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
    const pass = (ms: number): void => void (time.nowMs += ms);
    return {
      ...started,
      pass,
      /** Lets time pass, and waits until it has been looked at since. */
      passLookedAt: async (ms: number) => {
        pass(ms);
        const { asked } = time;
        await expect.poll(() => time.asked, { timeout: 10_000 }).toBeGreaterThan(asked + 6);
      },
      state: async () => (await fields())[0],
      ticks: async () => Number((await fields())[11]) + Number((await fields())[12]),
    };
  };

  it('[E7] one that works and has had little of the processor is slow, and is waited for', async () => {
    const { encoder, exited, events, passLookedAt, ticks } = starve(
      `trap "printf '${FLV}${TAG}'; cat > /dev/null; exit 0" USR1; while :; do :; done`,
    );
    await passLookedAt(3_000);
    const before = await ticks();
    await expect.poll(ticks, { timeout: 10_000 }).toBeGreaterThan(before + 5);
    await passLookedAt(6_000);
    expect(events).toEqual([]);
    if (encoder.pid !== undefined) process.kill(encoder.pid, 'SIGUSR1');
    encoder.end();
    expect(await exited).toMatchObject({ clean: true });
    expect(events).toHaveLength(2);
  });

  it('[E7] one that is stopped is killed', async () => {
    const { encoder, exited, pass, passLookedAt, state } = starve('exec cat > /dev/null');
    if (encoder.pid !== undefined) process.kill(encoder.pid, 'SIGSTOP');
    await expect.poll(state).toBe('T');
    while (encoder.write(Buffer.alloc(64 * 1024)));
    await passLookedAt(3_000);
    pass(6_000);
    expect(await exited).toMatchObject({ clean: false, detail: 'stalled' });
  });

  it('[E7] one that goes round in circles is killed', async () => {
    const { encoder, exited } = run('while :; do :; done', { encoderStallMs: 2_000 });
    while (encoder.write(Buffer.alloc(64 * 1024)));
    expect(await exited).toMatchObject({ clean: false, detail: 'stalled' });
  });

  it('[E7] one that holds too much is killed', async () => {
    expect(await run('sleep 60', { encoderMemoryBytes: 1 }).exited).toMatchObject({ detail: 'too much memory' });
  });

  it('tells when to write on', async () => {
    const { encoder, events } = run('cat > /dev/null');
    while (encoder.write(Buffer.alloc(64 * 1024)));
    await expect.poll(() => events.map(({ type }) => type)).toContain('drained');
    encoder.kill();
  });

  it('[E1] has an empty environment, and gives way as far as it is told', async () => {
    const { encoder, exited } = run('cat > /dev/null');
    await expect.poll(() => readFile(`/proc/${encoder.pid}/cmdline`, 'utf8')).toContain('cat');
    expect(await readFile(`/proc/${encoder.pid}/environ`, 'utf8')).toBe('');
    const stat = await readFile(`/proc/${encoder.pid}/stat`, 'utf8');
    expect(stat.split(') ')[1]?.split(' ')[16]).toBe('7');
    encoder.end();
    await exited;
  });
});
