import type { Level, Options } from 'dynalite/db/index.js';
import validations, { type Rules } from 'dynalite/validations/index.js';
import { invalid } from './faults.ts';
import type { Gate } from './gate.ts';

/** What every operation works with. */
export type Room = { level: Level; options: Options; gate: Gate; now: () => number };

/** One operation of DynamoDB's API: a request's body in, an answer's body out. */
export type Operation = (input: object) => Promise<object>;

/** What expressions have replaced. To drop one silently would be to drop a condition. */
const LEGACY = ['Expected', 'ConditionalOperator', 'AttributeUpdates', 'KeyConditions', 'QueryFilter', 'ScanFilter'];

/** Parses a request as DynamoDB does: unknown fields dropped, types and limits checked, expressions read. Or throws. */
export function parse<T extends object>(input: object, { types, custom }: Rules<T>, options: Options): T {
  const legacy = LEGACY.find((name) => name in input);
  if (legacy) throw invalid(`${legacy} is a legacy parameter, which is not emulated; use an expression`);
  const request = validations.checkTypes(input, types);
  validations.checkValidations(request, types, custom, { options });
  return request;
}
