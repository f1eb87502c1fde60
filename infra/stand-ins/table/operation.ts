import conditionParser from 'dynalite/db/conditionParser.js';
import type { Level, Options } from 'dynalite/db/index.js';
import validations, { type Rules } from 'dynalite/validations/index.js';
import { inLinearTime } from './condition-parser.ts';
import { invalid } from './faults.ts';
import type { Gate } from './gate.ts';

/** What every operation works with. */
export type Room = { level: Level; options: Options; gate: Gate; now: () => number };

/** One operation of DynamoDB's API: a request's body in, an answer's body out. */
export type Operation = (input: object) => Promise<object>;

/** What expressions have replaced. To drop one silently would be to drop a condition. */
const LEGACY = ['Expected', 'ConditionalOperator', 'AttributeUpdates', 'KeyConditions', 'QueryFilter', 'ScanFilter'];

/** DynamoDB's own limit of every expression; it has none of their depth, which the linear parser makes harmless. */
export const EXPRESSION_BYTES = 4_096;
const EXPRESSIONS = [
  'UpdateExpression',
  'ConditionExpression',
  'KeyConditionExpression',
  'FilterExpression',
  'ProjectionExpression',
];

// The engine asks this object for its parser at every request.
conditionParser.parse = inLinearTime(conditionParser.parse);

const checkSizes = (input: object): void => {
  for (const [name, value] of Object.entries(input))
    if (EXPRESSIONS.includes(name) && typeof value === 'string' && Buffer.byteLength(value) > EXPRESSION_BYTES)
      throw invalid(`Invalid ${name}: Expression size has exceeded the maximum allowed size;`);
};

/** Parses a request as DynamoDB does: unknown fields dropped, types and limits checked, expressions read. Or throws. */
export function parse<T extends object>(input: object, { types, custom }: Rules<T>, options: Options): T {
  const legacy = LEGACY.find((name) => name in input);
  if (legacy) throw invalid(`${legacy} is a legacy parameter, which is not emulated; use an expression`);
  checkSizes(input);
  const request = validations.checkTypes(input, types);
  validations.checkValidations(request, types, custom, { options });
  return request;
}
