import type { Template } from 'aws-cdk-lib/assertions';

type Statement = {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
};
type Resource = { Type: string; Properties: Record<string, any> };

const asList = <T>(one: T | T[]): T[] => (Array.isArray(one) ? one : [one]);

/** Without what CloudFormation's ids end in to be unique: a review reads names. */
const plain = (id: string): string => id.replace(/(PublishOutput(Ref|FnGetAtt))?(.*?)[0-9A-F]{8,16}.*$/, '$3');

/** A resource as a person would name it. */
const readable = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, of] = ['', undefined]] = Object.entries<any>(value);
  switch (name) {
    case 'Ref':
      return plain(of).replace(/^AWS::/, '$');
    case 'Fn::GetAtt':
      return plain(of[0]);
    case 'Fn::GetStackOutput':
      return plain(of.OutputName);
    case 'Fn::Sub':
      return String(of);
    case 'Fn::Join':
      return (of[1] as unknown[])
        .map(readable)
        .join('')
        .replace('arn:$Partition:', '')
        .replace(':$Region:$AccountId:', ':');
    default:
      throw new Error(`a resource of a kind that nobody has looked at: ${JSON.stringify(value)}`);
  }
};

/** Every role of the stacks as lines of a table: who, what, on what. */
export const rolesOf = (stacks: Record<string, Template>): string[] => {
  const lines: string[] = [];
  for (const [stack, template] of Object.entries(stacks)) {
    const resources = Object.entries(template.toJSON()['Resources'] as Record<string, Resource>);
    const say = (role: string, { Effect, Action, Resource, Condition }: Statement): void => {
      if (Effect !== 'Allow') throw new Error(`${role} has a statement that is no permission`);
      const conditions = Object.values(Condition ?? {}).flatMap((of) =>
        Object.entries(of).map(([key, values]) => ` where ${key} is ${asList(values).map(readable).join(' or ')}`),
      );
      const on = asList(Resource).map(readable).sort().join(', ');
      lines.push(`| ${stack}/${role} | ${asList(Action).sort().join(', ')} | ${on}${conditions.join('')} |`);
    };
    for (const [id, { Type, Properties }] of resources) {
      if (Type === 'AWS::IAM::Role') {
        for (const managed of asList<unknown>(Properties['ManagedPolicyArns'] ?? []))
          lines.push(`| ${stack}/${plain(id)} | ${readable(managed).split('/').at(-1)} (AWS's: writing logs) | * |`);
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
