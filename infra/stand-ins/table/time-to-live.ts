import type { Item, Table } from 'dynalite/db/index.js';
import type { Rules } from 'dynalite/validations/index.js';
import { asServiceError, invalid, isConditionFailure, tableNotFound } from './faults.ts';
import { deleting } from './items.ts';
import { layout, under } from './layout.ts';
import { type Operation, parse, type Room } from './operation.ts';

/** DynamoDB takes an older time for a mistake and keeps the item. */
const OLDEST_SECONDS = 5 * 365 * 24 * 60 * 60;

type TimeToLive = { AttributeName: string };
type Update = { TableName: string; TimeToLiveSpecification: TimeToLive & { Enabled: boolean } };

const TABLE_NAME = {
  type: 'String',
  required: true,
  tableName: true,
  regex: '[a-zA-Z0-9_.-]+',
};
const DESCRIBE_RULES: Rules<{ TableName: string }> = { types: { TableName: TABLE_NAME } };
const UPDATE_RULES: Rules<Update> = {
  types: {
    TableName: TABLE_NAME,
    TimeToLiveSpecification: {
      type: 'FieldStruct<TimeToLiveSpecification>',
      notNull: true,
      children: {
        AttributeName: { type: 'String', notNull: true, lengthGreaterThanOrEqual: 1, lengthLessThanOrEqual: 255 },
        Enabled: { type: 'Boolean', notNull: true },
      },
    },
  },
};

export function timeToLiveOperations({ level, gate, options }: Room): Record<string, Operation> {
  const find = async (table: string) => {
    if (!(await level.get<Table>(layout.table(table))))
      throw tableNotFound(`Requested resource not found: Table: ${table} not found`);
    return level.get<TimeToLive>(layout.timeToLive(table));
  };

  return {
    UpdateTimeToLive: async (input) => {
      const { TableName, TimeToLiveSpecification } = parse(input, UPDATE_RULES, options);
      const { AttributeName, Enabled } = TimeToLiveSpecification;
      return gate.exclusive(async () => {
        const present = await find(TableName);
        if (Enabled && present) throw invalid('TimeToLive is already enabled');
        if (!Enabled && !present) throw invalid('TimeToLive is already disabled');
        const key = layout.timeToLive(TableName);
        await level.batch([Enabled ? { type: 'put', key, value: { AttributeName } } : { type: 'del', key }]);
        return { TimeToLiveSpecification };
      });
    },

    DescribeTimeToLive: async (input) => {
      const present = await find(parse(input, DESCRIBE_RULES, options).TableName);
      return {
        TimeToLiveDescription: present
          ? { TimeToLiveStatus: 'ENABLED', AttributeName: present.AttributeName }
          : { TimeToLiveStatus: 'DISABLED' },
      };
    },
  };
}

/** Deletes what has outlived its time, through the same door as everybody else, and says how many items that were. */
export async function sweepExpired(room: Room): Promise<number> {
  const remove = deleting(room);
  let swept = 0;
  for await (const [key, { AttributeName }] of room.level.iterator<TimeToLive>(under(layout.timeToLives))) {
    const TableName = key.slice(layout.timeToLives.length);
    const table = await room.level.get<Table>(layout.table(TableName));
    if (!table) continue;
    for await (const item of room.level.values<Item>(under(layout.items(TableName)))) {
      const expiry = item[AttributeName];
      if (!expiry || !('N' in expiry) || !hasExpired(Number(expiry.N), room.now())) continue;
      const Key = Object.fromEntries(table.KeySchema.map(({ AttributeName: name }) => [name, item[name]]));
      // The item may have been given a longer life since it was read.
      const unchanged = {
        ConditionExpression: '#expiry = :seen',
        ExpressionAttributeNames: { '#expiry': AttributeName },
        ExpressionAttributeValues: { ':seen': expiry },
      };
      try {
        await remove({ TableName, Key, ...unchanged });
        swept += 1;
      } catch (error) {
        const refusal = asServiceError(error);
        if (!refusal || !isConditionFailure(refusal)) throw error;
      }
    }
  }
  return swept;
}

function hasExpired(seconds: number, nowMs: number): boolean {
  const now = nowMs / 1000;
  return seconds < now && seconds > now - OLDEST_SECONDS;
}
