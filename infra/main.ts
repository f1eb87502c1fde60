import { readFileSync } from 'node:fs';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import * as z from 'zod';
import { deploymentOf, readSettings } from './settings.ts';
import { createVybzz } from './stacks/vybzz.ts';

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')));

const app = new App();
/** `npm run deploy` says them; `npx cdk synth` is content with the example. */
const [environment, origin, image] = ['environment', 'origin', 'image'].map((name) => {
  const said: unknown = app.node.tryGetContext(name);
  return typeof said === 'string' && said !== '' ? said : undefined;
});
createVybzz(app, deploymentOf(readSettings(environment ?? 'example'), { origin, image }), version);
// A finding that nobody has answered stops the synthesis, and with it the deployment.
Validations.of(app).addPlugins(new AwsSolutionsChecks());
app.synth();
