import engine, { type Index, type Item, type Level, type Table } from 'dynalite/db/index.js';
import { layout } from './layout.ts';

/**
 * The writes of one operation. Nothing reaches LevelDB before `commit`, which is one atomic batch. So an item and its
 * indexes, or a whole transaction, land together or not at all, also under `kill -9`; to roll back is to forget the set.
 */
export function createWriteSet(level: Level) {
  const writes = new Map<string, object | undefined>();

  return {
    put: (key: string, value: object) => void writes.set(key, value),
    del: (key: string) => void writes.set(key, undefined),

    /** Puts an item in the place of another, or takes it away, with its entries in every index. */
    replace(table: Table, itemKey: string, before: Item | undefined, after: Item | undefined) {
      writes.set(layout.items(table.TableName) + itemKey, after);
      for (const key of entries(table, itemKey, before).keys()) writes.set(key, undefined);
      for (const [key, entry] of entries(table, itemKey, after)) writes.set(key, entry);
    },

    async commit() {
      if (writes.size === 0) return;
      await level.batch(
        [...writes].map(([key, value]) => (value ? { type: 'put', key, value } : { type: 'del', key })),
      );
    },
  };
}

export type WriteSet = ReturnType<typeof createWriteSet>;

/**
 * What an item is in the indexes of its table. The engine tells two items with one index key apart by 24 bits of a hash, which
 * loses entries in a large index; here every index key ends in the item's whole key.
 */
export function entries(table: Table, itemKey: string, item: Item | undefined): Map<string, Item> {
  const found = new Map<string, Item>();
  if (!item) return found;
  for (const index of [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])]) {
    if (!index.KeySchema.every(({ AttributeName }) => item[AttributeName])) continue;
    const prefix = layout.index(table.TableName, index.IndexName);
    found.set(
      `${prefix}${engine.createIndexKey(item, table, index.KeySchema)}/${itemKey}`,
      projected(item, index, table),
    );
  }
  return found;
}

function projected(item: Item, { KeySchema, Projection }: Index, table: Table): Item {
  if (Projection.ProjectionType === 'ALL') return item;
  const keys = [...KeySchema, ...table.KeySchema].map(({ AttributeName }) => AttributeName);
  const names = new Set([...keys, ...(Projection.NonKeyAttributes ?? [])]);
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
}
