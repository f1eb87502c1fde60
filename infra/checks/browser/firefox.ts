import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';

/** One tab of a Firefox, driven by WebDriver BiDi. */
export type FirefoxTab = {
  goTo: (url: string) => Promise<void>;
  /** What an expression, awaited, is in the page; of what JSON can say. */
  evaluate: <Value>(expression: string) => Promise<Value>;
  close: () => Promise<void>;
};

const PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
};

type Answer = { id?: number; error?: string; message?: string; result?: unknown };
type Evaluated = { type: string; result?: { value?: string }; exceptionDetails?: { text: string } };

const startFirefox = async (command: string, profile: string) => {
  const preferences = Object.entries(PREFERENCES).map(([name, value]) => `user_pref("${name}", ${value});`);
  await writeFile(join(profile, 'user.js'), preferences.join('\n'));
  const browser = spawn(command, ['--headless', '--remote-debugging-port', '0', '--profile', profile], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const gone = new Promise<void>((resolve) => {
    browser.once('error', () => resolve());
    browser.once('exit', () => resolve());
  });
  const address = new Promise<string>((resolve, reject) => {
    browser.once('error', () => reject(new Error(`${command} cannot be started: apt-get install firefox-esr`)));
    browser.once('exit', () => reject(new Error('Firefox ended')));
    createInterface(browser.stderr).on('line', (line) => {
      const url = /WebDriver BiDi listening on (ws:\S+)/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  const kill = async (): Promise<void> => {
    browser.kill('SIGKILL');
    await gone;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { address, kill };
};

/** Starts Firefox, with its fake camera and microphone. */
export const openFirefox = async (
  command: string,
): Promise<{ newTab: () => Promise<FirefoxTab>; close: () => Promise<void> }> => {
  const { address, kill } = await startFirefox(command, await mkdtemp(join(tmpdir(), 'vybzz-firefox-')));
  try {
    const socket = new WebSocket(`${await address}/session`);
    await once(socket, 'open');
    const awaited = new Map<number, (answer: Answer) => void>();
    socket.on('message', (data: Buffer) => {
      const answer = JSON.parse(data.toString()) as Answer;
      if (answer.id !== undefined) awaited.get(answer.id)?.(answer);
    });
    let asked = 0;
    const ask = async <Result>(method: string, params: object): Promise<Result> => {
      const id = ++asked;
      const answer = await new Promise<Answer>((resolve) => {
        awaited.set(id, resolve);
        socket.send(JSON.stringify({ id, method, params }));
      });
      awaited.delete(id);
      if (answer.error !== undefined) throw new Error(`${method}: ${answer.error}, ${answer.message}`);
      return answer.result as Result;
    };
    await ask('session.new', { capabilities: {} });
    const newTab = async (): Promise<FirefoxTab> => {
      const { context } = await ask<{ context: string }>('browsingContext.create', { type: 'tab' });
      return {
        goTo: async (url) => void (await ask('browsingContext.navigate', { context, url, wait: 'complete' })),
        evaluate: async <Value>(expression: string) => {
          const { result, exceptionDetails } = await ask<Evaluated>('script.evaluate', {
            expression: `(async () => JSON.stringify((await (${expression})) ?? null))()`,
            awaitPromise: true,
            userActivation: true,
            target: { context },
          });
          if (exceptionDetails) throw new Error(`${exceptionDetails.text}: ${expression}`);
          return JSON.parse(result?.value ?? 'null') as Value;
        },
        close: async () => void (await ask('browsingContext.close', { context })),
      };
    };
    return { newTab, close: kill };
  } catch (error) {
    await kill();
    throw error;
  }
};
