import type { Ask, Table } from './dynamo.ts';

/**
 * Takes away some items of a partition, or of what an index has under one name. Each may be gone by then.
 *
 * @returns false once there is none left
 */
export const clear = async (
  table: Table,
  ask: Pick<Ask, 'partition' | 'index' | 'begins'>,
  most: number,
): Promise<boolean> => {
  const { items } = await table.query({ ...ask, limit: most, ...(ask.index === undefined && { consistent: true }) });
  await Promise.all(items.map(({ pk, sk }) => table.remove({ pk: { S: pk?.S ?? '' }, sk: { S: sk?.S ?? '' } })));
  return items.length > 0;
};
