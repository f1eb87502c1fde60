import engine, { type Callback, type Condition, type Item, type Request, type Store } from 'dynalite/db/index.js';
import { holds } from './conditions.ts';
import { invalid } from './faults.ts';
import type { Room } from './operation.ts';
import { read } from './reads.ts';

type Action = (store: Store, request: Request, callback: Callback<object>) => void;
type Page = { Items?: Item[]; Count?: number };

/** Lets every item through the engine's own filter, which keeps the checks that it makes of the expression. */
const EVERYTHING: Condition = { type: 'everything', args: [] };

/** Queries and scans by the engine; filters and projects its page here, where conditions mean what they mean in a write. */
export async function filtered(action: Action, request: Request, room: Room): Promise<object> {
  const { _filter: filter, _projection: projection, Select, ...rest } = request;
  const { KeyConditions = {} } = rest;
  if (Select === 'SPECIFIC_ATTRIBUTES' && !projection)
    throw invalid('Must specify the ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES');
  for (const [name, { AttributeValueList }] of Object.entries(KeyConditions))
    if (AttributeValueList.some((value) => 'S' in value && value.S === ''))
      throw invalid(
        'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string ' +
          `value. Key: ${name}`,
      );

  const page: Page = await read(
    action,
    {
      ...rest,
      ...(Select && Select !== 'COUNT' ? { Select } : {}),
      ...(filter ? { _filter: { ...filter, expression: EVERYTHING } } : {}),
      ...(projection ? { _projection: { ...projection, paths: undefined } } : {}),
    },
    room,
  );
  const { Items: found = [], ...counted } = page;
  const kept = filter ? found.filter((item) => holds(filter.expression, item)) : found;
  const shown = projection?.paths ? kept.map((item) => engine.mapPaths(projection.paths ?? [], item)) : kept;
  return { ...counted, Count: kept.length, ...(Select === 'COUNT' ? {} : { Items: shown }) };
}
