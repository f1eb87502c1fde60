import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  RestoreTableToPointInTimeCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { TTL_ATTRIBUTE } from '#store/table';
import * as z from 'zod';
import type { Operator } from './operator.ts';

const Described = z.object({ Table: z.optional(z.object({ TableStatus: z.optional(z.string()) })) });
const Ttl = z.object({
  TimeToLiveDescription: z.optional(z.object({ TimeToLiveStatus: z.optional(z.string()) })),
});
/** A table of this name is there: one that this command has begun before. */
const IS_THERE = new Set(['TableAlreadyExistsException', 'ResourceInUseException']);
/** What a table that is hardly there answers of its backups. */
const NOT_YET = 'ContinuousBackupsUnavailableException';
const LOOKS = 120;

const nameOf = (cause: unknown): string => (cause instanceof Error ? cause.name : '');

/**
 * Restores the table as it was into another, gives that what a restored one lacks, and says how everybody moves to it. It takes
 * longer than some credentials last: run again with the same time it goes on where it was broken off.
 *
 * @param at any second of the last 35 days
 */
export const restore = async ({ output, dynamodb, clock, pause, say }: Operator, at: Date): Promise<string> => {
  if (!(at < clock())) throw new Error('Say a time that has been, as 2026-11-27T10:15:00Z.');
  const source = await output('Data.TableName');
  const target = `${source.slice(0, 200)}-${at.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  const restoring = new RestoreTableToPointInTimeCommand({
    SourceTableName: source,
    TargetTableName: target,
    RestoreDateTime: at,
  });
  try {
    await dynamodb.send(restoring);
    say(`… ${target} is made, which takes minutes to hours`);
  } catch (cause) {
    if (!IS_THERE.has(nameOf(cause))) throw cause;
    say(`… ${target} is there already, and is gone on with`);
  }
  for (;;) {
    const { Table: table } = Described.parse(await dynamodb.send(new DescribeTableCommand({ TableName: target })));
    if (table?.TableStatus === 'ACTIVE') break;
    await pause();
  }
  // A restored table has none of these.
  const TableName = target;
  const { TimeToLiveDescription: ttl } = Ttl.parse(await dynamodb.send(new DescribeTimeToLiveCommand({ TableName })));
  if (!ttl?.TimeToLiveStatus?.startsWith('ENABL'))
    await dynamodb.send(
      new UpdateTimeToLiveCommand({
        TableName,
        TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
      }),
    );
  const recovering = new UpdateContinuousBackupsCommand({
    TableName,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  });
  for (let look = 0; ; look += 1) {
    try {
      await dynamodb.send(recovering);
      break;
    } catch (cause) {
      if (nameOf(cause) !== NOT_YET || look >= LOOKS) throw cause;
      await pause();
    }
  }
  await dynamodb.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }));
  say(
    `✓ restored. Say "table": "${target}" in the settings and npm run deploy: functions and workers move to it, the old table stays.`,
  );
  return target;
};
