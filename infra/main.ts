import { App } from 'aws-cdk-lib';
import { readSettings } from './settings.ts';
import { createVybzz } from './stacks/vybzz.ts';

const app = new App();
createVybzz(
  app,
  readSettings((name) => app.node.tryGetContext(name)),
);
app.synth();
