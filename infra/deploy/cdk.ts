import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { CommandError } from '../local/command-error.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the CDK of this clone in a region, in front of whoever called, with the caller's environment, in which the credentials are. */
export const cdkIn =
  (region: string, environment: NodeJS.ProcessEnv) =>
  async (args: string[]): Promise<void> => {
    const env = { ...environment, AWS_REGION: region, AWS_DEFAULT_REGION: region };
    const child = spawn('npx', ['cdk', ...args], { cwd: ROOT, stdio: 'inherit', env });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new CommandError(`CDK ended with ${String(code)}: what it said last is above.`);
  };

/** One question; whoever said --yes has answered it. */
export const agreeOnTerminal =
  (yes: boolean) =>
  async (question: string): Promise<boolean> => {
    if (yes) return true;
    if (!process.stdin.isTTY) throw new CommandError(`${question} Nobody is here to say so: --yes`);
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    const answer = await terminal.question(`${question} [y/N] `);
    terminal.close();
    return /^y(es)?$/i.test(answer.trim());
  };
