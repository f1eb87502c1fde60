// @ts-check
/**
 * What this machine has of what Vybzz needs. Plain JavaScript on Node's own modules, because it runs before anything is
 * installed (Node 20 cannot run TypeScript by itself).
 */
import { execFile } from 'node:child_process';
import { access, constants, mkdir, readFile, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CommandError } from './command-error.mjs';

const run = promisify(execFile);

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const MINIMUM = { node: [20, 19], ffmpeg: [5, 1], freeMegabytes: 500 };

/** Codecs by what the product does with them: encode the broadcast, decode what browsers record. */
const ENCODERS = ['libx264', 'aac'];
const DECODERS = ['vp8', 'vp9', 'opus', 'h264'];
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC_BROWSERS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The ports of a platform and the environment variable that moves each. */
export const PORTS = /** @type {const} */ ([
  { variable: 'PORT', standard: 3000, what: 'the web app and API' },
  { variable: 'IDENTITY_PORT', standard: 3001, what: 'sign-in' },
  { variable: 'INGEST_PORT', standard: 3004, what: 'the ingest worker' },
  { variable: 'MUX_PORT', standard: 3005, what: 'the Mux stand-in' },
  { variable: 'RTMPS_PORT', standard: 1936, what: "the Mux stand-in's RTMPS" },
  { variable: 'DYNAMODB_PORT', standard: 8000, what: 'the table' },
]);

/** @typedef {{ ok: true, said: string } | { ok: false, said: string, fix: string }} Finding */

/**
 * @param {readonly number[]} version
 * @param {readonly number[]} minimum
 */
const atLeast = (version, minimum) => {
  for (const [i, wanted] of minimum.entries()) {
    const have = version[i] ?? 0;
    if (have !== wanted) return have > wanted;
  }
  return true;
};

/** @returns {Finding} */
export const checkNode = () => {
  const version = process.versions.node.split('.').map(Number);
  return atLeast(version, MINIMUM.node)
    ? { ok: true, said: `Node ${process.versions.node}` }
    : {
        ok: false,
        said: `Node ${process.versions.node} is too old: Vybzz needs ${MINIMUM.node.join('.')} or newer.`,
        fix: 'Install a current Node from https://nodejs.org, or type: nvm install',
      };
};

