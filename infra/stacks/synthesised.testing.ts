import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { deploymentOf, parseSettings } from '../settings.ts';
import { createVybzz } from './vybzz.ts';

const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')) as {
  context: Record<string, unknown>;
};

/**
 * The templates by the stack's part, of the app as `infra/main.ts` makes it with these settings. Nothing is bundled: no
 * template shows what is in a bundle.
 *
 * @param origin where the site is, once that is known
 * @param nag whether cdk-nag looks, too; then a finding that nobody answers throws
 */
export const synthesise = (
  settings: Record<string, unknown> = {},
  { nag = false, origin }: { nag?: boolean; origin?: string } = {},
) => {
  const outdir = mkdtempSync(join(tmpdir(), 'vybzz-cdk-'));
  try {
    const app = new App({ outdir, context: { ...context, 'aws:cdk:bundling-stacks': [] } });
    // as on any machine
    const text = JSON.stringify({ arch: 'arm64', ...settings });
    createVybzz(app, deploymentOf(parseSettings(text, 'settings'), { origin }), '1.2.3');
    if (nag) Validations.of(app).addPlugins(new AwsSolutionsChecks());
    const { stacks } = app.synth();
    return Object.fromEntries(
      stacks.map(({ stackName, template }): [string, Template] => [
        stackName.replace(/^[^-]*-/, ''),
        Template.fromJSON(template),
      ]),
    );
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
};
