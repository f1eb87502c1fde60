// @ts-check
/** `npm start` and `npm run dev`: sets the machine up, then runs the platform. */
import { endWithNpm } from './npm-parent.mjs';
import { ensureDataFolder, ensureDependencies, ensureFfmpeg, ensureNode, orExplain } from './setup.mjs';

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  console.log(`npm start [-- OPTIONS]      runs Vybzz whole on this machine; Ctrl-C stops it

  --fresh    empties the local data first
  --yes      does not ask before it installs FFmpeg
  --dev      hot reload (npm run dev)

Environment: PORT 3000, IDENTITY_PORT 3001, INGEST_PORT 3004, MUX_PORT 3005, RTMPS_PORT 1936, DYNAMODB_PORT 8000,
DATA_DIR .vybzz, FFMPEG_PATH. Two copies on different ports and data folders run side by side.`);
  process.exit(0);
}

const unknown = process.argv.slice(2).filter((option) => !['--fresh', '--yes', '--dev'].includes(option));
// npm keeps what is typed without `--` before it for itself, and tells us only so.
const forNpm = process.env['npm_config_fresh'] !== undefined && !process.argv.includes('--fresh');
if (unknown.length || forNpm) {
  console.error(
    forNpm ? '✗ For --fresh type: npm start -- --fresh' : `✗ There is no ${unknown[0]}: npm start -- --help`,
  );
  process.exit(2);
}

endWithNpm('start', 'dev');
await orExplain(async () => {
  ensureNode();
  await ensureDataFolder({ fresh: process.argv.includes('--fresh') });
  await ensureDependencies();
  await ensureFfmpeg();
});

// The SDK tells Node 20 at every start that its support ends in 2027: package.json's engines say what we support.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
const { register } = await import('tsx/esm/api');
register();
await import('./main.ts');
