import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { contentSecurityPolicy, PERMISSIONS_POLICY } from './content-security-policy.ts';

/** The issuer and Mux's stand-in have ports of their own on one machine. */
const LOCAL = 'http://localhost:*';

it('nginx in localstack.yml tells pages the same as the site and the gateway do', () => {
  const nginx = readFileSync(new URL('compose/nginx.conf', import.meta.url), 'utf8');
  const policy = contentSecurityPolicy({ connect: ['ws:', LOCAL], images: ['https:', LOCAL], media: [LOCAL] });
  expect(nginx).toContain(`add_header Content-Security-Policy "${policy}";`);
  const framed = contentSecurityPolicy({ connect: ['ws:', LOCAL], images: [LOCAL], media: [LOCAL], framed: true });
  expect(nginx.split(`add_header Content-Security-Policy "${framed}";`)).toHaveLength(2);
  expect(nginx).toContain(`add_header Permissions-Policy "${PERMISSIONS_POLICY}";`);
});

it('lets nothing run or be painted that stands in a page as text, and no text be run', () => {
  for (const framed of [false, true]) {
    const policy = contentSecurityPolicy({ connect: [], images: [], media: [], framed });
    expect(policy).toContain("style-src 'self';");
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(policy).not.toMatch(/'unsafe-(?:inline|eval|hashes)'/);
  }
});

it('lets a page send forms nowhere but home', () => {
  expect(contentSecurityPolicy({ connect: [], images: [], media: [] })).toContain("form-action 'self'");
});

it('lets a page show pictures from where it says, and from nowhere else', () => {
  const policy = contentSecurityPolicy({ connect: [], images: ['https://image.mux.com'], media: [] });
  expect(policy).toContain("img-src 'self' data: blob: https://image.mux.com;");
});