/** The first of these names that is an executable on the PATH. @param {readonly string[]} names */
export const findOnPath = async (names) => {
  for (const name of names) {
    for (const folder of name.includes('/') ? [''] : (process.env['PATH'] ?? '').split(':')) {
      const path = folder ? join(folder, name) : name;
      const found = await access(path, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (found) return path;
    }
  }
  return undefined;
};

/** What to type to have these packages, by package manager. */
const MANAGERS = /** @type {const} */ ([
  { name: 'apt-get', root: true, install: ['install', '-y', '--no-install-recommends'], update: ['update', '-qq'] },
  { name: 'dnf', root: true, install: ['install', '-y'], update: undefined },
  { name: 'apk', root: true, install: ['add', '--no-cache'], update: undefined },
  { name: 'brew', root: false, install: ['install'], update: undefined },
]);

/** The system's package manager; undefined where it is none that we know. */
export const findPackageManager = async () => {
  for (const manager of MANAGERS) if (await findOnPath([manager.name])) return manager;
  return undefined;
};

/** @param {string} what @param {Partial<Record<'apt-get' | 'dnf' | 'apk' | 'brew', string>>} packages */
const howToInstall = async (what, packages) => {
  const manager = await findPackageManager();
  const named = manager && packages[manager.name];
  if (!manager || !named) return `Install ${what} and see that it is on the PATH.`;
  return `Type: ${manager.root && process.getuid?.() !== 0 ? 'sudo ' : ''}${manager.name} ${manager.install.join(' ')} ${named}`;
};

/** @param {string} ffmpeg its path @param {string[]} args */
const ask = async (ffmpeg, args) =>
  (await run(ffmpeg, ['-hide_banner', ...args], { timeout: 20_000, maxBuffer: 4 << 20 })).stdout;

/** FFmpeg ≥ 5.1 with the codecs that the ladder needs. `FFMPEG_PATH` names another than the PATH's. @returns {Promise<Finding>} */
export const checkFfmpeg = async () => {
  const named = process.env['FFMPEG_PATH'];
  const fix = named
    ? 'Correct FFMPEG_PATH, or unset it for the one on the PATH.'
    : await howToInstall('FFmpeg 5.1 or newer with libx264', {
        'apt-get': 'ffmpeg',
        dnf: 'ffmpeg',
        apk: 'ffmpeg',
        brew: 'ffmpeg',
      });
  const path = await findOnPath([named || 'ffmpeg']);
  if (!path)
    return { ok: false, said: named ? `FFMPEG_PATH is ${named}: no program.` : 'FFmpeg is not installed.', fix };
  try {
    const about = await ask(path, ['-version']);
    const version = /^ffmpeg version (?:n|\w+:)?(\d+)\.(\d+)/.exec(about);
    if (version && !atLeast([Number(version[1]), Number(version[2])], MINIMUM.ffmpeg)) {
      const found = `${version[1]}.${version[2]}`;
      return { ok: false, said: `FFmpeg ${found} (${path}) is older than ${MINIMUM.ffmpeg.join('.')}.`, fix };
    }
    const has = (/** @type {string} */ list, /** @type {string} */ codec) =>
      new RegExp(`^ [A-Z.]{6} ${codec} `, 'm').test(list);
    const encoders = await ask(path, ['-encoders']);
    const decoders = await ask(path, ['-decoders']);
    const missing = [
      ...ENCODERS.filter((name) => !has(encoders, name)),
      ...DECODERS.filter((name) => !has(decoders, name)),
    ];
    if (missing.length) return { ok: false, said: `FFmpeg at ${path} lacks ${missing.join(', ')}.`, fix };
    const probe = await findOnPath([named ? join(dirname(path), 'ffprobe') : 'ffprobe']);
    if (!probe) return { ok: false, said: 'FFmpeg is there, its ffprobe is not.', fix };
    return {
      ok: true,
      said: `FFmpeg ${version ? `${version[1]}.${version[2]}` : '(unnumbered build)'} with libx264, libvpx, opus, aac`,
    };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    return { ok: false, said: `FFmpeg at ${path} does not run: ${why}.`, fix };
  }
};

/** A Chromium for the tests: `CHROMIUM_PATH`, else the system's. */
export const findBrowser = () =>
  findOnPath(process.env['CHROMIUM_PATH'] ? [process.env['CHROMIUM_PATH']] : [...BROWSERS, ...MAC_BROWSERS]);

/** @returns {Promise<Finding>} */
export const checkBrowser = async () => {
  const path = await findBrowser();
  return path
    ? { ok: true, said: `browser for tests: ${path}` }
    : {
        ok: false,
        said: 'No Chromium for the tests (npm start does not need one).',
        fix: await howToInstall('Chromium', {
          'apt-get': 'chromium',
          dnf: 'chromium',
          apk: 'chromium',
          brew: '--cask chromium',
        }),
      };
};

/** The ports that the environment names, or the standard ones. Throws a CommandError where one is no port. */
export const portsFromEnvironment = (environment = process.env) =>
  PORTS.map(({ variable, standard, what }) => {
    const text = environment[variable];
    const port = text === undefined || text === '' ? standard : Number(text);
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new CommandError(`${variable}=${text} is no port: give a number from 1 to 65535.`);
    return { variable, port, what };
  });

/** @param {number} port @param {string} host @returns {Promise<string | undefined>} why nobody else can listen there */
const cannotListen = (port, host) =>
  new Promise((settle) => {
    const server = createServer();
    server.once('error', (cause) => settle('code' in cause ? String(cause.code) : cause.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => settle(undefined)));
  });

/**
 * Whether something listens on this port of the loopback. On its IPv6 side too, where there is one: a browser takes that one
 * for `localhost` first, and would show whatever else is there.
 *
 * @param {number} port @returns {Promise<boolean>}
 */
export const portTaken = async (port) =>
  (await cannotListen(port, '127.0.0.1')) !== undefined || (await cannotListen(port, '::1')) === 'EADDRINUSE';

/** @returns {Promise<Finding[]>} */
export const checkPorts = async () => {
  const findings = [];
  for (const { variable, port, what } of portsFromEnvironment()) {
    findings.push(
      (await portTaken(port))
        ? /** @type {Finding} */ ({
            ok: false,
            said: `Port ${port} (${what}) is in use.`,
            fix: `End what listens there, or choose another: ${variable}=${port + 10_000} npm start`,
          })
        : /** @type {Finding} */ ({ ok: true, said: `port ${port} is free for ${what}` }),
    );
  }
  return findings;
};

/** Where local data is: `DATA_DIR`, by default `.vybzz` in the clone. Set to nothing it is not set: the clone is no data. */
export const dataDirectory = (environment = process.env) => resolve(ROOT, environment['DATA_DIR'] || '.vybzz');

/** @param {string} folder made when it is not there @returns {Promise<Finding>} */
export const checkDisk = async (folder) => {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    return {
      ok: false,
      said: `The data folder ${folder} cannot be written (${why}).`,
      fix: 'Choose another: DATA_DIR=/some/folder npm start',
    };
  }
  const { bavail, bsize } = await statfs(folder);
  const free = Math.floor((bavail * bsize) / 2 ** 20);
  return free >= MINIMUM.freeMegabytes
    ? { ok: true, said: `${free > 10_240 ? `${Math.floor(free / 1024)} GB` : `${free} MB`} free for data in ${folder}` }
    : {
        ok: false,
        said: `Only ${free} MB are free in ${folder}; recordings need at least ${MINIMUM.freeMegabytes} MB.`,
        fix: 'Free some space, or choose another folder: DATA_DIR=/some/folder npm start',
      };
};

/** The product's version, as `package.json` says. @returns {Promise<string>} */
export const productVersion = async () => JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')).version;
