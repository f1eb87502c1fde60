import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from '@playwright/test';
import { until } from '#stand-ins/until';
import { chromiumArguments } from '../lib/chromium.ts';

export type Opened = {
  context: BrowserContext;
  /** Whether it draws its windows on a display, as a person's browser does. */
  headed: boolean;
  /** Sends a signal to all of its processes: `SIGSTOP` is what a lid that is shut does to them, `SIGKILL` an empty battery. */
  signal: (signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL') => void;
  close: () => Promise<void>;
};

const ARGUMENTS = [
  ...chromiumArguments('device-count=2,fps=30'),
  '--no-first-run',
  '--password-store=basic',
  // Timers of a tab that has been hidden for five minutes wake once a minute. Here, after ten seconds.
  '--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/10',
  '--remote-debugging-port=0',
];
const START_MS = 20_000;

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** A display that nobody sees, where there is a program for it. */
const startDisplay = async () => {
  const screen = ['-screen', '0', '1400x1000x24', '-nolisten', 'tcp'];
  const server = spawn('Xvfb', ['-displayfd', '1', ...screen], { stdio: ['ignore', 'pipe', 'ignore'] });
  const gone = new Promise<undefined>((resolve) => {
    server.once('error', () => resolve(undefined));
    server.once('exit', () => resolve(undefined));
  });
  // It tells the number that it has found free once it can be drawn on.
  const number = once(server.stdout, 'data').then(([said]) => String(said).trim());
  const found = await Promise.race([number, gone]);
  if (found === undefined) return undefined;
  const close = async (): Promise<void> => {
    server.kill('SIGTERM');
    await gone;
  };
  return { name: `:${found}`, close };
};

/**
 * Starts Chromium as a person does. Playwright, where it starts one itself, tells every page that it has the focus, and such a
 * page is never hidden: so this one is started apart, and told nothing.
 *
 * @param more arguments for it; of two of one name the last holds
 */
export const openChromium = async (executablePath: string, more: readonly string[] = []): Promise<Opened> => {
  const display = await startDisplay();
  const profile = await mkdtemp(join(tmpdir(), 'vybzz-chromium-'));
  const browser = spawn(
    executablePath,
    [
      ...ARGUMENTS,
      ...(display ? ['--window-size=1300,900'] : ['--headless=new']),
      ...more,
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    // A group of its own, so that all of it can be stopped at once.
    { stdio: 'ignore', detached: true, env: { ...process.env, ...(display && { DISPLAY: display.name }) } },
  );
  const gone = once(browser, 'exit');
  const signal: Opened['signal'] = (name) => {
    if (browser.pid !== undefined && browser.exitCode === null && browser.signalCode === null)
      process.kill(-browser.pid, name);
  };
  const close = async (): Promise<void> => {
    browser.kill('SIGTERM');
    await gone;
    await display?.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const portFile = join(profile, 'DevToolsActivePort');
    await until('Chromium', () => exists(portFile), { withinMs: START_MS });
    const [port] = (await readFile(portFile, 'utf8')).split('\n');
    const connected = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true });
    const [context] = connected.contexts();
    if (!context) throw new Error('Chromium has no window');
    return { context, headed: display !== undefined, signal, close };
  } catch (error) {
    await close();
    throw error;
  }
};
