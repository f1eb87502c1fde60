// @ts-check
/** `npm start` and `npm run dev`: sets the machine up, then runs the platform. */
import { endWithNpm } from './npm-parent.mjs';
import { readArguments } from './read-arguments.mjs';
import { ensureDataFolder, ensureDependencies, ensureFfmpeg, ensureNode } from './setup.mjs';
import { orExplain } from '../local/command-error.mjs';

const USAGE = `npm start [-- OPTIONS]      runs Vybzz whole on this machine; Ctrl-C stops it

  --fresh    empties the local data first
  --yes      does not ask before it installs FFmpeg
  --dev      what is changed takes effect (npm run dev)

Environment: PORT 3000, IDENTITY_PORT 3001, INGEST_PORT 3004, MUX_PORT 3005, RTMPS_PORT 1936, DYNAMODB_PORT 8000,
DATA_DIR .vybzz, FFMPEG_PATH. Two copies on different ports and data folders run side by side.
It runs against a stand-in for Mux, whatever MUX_TOKEN_ID says: a Mux account comes with npm run deploy.`;

const { values } = readArguments(USAGE, {
  options: { fresh: { type: 'boolean' }, yes: { type: 'boolean' }, dev: { type: 'boolean' } },
});
// npm keeps what is typed without `--` before it for itself, and tells us only so.
if (process.env['npm_config_fresh'] !== undefined && !values.fresh) {
  console.error('✗ For --fresh type: npm start -- --fresh');
  process.exit(2);
}

endWithNpm('start', 'dev');
await orExplain(async () => {
  ensureNode();
  await ensureDataFolder({ fresh: values.fresh ?? false });
  await ensureDependencies();
  await ensureFfmpeg();
});

// The SDK tells Node 20 at every start that its support ends in 2027: package.json's engines say what we support.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
const { register } = await import('tsx/esm/api');
register();
await import('../local/main.ts');
