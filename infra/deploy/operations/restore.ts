import {
  DescribeTableCommand,
  RestoreTableToPointInTimeCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { TTL_ATTRIBUTE } from '#store/table';
import * as z from 'zod';
import type { Operator } from './operator.ts';

const Described = z.object({ Table: z.optional(z.object({ TableStatus: z.optional(z.string()) })) });

/**
 * Restores the table as it was into another, gives that what a restored one lacks, and says how everybody moves to it.
 *
 * @param at any second of the last 35 days
 */
export const restore = async ({ output, dynamodb, clock, pause, say }: Operator, at: Date): Promise<string> => {
  if (!(at < clock())) throw new Error('Say a time that has been, as 2026-11-27T10:15:00Z.');
  const source = await output('Data.TableName');
  const target = `${source.slice(0, 200)}-${at.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  await dynamodb.send(
    new RestoreTableToPointInTimeCommand({
      SourceTableName: source,
      TargetTableName: target,
      RestoreDateTime: at,
    }),
  );
  say(`… ${target} is made, which takes minutes to hours`);
  for (;;) {
    const { Table: table } = Described.parse(await dynamodb.send(new DescribeTableCommand({ TableName: target })));
    if (table?.TableStatus === 'ACTIVE') break;
    await pause();
  }
  // A restored table has none of these.
  const TableName = target;
  await dynamodb.send(
    new UpdateTimeToLiveCommand({
      TableName,
      TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
    }),
  );
  await dynamodb.send(
    new UpdateContinuousBackupsCommand({
      TableName,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    }),
  );
  await dynamodb.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }));
  say(
    `✓ restored. Say "table": "${target}" in the settings and npm run deploy: functions and workers move to it, the old table stays.`,
  );
  return target;
};
