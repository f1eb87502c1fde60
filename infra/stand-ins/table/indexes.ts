import engine, { type Index, type Item, type Options, type Table } from 'dynalite/db/index.js';
import type { Rules } from 'dynalite/validations/index.js';
import { invalid, tableNotFound } from './faults.ts';
import { layout, under } from './layout.ts';
import { parse, type Room } from './operation.ts';
import { entries, type WriteSet } from './write-set.ts';

type Definitions = Table['AttributeDefinitions'];
type IndexUpdates = {
  TableName: string;
  AttributeDefinitions?: Definitions;
  GlobalSecondaryIndexUpdates: { Create?: Index; Delete?: { IndexName: string } }[];
};

const NAME = {
  type: 'String',
  notNull: true,
  regex: '[a-zA-Z0-9_.-]+',
  lengthGreaterThanOrEqual: 3,
  lengthLessThanOrEqual: 255,
};
const TEXT = { type: 'String', notNull: true };

const members = (name: string, children: object) => ({
  type: 'List',
  children: { type: `ValueStruct<${name}>`, children },
});

const KEY_SCHEMA = {
  ...members('KeySchemaElement', { AttributeName: TEXT, KeyType: { ...TEXT, enum: ['HASH', 'RANGE'] } }),
  notNull: true,
  lengthGreaterThanOrEqual: 1,
  lengthLessThanOrEqual: 2,
};
const PROJECTION = {
  type: 'FieldStruct<Projection>',
  notNull: true,
  children: {
    ProjectionType: { ...TEXT, enum: ['ALL', 'INCLUDE', 'KEYS_ONLY'] },
    NonKeyAttributes: { type: 'List', lengthGreaterThanOrEqual: 1, children: 'String' },
  },
};

// Not the engine's own rules: those want a provisioned throughput, which an on-demand table must not have.
const RULES: Rules<IndexUpdates> = {
  types: {
    TableName: NAME,
    AttributeDefinitions: members('AttributeDefinition', {
      AttributeName: TEXT,
      AttributeType: { ...TEXT, enum: ['B', 'N', 'S'] },
    }),
    GlobalSecondaryIndexUpdates: {
      ...members('GlobalSecondaryIndexUpdate', {
        Create: {
          type: 'FieldStruct<CreateGlobalSecondaryIndexAction>',
          children: { IndexName: NAME, KeySchema: KEY_SCHEMA, Projection: PROJECTION },
        },
        Delete: { type: 'FieldStruct<DeleteGlobalSecondaryIndexAction>', children: { IndexName: NAME } },
      }),
      notNull: true,
      lengthGreaterThanOrEqual: 1,
    },
  },
};

/** An index as `DescribeTable` shows it. */
export function newIndex(index: Index, tableArn: string): Index {
  return {
    ...index,
    ...placed(index, tableArn),
    IndexStatus: 'ACTIVE',
    ProvisionedThroughput: throughput(index.ProvisionedThroughput),
  };
}

/** Where an index lies, and counts that nobody may build on: DynamoDB takes them every six hours. */
export const placed = ({ IndexName }: Index, tableArn: string) => ({
  IndexArn: `${tableArn}/index/${IndexName}`,
  IndexSizeBytes: 0,
  ItemCount: 0,
});

/** Zero is how DynamoDB shows on-demand capacity. */
export const throughput = (asked: object | undefined) => ({
  ReadCapacityUnits: 0,
  WriteCapacityUnits: 0,
  NumberOfDecreasesToday: 0,
  ...asked,
});

/** What of `UpdateTable` is emulated: adding and dropping global secondary indexes. */
export const parseIndexUpdates = (input: object, options: Options) => parse(input, RULES, options);

/** The table with a new index, which is filled from the items that are there. */
export async function addIndex(
  table: Table,
  asked: Index,
  definitions: Definitions = [],
  { level }: Room,
  set: WriteSet,
): Promise<Table> {
  const present = table.GlobalSecondaryIndexes ?? [];
  if (present.some(({ IndexName }) => IndexName === asked.IndexName))
    throw invalid(`Attempting to create an index which already exists: ${asked.IndexName}`);
  const known = [...table.AttributeDefinitions, ...definitions];
  const defined = [...new Map(known.map((definition) => [definition.AttributeName, definition])).values()];
  const missing = asked.KeySchema.find(({ AttributeName }) => !defined.some((d) => d.AttributeName === AttributeName));
  if (missing)
    throw invalid(
      'One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. ' +
        `Keys: [${missing.AttributeName}]`,
    );

  const index = newIndex(asked, table.TableArn);
  const grown = { ...table, AttributeDefinitions: defined, GlobalSecondaryIndexes: [index] };
  for await (const item of level.values<Item>(under(layout.items(table.TableName)))) {
    // An item whose attribute has another type than the key stays out of the index, as in DynamoDB.
    if (engine.validateItem(item, grown)) continue;
    for (const [key, entry] of entries(grown, engine.createKey(item, grown), item)) set.put(key, entry);
  }
  return { ...grown, GlobalSecondaryIndexes: [...present, index] };
}

/** The table without this index. */
export async function dropIndex(table: Table, name: string, { level }: Room, set: WriteSet): Promise<Table> {
  const { GlobalSecondaryIndexes: present = [], ...rest } = table;
  const left = present.filter(({ IndexName }) => IndexName !== name);
  if (left.length === present.length) throw tableNotFound(`Requested resource not found: Index: ${name}`);
  for await (const key of level.keys(under(layout.index(table.TableName, name)))) set.del(key);
  return left.length > 0 ? { ...rest, GlobalSecondaryIndexes: left } : rest;
}
