import { Stream } from 'node:stream';
import engine, {
  type Callback,
  type Collection,
  type Item,
  type Level,
  type Options,
  type Range,
  type Request,
  type Store,
  type Table,
} from 'dynalite/db/index.js';
import { tableNotFound } from './faults.ts';
import { layout, under } from './layout.ts';
import type { Gate } from './gate.ts';

type Parts = { level: Level; options: Options; gate: Gate };
type Action = (store: Store, request: Request, callback: Callback<object>) => void;

/** What one action of the engine answered, and the item that it found when it looked at its condition. */
export type Performed = { output: object; found: Item | undefined } | { error: unknown; found: Item | undefined };

/**
 * The writes of one operation. The engine's actions write here; nothing reaches LevelDB before `commit`, which is one
 * atomic batch. So an item and its indexes, or a whole transaction, land together or not at all, also under `kill -9`.
 * Items stay held until `release`, which is after the commit: the engine itself would let go before.
 */
export function createWriteSet({ level, options, gate }: Parts) {
  const writes = new Map<string, object | undefined>();
  const held: (() => void)[] = [];

  const table = async (name: string): Promise<Table | undefined> => level.get<Table>(layout.table(name));

  /** Runs one of the engine's actions against these writes. Whatever it throws, and wherever, comes back from here. */
  const perform = async (action: Action, request: Request): Promise<Performed> => {
    let found: Item | undefined;
    try {
      const output = await new Promise<object>((resolve, reject) => {
        const seen = (item: Item | undefined) => {
          found = item;
        };
        const store = viewFor(request, { at: { itemKey: '' }, reject, seen });
        action(store, request, (error, answer) => (error ? reject(error) : resolve(answer ?? {})));
      });
      return { output, found };
    } catch (error) {
      return { error, found };
    }
  };

  type Watch = { at: { itemKey: string }; reject: (fault: unknown) => void; seen: (item: Item | undefined) => void };

  const viewFor = (request: Request, { at, reject, seen }: Watch): Store => {
    let described: Table | undefined;

    // A callback that throws would end the process: it runs on nobody's stack. It fails its operation instead.
    const settle = async <T>(work: Promise<T>, done: Callback<T>) => {
      const settled = await work.then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      if ('value' in settled) done(null, settled.value);
      else done(settled.error);
    };
    const answer = <T>(work: Promise<T>, done: Callback<T>) => void settle(work, done).catch(reject);
    const contained = (work: () => void) => {
      try {
        work();
      } catch (fault) {
        reject(fault);
      }
    };
    const later = (callback: Callback<void>) => answer(Promise.resolve(), callback);

    const values = (range: Range) => {
      let open = true;
      const stream = Object.assign(new Stream(), {
        destroy: () => {
          open = false;
        },
      });
      const pump = async () => {
        for await (const value of level.values<Item>(range)) {
          stream.emit('data', value);
          if (!open) return;
        }
        stream.emit('end');
      };
      pump().catch(reject);
      return stream;
    };

    const unused = () => {
      throw new Error('the engine reached for a part of the store that this operation does not have');
    };

    const items = (name: string): Collection => {
      const prefix = layout.items(name);
      return {
        lock(key, exclusive) {
          at.itemKey = key;
          gate.hold(prefix + key).then((letGo) => {
            held.push(letGo);
            contained(() => exclusive((callback) => callback));
          }, reject);
        },
        get(key, callback) {
          const found = level.get<Item>(prefix + key).then((item) => {
            seen(item);
            return item;
          });
          answer(found, callback);
        },
        put(key, item, callback) {
          writes.set(prefix + key, item);
          later(callback);
        },
        del(key, callback) {
          writes.set(prefix + key, undefined);
          later(callback);
        },
        createValueStream: (range) => values(within(prefix, range)),
      };
    };

    // The engine tells two items with one index key apart by 24 bits of a hash, which loses entries in a large index.
    // Here every index key ends in the item's whole key, and so does the key from which a page resumes.
    const index = (tableName: string, indexName: string): Collection => {
      const prefix = layout.index(tableName, indexName);
      return {
        lock: unused,
        get: unused,
        put(key, item, callback) {
          writes.set(`${prefix}${key}/${at.itemKey}`, item);
          later(callback);
        },
        del(key, callback) {
          writes.set(`${prefix}${key}/${at.itemKey}`, undefined);
          later(callback);
        },
        createValueStream(range) {
          const from = { ...range };
          if (request.ExclusiveStartKey && described) {
            const resume = `/${engine.createKey(request.ExclusiveStartKey, described)}`;
            if (request.ScanIndexForward === false) from.lt = `${from.lt ?? ''}${resume}`;
            else from.gt = `${from.gt ?? ''}${resume}`;
          }
          return values(within(prefix, from));
        },
      };
    };

    return {
      options,
      tableDb: {
        awsAccountId: '000000000000',
        awsRegion: 'us-east-1',
        lock: (_key, exclusive) => contained(() => exclusive((callback) => callback)),
        get: (name, callback) => answer(table(name), callback),
        put: unused,
        del: unused,
        createValueStream: unused,
      },
      getItemDb: items,
      getIndexDb: (_type, tableName, indexName) => index(tableName, indexName),
      getTable(name, checkStatus, callback) {
        const done = typeof checkStatus === 'function' ? checkStatus : callback;
        const found = table(name).then((existing) => {
          const named = checkStatus === false ? `: Table: ${name} not found` : '';
          if (!existing) throw tableNotFound(`Requested resource not found${named}`);
          described = existing;
          return existing;
        });
        if (done) answer(found, done);
      },
    };
  };

  return {
    perform,
    put: (key: string, value: object) => void writes.set(key, value),
    del: (key: string) => void writes.set(key, undefined),
    /** Writes an item's entries in the indexes of this table. */
    index: (table: Table, item: Item) =>
      new Promise<void>((resolve, reject) => {
        const at = { itemKey: engine.createKey(item, table) };
        const store = viewFor({ TableName: table.TableName }, { at, reject, seen: () => {} });
        engine.updateIndexes(store, table, null, item, (error) => (error ? reject(error) : resolve()));
      }),
    async commit() {
      if (writes.size === 0) return;
      await level.batch(
        [...writes].map(([key, value]) => (value ? { type: 'put', key, value } : { type: 'del', key })),
      );
    },
    release() {
      for (const letGo of held.splice(0)) letGo();
    },
  };
}

export type WriteSet = ReturnType<typeof createWriteSet>;

/** The same range inside one part of the store. */
function within(prefix: string, { gt, gte, lt, lte, ...order }: Range): Range {
  const all = under(prefix);
  const low = gte !== undefined ? { gte: prefix + gte } : gt !== undefined ? { gt: prefix + gt } : { gte: all.gte };
  const high = lte !== undefined ? { lte: prefix + lte } : lt !== undefined ? { lt: prefix + lt } : { lt: all.lt };
  return { ...low, ...high, ...order };
}
