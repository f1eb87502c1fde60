import type { Template } from 'aws-cdk-lib/assertions';
import { isIntrinsic, plain, readable } from './readable.testing.ts';

/** Said elsewhere: permissions in infra/ROLES.md, and the rest is the same for all. */
const ELSEWHERE = /^AWS::(IAM::(Role|Policy)|Logs::LogGroup|Lambda::Permission|CDK::Metadata)$/;
/** Assets are called by the hash of what is in them, which is no matter of the template's. */
const HASH = /[0-9a-f]{64}/g;
/** Names that CDK makes of a construct's path and the path's own hash. */
const UNIQUE = /(?<=[A-Za-z])[0-9A-F]{8}\b/g;

const isFlat = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every((one) => typeof one !== 'object' || one === null || isIntrinsic(one));
  return isIntrinsic(value) || Object.keys(value).length === 0;
};

const linesOf = (value: object, depth: number): string[] =>
  Object.entries(value).flatMap(([name, of]) => {
    if (name === 'Tags') return [];
    const key = `${'  '.repeat(depth)}${Array.isArray(value) ? '-' : `${name}:`}`;
    return isFlat(of)
      ? [`${key} ${readable(of).replace(HASH, '…').replace(UNIQUE, '').trimEnd()}`]
      : [key, ...linesOf(of, depth + 1)];
  });

/** A template as a review can read it: names without what makes them unique, properties, and no hash of anything. */
export const outlineOf = (template: Template): string => {
  const resources = Object.entries<{ Type: string; Properties?: Record<string, unknown> }>(
    template.toJSON()['Resources'],
  );
  return resources
    .filter(([, { Type }]) => !ELSEWHERE.test(Type))
    .map(([id, { Type, Properties = {} }]) => [`${plain(id)} (${Type})`, ...linesOf(Properties, 1), ''].join('\n'))
    .sort()
    .join('\n');
};
