// @ts-check
/** Brings a machine to where Vybzz runs: dependencies, FFmpeg, a browser for the tests. Says in a line what it is about to do. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { CommandError } from '../local/command-error.mjs';
import {
  checkFfmpeg,
  checkNode,
  dataDirectory,
  findBrowser,
  findOnPath,
  findPackageManager,
  ROOT,
} from '../local/machine.mjs';

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ quiet?: boolean, env?: NodeJS.ProcessEnv }} [options] `quiet` shows the output only when it fails
 * @returns {Promise<number>} the exit code; 1 where a signal ended it
 */
export const execute = (command, args, { quiet = false, env = process.env } = {}) =>
  new Promise((settle, fail) => {
    const child = spawn(command, args, { cwd: ROOT, env, stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
    /** @type {Buffer[]} */
    const said = [];
    child.stdout?.on('data', (part) => said.push(part));
    child.stderr?.on('data', (part) => said.push(part));
    // A terminal's Ctrl-C reaches the child too; what a supervisor sends reaches us alone.
    const passOn = () => {
      child.once('close', () => process.exit(143));
      child.kill('SIGTERM');
    };
    process.once('SIGTERM', passOn);
    child.once('error', fail);
    child.once('close', (code) => {
      process.off('SIGTERM', passOn);
      if (quiet && code !== 0) process.stderr.write(Buffer.concat(said));
      settle(code ?? 1);
    });
  });

export const ensureNode = () => {
  const node = checkNode();
  if (!node.ok) throw new CommandError(`${node.said} ${node.fix}`);
};

/** `DATA_DIR` may name a folder by mistake, and `--fresh` empties what it names: only one that is ours and ours alone. */
export const ensureDataFolder = async ({ fresh = false } = {}) => {
  const folder = dataDirectory();
  if (ROOT.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`))
    throw new CommandError(`DATA_DIR is ${folder}, which holds this clone: give it a folder of its own.`);
  const found = fresh ? await readdir(folder).catch(() => []) : [];
  if (found.length > 0 && !found.includes('secrets.json'))
    throw new CommandError(
      `--fresh would empty ${folder}, which holds no data of Vybzz: correct DATA_DIR, or empty it yourself.`,
    );
};

const stamp = () => join(ROOT, 'node_modules', '.vybzz-lock');
const lockHash = async () =>
  createHash('sha256')
    .update(await readFile(join(ROOT, 'package-lock.json')))
    .digest('hex');

/** Installs the locked dependencies when they are missing or those of another lockfile. */
export const ensureDependencies = async () => {
  const wanted = await lockHash();
  const have = await readFile(stamp(), 'utf8').catch(() => '');
  if (have === wanted) return;
  console.log(`• Installing dependencies (npm install)${have ? ': the lockfile has changed' : ''} …`);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // Not `npm ci`: npm 11 refuses a lockfile that was made where another platform's optional binaries could not be had, as
  // ours was. This installs the very versions of the lockfile, adds the platform's own binaries, and writes no file of ours.
  const code = await execute(npm, ['install', '--no-save', '--no-audit', '--no-fund'], {
    quiet: !process.stdout.isTTY,
  });
  if (code !== 0)
    throw new CommandError('The dependencies could not be installed: npm install failed, its words are above.');
  await writeFile(stamp(), wanted);
};

/** @param {string} question */
const confirmed = async (question) => {
  if (process.argv.includes('--yes') || process.env['CI'] || !process.stdin.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} [Y/n] `).finally(() => terminal.close());
  return !/^n/i.test(answer.trim());
};

/**
 * Installs system packages, after saying so, and after asking where somebody is there to answer.
 *
 * @param {string} what for people
 * @param {Partial<Record<'apt-get' | 'dnf' | 'apk' | 'brew', string[]>>} packages
 */
const installPackages = async (what, packages) => {
  const manager = await findPackageManager();
  const names = manager && packages[manager.name];
  if (!manager || !names) {
    const because = manager ? `no package of ${manager.name}'s for it is known` : 'no package manager was found';
    throw new CommandError(`${what} is missing, and ${because}. Install it and start again.`);
  }
  const rootNow = process.getuid?.() === 0;
  const sudo = manager.root && !rootNow;
  const typed = `${sudo ? 'sudo ' : ''}${manager.name} ${manager.install.join(' ')} ${names.join(' ')}`;
  if (sudo && !(await findOnPath(['sudo'])))
    throw new CommandError(
      `${what} is missing and installing it needs root. As root, type: ${typed.replace('sudo ', '')}`,
    );
  console.log(`• Installing ${what}: ${typed} …`);
  if (!(await confirmed('  Go ahead?'))) throw new CommandError(`${what} is missing. To install it, type: ${typed}`);
  const call = (/** @type {readonly string[]} */ args) => {
    // Without a terminal sudo must not wait for a password that nobody can type.
    const prefix = sudo ? ['sudo', ...(process.stdin.isTTY ? [] : ['-n'])] : [];
    const [command = manager.name, ...rest] = [...prefix, manager.name, ...args];
    return execute(command, rest, {
      quiet: !process.stdin.isTTY,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  };
  if (manager.update) await call(manager.update);
  if ((await call([...manager.install, ...names])) !== 0)
    throw new CommandError(`${what} could not be installed. Try it yourself: ${typed}`);
};

/** FFmpeg with our codecs, installed where it is not there. */
export const ensureFfmpeg = async () => {
  const before = await checkFfmpeg();
  if (before.ok) return;
  if (process.env['FFMPEG_PATH']) throw new CommandError(`${before.said} ${before.fix}`);
  console.log(`• ${before.said}`);
  await installPackages('FFmpeg', { 'apt-get': ['ffmpeg'], dnf: ['ffmpeg'], apk: ['ffmpeg'], brew: ['ffmpeg'] });
  const after = await checkFfmpeg();
  if (!after.ok) throw new CommandError(`${after.said} ${after.fix}`);
};

/** A Chromium that the tests can drive. */
export const ensureBrowser = async () => {
  if (await findBrowser()) return;
  await installPackages('Chromium (for the tests)', {
    'apt-get': ['chromium'],
    dnf: ['chromium'],
    apk: ['chromium'],
    brew: ['--cask', 'chromium'],
  });
  if (!(await findBrowser()))
    throw new CommandError('Chromium was installed but is not on the PATH: set CHROMIUM_PATH to it.');
};

/** nginx with its RTMP module: the second, independent server that the publisher is tested against. */
export const ensureNginxRtmp = async () => {
  const module = ['/usr/lib/nginx/modules/ngx_rtmp_module.so', '/usr/lib64/nginx/modules/ngx_rtmp_module.so'];
  if (
    (await findOnPath(['nginx', '/usr/sbin/nginx'])) &&
    (await Promise.all(module.map((path) => readFile(path).catch(() => undefined)))).some(Boolean)
  )
    return;
  await installPackages('nginx with RTMP (for the tests)', {
    'apt-get': ['nginx', 'libnginx-mod-rtmp', 'libnginx-mod-stream'],
    apk: ['nginx', 'nginx-mod-rtmp', 'nginx-mod-stream'],
  });
};

/** What compiles the wall around FFmpeg, which its tests attack; elsewhere than on Linux there is no such wall. */
export const ensureCompiler = async () => {
  if (process.platform !== 'linux' || (await findOnPath(['cc']))) return;
  await installPackages('a C compiler (for the tests of the wall around FFmpeg)', {
    'apt-get': ['gcc', 'libc6-dev'],
    apk: ['gcc', 'musl-dev', 'linux-headers'],
  });
};
