import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { planDeployment } from './plan.ts';
import { outputsFile, readOutput } from './origin.ts';

/**
 * `npm run deploy -- [-c name=value …]`: all stacks. Without a domain of one's own the site's name is known only once there is a
 * distribution, and Cognito, the API and the workers must know it: the first deployment is therefore done twice.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const given = process.argv.slice(2);

const cdk = async (args: string[]): Promise<void> => {
  const child = spawn('npx', ['cdk', ...args], { cwd: ROOT, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) process.exit(Number(code ?? 1));
};

await mkdir(`${ROOT}/.vybzz`, { recursive: true });
const { name, origin } = planDeployment(given);
const outputs = outputsFile(ROOT, name);
const deploy = (known: string | undefined): Promise<void> =>
  cdk(['deploy', '--all', '--outputs-file', outputs, ...(known ? ['-c', `origin=${known}`] : []), ...given]);
const deployed = () => readOutput(outputs, `${name}-Web`, 'Origin');

const before = origin ?? (await deployed());
await deploy(before);
const after = await deployed();
if (after && after !== before) {
  console.log(`\nThe site is ${after}: telling sign-in, API and workers …\n`);
  await deploy(after);
}
console.log(
  `\nVybzz is at ${after ?? before ?? '?'}\nNext: npm run setup:mux -- --name ${name}   then   npm run smoke -- ${after ?? before ?? ''}`,
);
