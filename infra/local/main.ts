import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { CommandError, orExplain } from './command-error.mjs';
import { checkDisk, dataDirectory, findOnPath, portsFromEnvironment, portTaken, productVersion } from './machine.mjs';
import { startPlatform, type Ports } from './platform.ts';
import { forgetRunning, noteRunning, runningPlatform } from './running.mjs';

/** How long Ctrl-C may take before we leave without the parts that hang. */
const STOP_MS = 4_500;

const portsFree = async (): Promise<Ports> => {
  const asked = portsFromEnvironment();
  const seen = new Map<number, string>();
  for (const { variable, port, what } of asked) {
    const other = seen.get(port);
    if (other) throw new CommandError(`${variable} and ${other} are both ${port}: give each its own port.`);
    seen.set(port, variable);
    if (await portTaken(port))
      throw new CommandError(
        `Port ${port} (${what}) is in use. End what listens there, or choose another: ${variable}=${port + 10_000} npm start`,
      );
  }
  const at = (variable: string): number => asked.find((one) => one.variable === variable)?.port ?? 0;
  return {
    web: at('PORT'),
    identity: at('IDENTITY_PORT'),
    ingest: at('INGEST_PORT'),
    mux: at('MUX_PORT'),
    rtmps: at('RTMPS_PORT'),
    table: at('DYNAMODB_PORT'),
  };
};

const run = async (): Promise<void> => {
  // Of what we and our children write, others on this machine read nothing: it holds keys, sessions and recordings.
  process.umask(0o077);
  const dataDir = dataDirectory();
  const running = await runningPlatform(dataDir);
  const answers = running && (await fetch(`${running.origin}/healthz`).catch(() => undefined))?.ok;
  if (running && answers)
    throw new CommandError(
      `Vybzz already runs on ${dataDir} (pid ${running.pid}): open ${running.origin}. A second copy needs its own DATA_DIR and ports.`,
    );
  const ports = await portsFree();
  if (process.argv.includes('--fresh')) await rm(dataDir, { recursive: true, force: true });
  const disk = await checkDisk(dataDir);
  if (!disk.ok) throw new CommandError(`${disk.said} ${disk.fix}`);
  const ffmpegPath = await findOnPath([process.env['FFMPEG_PATH'] ?? 'ffmpeg']);
  if (!ffmpegPath) throw new CommandError('FFmpeg is not installed: npm run doctor says what to type.');

  let stopAsked = false;
  const asked = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), once(process, 'SIGHUP')]).then(() => {
    stopAsked = true;
  });
  const platform = await startPlatform({
    ports,
    dataDir,
    version: await productVersion(),
    ffmpegPath,
    capacitySessions: process.env['CAPACITY_SESSIONS'],
    ice: { urls: process.env['ICE_URLS'], turnSecret: process.env['TURN_SECRET'] },
    dev: process.argv.includes('--dev'),
    say: (line) => console.log(`✓ ${line}`),
    log: (part, line) => console.log(`  [${part}] ${line}`),
  });
  await noteRunning(dataDir, {
    pid: process.pid,
    origin: platform.origin,
    startedAt: new Date().toISOString(),
    localSecret: platform.localSecret,
  });
  const creators = platform.accounts.filter(({ creator }) => creator).map(({ login }) => login);
  const moderators = platform.accounts.filter(({ moderator }) => moderator).map(({ login }) => login);
  const viewers = platform.accounts
    .filter(({ creator, moderator }) => !creator && !moderator)
    .map(({ login }) => login);
  if (!stopAsked)
    console.log(`
  Vybzz runs at  ${platform.origin}

  Sign in as     ${creators.join(' or ')} to go live, ${viewers.join(' or ')} to watch, ${moderators.join(' or ')} to moderate; password ${platform.password}
  Data is in     ${dataDir}
  State          npm run -s status          Stop  Ctrl-C
`);

  await asked;
  console.log('\nStopping …');
  const late = setTimeout(() => {
    console.error('Some parts did not stop in time; leaving without them.');
    process.exit(1);
  }, STOP_MS);
  process.once('SIGINT', () => process.exit(1));
  await platform.stop();
  await forgetRunning(dataDir);
  clearTimeout(late);
  console.log('Stopped.');
};

/** The sentence behind a failure that a person can mend; any other failure stays what it is. */
const explained = (cause: unknown): unknown => {
  if (!(cause instanceof Error) || !('code' in cause)) return cause;
  if (cause.code === 'EADDRINUSE')
    return new CommandError(
      `Port ${'port' in cause ? String(cause.port) : '?'} was taken while Vybzz started. Try again, or choose another: npm run doctor names them.`,
      { cause },
    );
  if (cause.code === 'ENOSPC') return new CommandError('The disk is full: free some space and start again.', { cause });
  return cause;
};

await orExplain(() =>
  run().catch((cause: unknown) => {
    throw explained(cause);
  }),
);
process.exit(0);
