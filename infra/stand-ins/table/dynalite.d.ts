/** The doors of dynalite 4 that we use: its engine, actions and validations, without its server. It ships no types of its own. */

declare module 'dynalite/db/index.js' {
  export type AttributeValue =
    | { S: string }
    | { N: string }
    | { B: string }
    | { BOOL: boolean }
    | { NULL: boolean }
    | { SS: string[] }
    | { NS: string[] }
    | { BS: string[] }
    | { L: AttributeValue[] }
    | { M: Item };
  export type Item = { [name: string]: AttributeValue };
  export type Path = (string | number)[];

  /** What the parsers make of a condition or a filter; `everything` is ours, and holds for them, too. */
  export type Operand = Path | AttributeValue | { type: 'function'; name: 'size'; args: [Operand] };
  export type Condition =
    | { type: 'and' | 'or'; args: [Condition, Condition] }
    | { type: 'not'; args: [Condition] }
    | { type: '=' | '<>' | '<' | '<=' | '>' | '>='; args: [Operand, Operand] }
    | { type: 'between'; args: [Operand, Operand, Operand] }
    | { type: 'in'; args: [Operand, ...Operand[]] }
    | { type: 'everything'; args: [] }
    | { type: 'function'; name: 'attribute_exists'; args: [Operand] }
    | { type: 'function'; name: 'attribute_not_exists'; args: [Operand] }
    | { type: 'function'; name: 'attribute_type' | 'begins_with' | 'contains'; args: [Operand, Operand] };

  /** What the parsers make of an update. */
  export type Source =
    | Path
    | AttributeValue
    | { type: 'add' | 'subtract'; args: [Source, Source] }
    | { type: 'function'; name: 'if_not_exists'; args: [Path, Source] }
    | { type: 'function'; name: 'list_append'; args: [Source, Source] };
  export type Section =
    | { type: 'set'; path: Path; val: Source }
    | { type: 'remove'; path: Path }
    | { type: 'add' | 'delete'; path: Path; val: AttributeValue };
  export type Updates = { sections: Section[]; paths: Path[] };

  export type KeySchema = { AttributeName: string; KeyType: string }[];
  export type Index = {
    IndexName: string;
    KeySchema: KeySchema;
    Projection: { ProjectionType?: string; NonKeyAttributes?: string[] };
    ProvisionedThroughput?: object;
    IndexStatus?: string;
    IndexArn?: string;
    IndexSizeBytes?: number;
    ItemCount?: number;
  };
  export type Table = {
    TableName: string;
    TableArn: string;
    TableId: string;
    TableSizeBytes: number;
    ItemCount: number;
    ProvisionedThroughput: object;
    TableThroughputModeSummary?: object;
    TableStatus: string;
    KeySchema: KeySchema;
    AttributeDefinitions: { AttributeName: string; AttributeType: string }[];
    BillingModeSummary?: { BillingMode: string; LastUpdateToPayPerRequestDateTime?: number };
    CreationDateTime: number;
    GlobalSecondaryIndexes?: Index[];
    LocalSecondaryIndexes?: Index[];
  };

  /** A request after validation: known fields only; which of them are there depends on the operation. */
  export type Request = {
    TableName: string;
    IndexName?: string;
    Key?: Item;
    Item?: Item;
    ExclusiveStartKey?: Item;
    ScanIndexForward?: boolean;
    Select?: string;
    ReturnValues?: string;
    ReturnConsumedCapacity?: string;
    ReturnValuesOnConditionCheckFailure?: string;
    KeyConditions?: { [name: string]: { AttributeValueList: AttributeValue[] } };
    _condition?: { expression: Condition };
    _filter?: { expression: Condition };
    _projection?: { paths: Path[] | undefined };
    _updates?: Updates;
  };

  export type Callback<T> = (error: unknown, value?: T) => void;
  export type Range = { gt?: string; gte?: string; lt?: string; lte?: string; reverse?: boolean; limit?: number };

  /** One named part of the store, as the reading actions call it. */
  export type Collection = {
    get(key: string, callback: Callback<Item | undefined>): void;
    createValueStream(range: Range): NodeJS.EventEmitter;
  };

