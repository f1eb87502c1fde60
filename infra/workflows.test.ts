import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const folder = new URL('../.github/workflows/', import.meta.url);
type Step = { uses?: string; run?: string; with?: Record<string, string>; env?: Record<string, string> };
type Job = {
  uses?: string;
  needs?: string | string[];
  permissions?: object;
  steps?: Step[];
  'timeout-minutes'?: number;
};
type Workflow = { on: Record<string, unknown>; permissions?: object; jobs: Record<string, Job> };

const texts = new Map(readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]));
const workflows = new Map([...texts].map(([name, text]) => [name, parse(text) as Workflow]));
const stepsOf = (name: string): Step[] =>
  Object.values(workflows.get(name)?.jobs ?? {}).flatMap(({ steps = [] }) => steps);
const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  scripts: Record<string, string>;
};

describe('the workflows', () => {
  it('are those of a release: check, diff, image, staging, production, and a show every hour', () => {
    expect([...workflows.keys()].sort()).toEqual(['check.yml', 'deploy.yml', 'diff.yml', 'hourly.yml', 'release.yml']);
    const { staging, production, image } = workflows.get('release.yml')?.jobs ?? {};
    expect([image?.needs, staging?.needs, production?.needs]).toEqual(['check', 'image', ['image', 'staging']]);
    const [last, show] = [stepsOf('deploy.yml').at(-2), stepsOf('deploy.yml').at(-1)];
    expect(last?.run).toMatch(/^npm run deploy -- /);
    expect(show?.run).toMatch(/^npm run show:hourly -- /);
  });

  it('call nothing that is not there', () => {
    for (const text of texts.values()) {
      for (const [, script = ''] of text.matchAll(/npm run (?:-s )?([\w:]+)/g))
        expect(Object.keys(scripts)).toContain(script);
      for (const [, file = ''] of text.matchAll(/uses: \.\/\.github\/workflows\/([\w.]+)/g))
        expect(texts.has(file), file).toBe(true);
    }
  });

  it('run the very code that was looked at: actions by commit, with the release beside it for Dependabot', () => {
    const used = [...texts].flatMap(([name, text]) =>
      [...text.matchAll(/uses: (?!\.\/)(.*)/g)].map(([, action = '']) => `${name}: ${action}`),
    );
    expect(used.length).toBeGreaterThan(10);
    for (const action of used) expect(action).toMatch(/: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('store no key of AWS, and take a role by OIDC where they need one', () => {
    for (const [name, text] of texts) {
      expect(text, name).not.toMatch(/aws-access-key-id|AWS_SECRET_ACCESS_KEY|secrets\.AWS/i);
      if (!text.includes('configure-aws-credentials')) continue;
      expect(workflows.get(name)?.permissions, name).toMatchObject({ 'id-token': 'write', contents: 'read' });
    }
  });

  it('may do nothing but read unless they say so, and end by themselves', () => {
    for (const [name, { permissions, jobs }] of workflows) {
      expect(permissions, name).toBeDefined();
      for (const [id, job] of Object.entries(jobs))
        if (!job.uses) expect(job['timeout-minutes'], `${name} ${id}`).toBeGreaterThan(0);
    }
  });

  it('run what was scanned: the image is for both architectures, and named by its digest', () => {
    const build = stepsOf('release.yml').find(({ uses }) => uses?.startsWith('docker/build-push-action'));
    expect(build?.with).toMatchObject({ platforms: 'linux/amd64,linux/arm64', sbom: true });
    const scan = stepsOf('release.yml').find(({ uses }) => uses?.startsWith('aquasecurity/trivy-action'));
    expect(scan?.with).toMatchObject({ 'image-ref': '${{ steps.name.outputs.image }}', 'exit-code': '1' });
    expect(texts.get('release.yml')).toContain('@${{ steps.build.outputs.digest }}');
  });

  it('give a fork no role', () => {
    expect(texts.get('diff.yml')).toContain('head.repo.full_name == github.repository');
    for (const text of texts.values()) expect(text).not.toContain('pull_request_target');
  });
});

it('dependencies are renewed together, and not before they are a week old', () => {
  const { updates } = parse(readFileSync(new URL('../.github/dependabot.yml', import.meta.url), 'utf8')) as {
    updates: { cooldown: Record<string, number>; groups?: object }[];
  };
  for (const { cooldown } of updates) expect(cooldown['default-days']).toBeGreaterThanOrEqual(7);
  expect(updates[0]?.groups).toBeDefined();
});
