import { randomUUID } from 'node:crypto';
import type { KeySchema, Table } from 'dynalite/db/index.js';
import createTableRules, { type CreateTable } from 'dynalite/validations/createTable.js';
import deleteTableRules from 'dynalite/validations/deleteTable.js';
import describeTableRules from 'dynalite/validations/describeTable.js';
import listTablesRules from 'dynalite/validations/listTables.js';
import { invalid, tableInUse, tableNotFound } from './faults.ts';
import { addIndex, dropIndex, newIndex, parseIndexUpdates, placed, throughput } from './indexes.ts';
import { layout, under } from './layout.ts';
import { type Operation, parse, type Room } from './operation.ts';
import { createWriteSet } from './write-set.ts';

/**
 * Tables are made, changed and deleted at once: what DynamoDB does in minutes behind `CREATING` and `UPDATING` is done
 * here before the answer, so that a crash leaves no table halfway.
 */
export function tableOperations(room: Room): Record<string, Operation> {
  const { level, gate, options } = room;
  const find = async (name: string) => {
    const table = await level.get<Table>(layout.table(name));
    if (!table) throw tableNotFound(`Requested resource not found: Table: ${name} not found`);
    return table;
  };

  return {
    CreateTable: async (input) => {
      const request = parse(input, createTableRules, options);
      refuseStream(input);
      refuseUnusedAttributes(request);
      return gate.exclusive(async () => {
        const { TableName } = request;
        if (await level.get(layout.table(TableName))) throw tableInUse(TableName);
        const table = newTable(request, room.now() / 1000);
        await level.batch([{ type: 'put', key: layout.table(TableName), value: table }]);
        return { TableDescription: table };
      });
    },

    DescribeTable: async (input) => ({ Table: await find(parse(input, describeTableRules, options).TableName) }),

    ListTables: async (input) => {
      const { ExclusiveStartTableName = '', Limit = 100 } = parse(input, listTablesRules, options);
      const names: string[] = [];
      for await (const key of level.keys(under(layout.tables))) names.push(key.slice(layout.tables.length));
      const rest = names.filter((name) => name > ExclusiveStartTableName);
      const page = rest.slice(0, Limit);
      const more = rest.length > page.length ? { LastEvaluatedTableName: page.at(-1) } : {};
      return { TableNames: page, ...more };
    },

    DeleteTable: async (input) => {
      const { TableName } = parse(input, deleteTableRules, options);
      return gate.exclusive(async () => {
        const table = await find(TableName);
        const set = createWriteSet(level);
        set.del(layout.table(TableName));
        set.del(layout.timeToLive(TableName));
        for (const part of [layout.items(TableName), layout.indexes(TableName)])
          for await (const key of level.keys(under(part))) set.del(key);
        await set.commit();
        return { TableDescription: { ...table, TableStatus: 'DELETING' } };
      });
    },

    UpdateTable: async (input) => {
      const { TableName, AttributeDefinitions, GlobalSecondaryIndexUpdates } = parseIndexUpdates(input, options);
      return gate.exclusive(async () => {
        let table = await find(TableName);
        const set = createWriteSet(level);
        for (const { Create, Delete } of GlobalSecondaryIndexUpdates) {
          if (Create) table = await addIndex(table, Create, AttributeDefinitions, room, set);
          else if (Delete) table = await dropIndex(table, Delete.IndexName, room, set);
        }
        set.put(layout.table(TableName), table);
        await set.commit();
        return { TableDescription: table };
      });
    },
  };
}

function newTable({ BillingMode, ProvisionedThroughput, ...request }: CreateTable, now: number): Table {
  const TableArn = `arn:aws:dynamodb:us-east-1:000000000000:table/${request.TableName}`;
  const onDemand = {
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST', LastUpdateToPayPerRequestDateTime: now },
    TableThroughputModeSummary: { TableThroughputMode: 'PAY_PER_REQUEST', LastUpdateToPayPerRequestDateTime: now },
  };
  const { GlobalSecondaryIndexes: global, LocalSecondaryIndexes: local, ...rest } = request;
  return {
    ...rest,
    TableArn,
    TableId: randomUUID(),
    TableStatus: 'ACTIVE',
    CreationDateTime: now,
    ItemCount: 0,
    TableSizeBytes: 0,
    ProvisionedThroughput: throughput(ProvisionedThroughput),
    ...(BillingMode === 'PAY_PER_REQUEST' ? onDemand : {}),
    ...(global ? { GlobalSecondaryIndexes: global.map((index) => newIndex(index, TableArn)) } : {}),
    ...(local ? { LocalSecondaryIndexes: local.map((index) => ({ ...index, ...placed(index, TableArn) })) } : {}),
  };
}

/** Better a refusal than a table that says it streams and never does. */
function refuseStream(input: object) {
  if (!('StreamSpecification' in input)) return;
  const asked = input.StreamSpecification;
  if (typeof asked === 'object' && asked && 'StreamEnabled' in asked && asked.StreamEnabled)
    throw invalid('One or more parameter values were invalid: streams are not emulated');
}

/** The engine checks this only for tables without indexes. */
function refuseUnusedAttributes(request: CreateTable) {
  const indexes = [...(request.GlobalSecondaryIndexes ?? []), ...(request.LocalSecondaryIndexes ?? [])];
  const named = (schema: KeySchema) => schema.map(({ AttributeName }) => AttributeName);
  const used = [...new Set([request, ...indexes].flatMap(({ KeySchema }) => named(KeySchema)))];
  const defined = request.AttributeDefinitions.map(({ AttributeName }) => AttributeName);
  if (defined.every((name) => used.includes(name))) return;
  throw invalid(
    'One or more parameter values were invalid: Some AttributeDefinitions are not used. ' +
      `AttributeDefinitions: [${defined.join(', ')}], keys used: [${used.join(', ')}]`,
  );
}
