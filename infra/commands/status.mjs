// @ts-check
/** `npm run -s status`: the state of every service of the running platform. Exit 1 when one is not healthy. */
import { dataDirectory } from '../local/machine.mjs';
import { readOptions } from './options.mjs';
import { runningPlatform } from '../local/running.mjs';

const { has } = readOptions({
  help: 'npm run -s status -- --help',
  usage:
    'npm run -s status [-- --json]: every service of the running platform. DATA_DIR names another data folder. Exit 1 when one is not healthy.',
  switches: ['json'],
});
const running = await runningPlatform(dataDirectory());
if (!running) {
  console.error(`Vybzz is not running on ${dataDirectory()}: npm start`);
  process.exit(1);
}
const answer = await fetch(`${running.origin}/healthz?all`, { signal: AbortSignal.timeout(5_000) }).catch(
  (cause) => cause,
);
if (answer instanceof Error) {
  console.error(`Vybzz runs (pid ${running.pid}) but ${running.origin} does not answer: ${answer.message}`);
  process.exit(1);
}
const health = await answer.json();
if (has('json')) console.log(JSON.stringify(health, undefined, 2));
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
