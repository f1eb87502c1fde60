import type { Template } from 'aws-cdk-lib/assertions';
import { plain, readable } from './readable.testing.ts';

type Statement = {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
};
type Resource = { Type: string; Properties: Record<string, any> };

const asList = <T>(one: T | T[]): T[] => (Array.isArray(one) ? one : [one]);

/** A resource as a person would name it: a policy speaks of nothing but ARNs, and of our own account and region. */
const named = (value: unknown): string =>
  readable(value)
    .replace('arn:${AWS::Partition}:', '')
    .replace(':${AWS::Region}:${AWS::AccountId}:', ':')
    .replace(/\$\{(?!AWS::)(\w+)(\.\w+)?\}/g, '$1');

/** Every role of the stacks as lines of a table: who, what, on what. */
export const rolesOf = (stacks: Record<string, Template>): string[] => {
  const lines: string[] = [];
  for (const [stack, template] of Object.entries(stacks)) {
    const resources = Object.entries(template.toJSON()['Resources'] as Record<string, Resource>);
    const say = (role: string, { Effect, Action, Resource, Condition }: Statement): void => {
      if (Effect !== 'Allow') throw new Error(`${role} has a statement that is no permission`);
      const conditions = Object.values(Condition ?? {}).flatMap((of) =>
        Object.entries(of).map(([key, values]) => ` where ${key} is ${asList(values).map(named).join(' or ')}`),
      );
      const on = asList(Resource).map(named).sort().join(', ');
      lines.push(`| ${stack}/${role} | ${asList(Action).sort().join(', ')} | ${on}${conditions.join('')} |`);
    };
    for (const [id, { Type, Properties }] of resources) {
      if (Type === 'AWS::IAM::Role') {
        for (const managed of asList<unknown>(Properties['ManagedPolicyArns'] ?? []))
          lines.push(`| ${stack}/${plain(id)} | ${named(managed).split('/').at(-1)} (AWS's) | * |`);
        for (const { PolicyDocument } of asList<any>(Properties['Policies'] ?? []))
          for (const statement of PolicyDocument.Statement) say(plain(id), statement);
      }
      if (Type === 'AWS::IAM::Policy')
        for (const role of Properties['Roles'] as { Ref: string }[])
          for (const statement of Properties['PolicyDocument'].Statement) say(plain(role.Ref), statement);
    }
  }
  return lines.sort();
};
