// @ts-check
/** `npm run -s status`: the state of every service of the running platform. Exit 1 when one is not healthy. */
import { orExplain } from '../local/command-error.mjs';
import { dataDirectory } from '../local/machine.mjs';
import { askPlatform } from './ask-platform.mjs';
import { readArguments } from './read-arguments.mjs';

const USAGE =
  'npm run -s status [-- --json]: every service of the running platform. DATA_DIR names another data folder. Exit 1 when one is not healthy.';
const { json } = readArguments(USAGE, { options: { json: { type: 'boolean' } } }).values;
const { body: health } = await orExplain(() => askPlatform(dataDirectory(), '/healthz?all', { withinMs: 5_000 }));
if (json) console.log(JSON.stringify(health, undefined, 2));
else {
  /** @type {{ name: string, address: string, version: string, healthy: boolean, because?: string, uptimeSeconds: number }[]} */
  const services = health.services;
  const wide = (/** @type {(service: typeof services[number]) => string} */ of) =>
    Math.max(...services.map((service) => of(service).length));
  const [name, address, version] = [wide((s) => s.name), wide((s) => s.address), wide((s) => s.version)];
  for (const service of services)
    console.log(
      `${service.healthy ? '✓' : '✗'} ${service.name.padEnd(name)}  ${service.address.padEnd(address)}  ${service.version.padEnd(version)}  ` +
        (service.healthy ? `up ${service.uptimeSeconds} s` : (service.because ?? 'not healthy')),
    );
}
process.exit(health.ok ? 0 : 1);
