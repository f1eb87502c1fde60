import type { AttackCase } from './attack-case.ts';
import type { PlatformBed } from '../lib/platform-bed.ts';

type Case = AttackCase<PlatformBed>;

/** How long a request of the table may hold all others up. */
const QUICK_MS = 1_500;

const ask = (attack: string, operation: string, body: unknown, expected: string | readonly string[]): Case => ({
  attack: `the table: ${attack}`,
  expected,
  play: async (bed) => {
    const began = performance.now();
    const answer = await fetch(`http://127.0.0.1:${bed.port('DYNAMODB_PORT')}/`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        authorization:
          'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00',
        'x-amz-date': '20260101T000000Z',
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    await answer.text();
    return performance.now() - began < QUICK_MS ? String(answer.status) : 'too long';
  },
});
const KEY = { pk: { S: 'x' }, sk: { S: 'x' } };
const parentheses = (levels: number) => ({
  TableName: 'vybzz',
  Item: KEY,
  ConditionExpression: `${'('.repeat(levels)}attribute_not_exists(pk)${')'.repeat(levels)}`,
});
const nested = (levels: number): string =>
  `{"TableName":"vybzz","Key":${'{"M":'.repeat(levels)}{}${'}'.repeat(levels)}}`;

/** The embedded table's parser, which others than our store can reach on this machine. */
export const TABLE: readonly Case[] = [
  ...[16, 40, 300, 1_900].map((levels) =>
    ask(`a condition in ${levels} parentheses`, 'PutItem', parentheses(levels), ['200', '400']),
  ),
  ask(
    'a condition of 5 KB',
    'PutItem',
    {
      TableName: 'vybzz',
      Item: KEY,
      ConditionExpression: `pk = :v${' AND pk = :v'.repeat(420)}`,
      ExpressionAttributeValues: { ':v': { S: 'x' } },
    },
    ['400'],
  ),
  ask(
    'NOT a thousand times',
    'PutItem',
    { TableName: 'vybzz', Item: KEY, ConditionExpression: `${'NOT '.repeat(1_000)}attribute_exists(pk)` },
    ['200', '400'],
  ),
  ask('a key nested 10,000 deep', 'GetItem', nested(10_000), ['400', '413']),
  ask('a body that is no JSON', 'GetItem', '{', ['400']),
  ask('an operation that is none', '__proto__', {}, ['400']),
];