  /** The store as the reading actions call it. */
  export type Store = {
    options: Options;
    getItemDb(tableName: string): Collection;
    getIndexDb(indexType: string, tableName: string, indexName: string): Collection;
    getTable(name: string, checkStatus: boolean | Callback<Table>, callback?: Callback<Table>): void;
  };

  export type Write = { type: 'put'; key: string; value: object } | { type: 'del'; key: string };

  /** LevelDB or its twin in memory; values are JSON. `get` trusts that what is under a key is what we wrote there. */
  export type Level = {
    open(): Promise<void>;
    get<T extends object>(key: string): Promise<T | undefined>;
    batch(writes: Write[]): Promise<void>;
    keys(range: Range): AsyncIterable<string>;
    values<T extends object>(range: Range): AsyncIterable<T>;
    iterator<T extends object>(range: Range): AsyncIterable<[string, T]>;
    close(): Promise<void>;
  };

  export type Options = {
    path?: string;
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
    maxItemSize?: number;
  };

  type Engine = {
    create(options: Options): { db: Level; options: Options };
    validateKey(key: Item, table: Table): Error | null | undefined;
    validateItem(item: Item, table: Table): Error | null | undefined;
    validateUpdates(legacy: undefined, updates: Updates | undefined, table: Table): Error | null | undefined;
    createKey(item: Item, table: Table): string;
    createIndexKey(item: Item, table: Table, keySchema: KeySchema): string;
    mapPaths(paths: Path[], item: Item): Item;
    addConsumedCapacity(request: Request, isRead: boolean, item?: Item, other?: Item): object | undefined;
  };
  const engine: Engine;
  export default engine;
}

declare module 'dynalite/db/conditionParser.js' {
  import type { Condition } from 'dynalite/db/index.js';

  export type ParsedCondition = {
    expression: Condition;
    nestedPaths: Record<string, true>;
    pathHeads: Record<string, true>;
  };
  /** A sentence where the expression can be read and makes no sense; throws where it cannot be read. */
  export type ConditionParser = { parse: (text: string, options: object) => ParsedCondition | string };
  const parser: ConditionParser;
  export default parser;
}

declare module 'dynalite/validations/index.js' {
  import type { Options } from 'dynalite/db/index.js';

  const asked: unique symbol;
  /** The engine's own schema language; what it lets through is a `T`. */
  export type Types<T extends object> = { [field: string]: unknown; [asked]?: T };
  export type Rules<T extends object> = {
    types: Types<T>;
    custom?: (request: never, store: never) => string | undefined;
  };
  type Validations = {
    checkTypes<T extends object>(input: object, types: Types<T>): T;
    checkValidations<T extends object>(
      request: T,
      types: Types<T>,
      custom: Rules<T>['custom'] | undefined,
      store: { options: Options },
    ): void;
  };
  const validations: Validations;
  export default validations;
}

declare module 'dynalite/validations/createTable.js' {
  import type { Rules } from 'dynalite/validations/index.js';
  import type { Table } from 'dynalite/db/index.js';

  export type CreateTable = Pick<
    Table,
    'TableName' | 'KeySchema' | 'AttributeDefinitions' | 'GlobalSecondaryIndexes' | 'LocalSecondaryIndexes'
  > & { BillingMode?: string; ProvisionedThroughput?: object };
  const rules: Rules<CreateTable>;
  export default rules;
}

declare module 'dynalite/validations/listTables.js' {
  import type { Rules } from 'dynalite/validations/index.js';

  const rules: Rules<{ ExclusiveStartTableName?: string; Limit?: number }>;
  export default rules;
}

declare module 'dynalite/validations/batchWriteItem.js' {
  import type { Item } from 'dynalite/db/index.js';
  import type { Rules } from 'dynalite/validations/index.js';

  export type WriteRequest = { PutRequest?: { Item: Item }; DeleteRequest?: { Key: Item } };
  const rules: Rules<{ RequestItems: Record<string, WriteRequest[]> }>;
  export default rules;
}

declare module 'dynalite/validations/*' {
  import type { Request } from 'dynalite/db/index.js';
  import type { Rules } from 'dynalite/validations/index.js';

  const rules: Rules<Request>;
  export default rules;
}

declare module 'dynalite/actions/*' {
  import type { Callback, Request, Store } from 'dynalite/db/index.js';

  const action: (store: Store, request: Request, callback: Callback<object>) => void;
  export default action;
}
