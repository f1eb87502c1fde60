import type { Level, Options } from 'dynalite/db/index.js';
import validations, { type Rules } from 'dynalite/validations/index.js';
import type { Gate } from './gate.ts';

/** What every operation works with. */
export type Room = { level: Level; options: Options; gate: Gate; now: () => number };

/** One operation of DynamoDB's API: a request's body in, an answer's body out. */
export type Operation = (input: object) => Promise<object>;

/** Parses a request as DynamoDB does: unknown fields dropped, types and limits checked, expressions read. Or throws. */
export function parse<T extends object>(input: object, { types, custom }: Rules<T>, options: Options): T {
  const request = validations.checkTypes(input, types);
  validations.checkValidations(request, types, custom, { options });
  return request;
}
