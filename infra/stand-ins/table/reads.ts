import { Stream } from 'node:stream';
import engine, {
  type Callback,
  type Collection,
  type Item,
  type Range,
  type Request,
  type Store,
  type Table,
} from 'dynalite/db/index.js';
import { tableNotFound } from './faults.ts';
import { layout, under } from './layout.ts';
import type { Room } from './operation.ts';

type Action = (store: Store, request: Request, callback: Callback<object>) => void;

/**
 * Runs one of the engine's reading actions over our layout. Whatever it throws, and wherever, comes back from here: a
 * callback that throws runs on nobody's stack and would end the process.
 */
export const read = (action: Action, request: Request, room: Room) =>
  new Promise<object>((resolve, reject) => {
    action(viewOf(room, request, reject), request, (error, answer) => (error ? reject(error) : resolve(answer ?? {})));
  });

function viewOf({ level, options }: Room, request: Request, reject: (fault: unknown) => void): Store {
  let described: Table | undefined;

  const settle = async <T>(work: Promise<T>, done: Callback<T>) => {
    const settled = await work.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    if ('value' in settled) done(null, settled.value);
    else done(settled.error);
  };
  const answer = <T>(work: Promise<T>, done: Callback<T>) => void settle(work, done).catch(reject);

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

  const part = (prefix: string, resume: (range: Range) => Range = (range) => range): Collection => ({
    get: (key, callback) => answer(level.get<Item>(prefix + key), callback),
    createValueStream: (range) => values(within(prefix, resume(range))),
  });

  // The engine begins after the last page's index key, which here goes on with the item's own.
  const resumeInIndex = (range: Range): Range => {
    if (!request.ExclusiveStartKey || !described) return range;
    const itemKey = `/${engine.createKey(request.ExclusiveStartKey, described)}`;
    return request.ScanIndexForward === false
      ? { ...range, lt: `${range.lt ?? ''}${itemKey}` }
      : { ...range, gt: `${range.gt ?? ''}${itemKey}` };
  };

  return {
    options,
    getItemDb: (table) => part(layout.items(table)),
    getIndexDb: (_type, table, index) => part(layout.index(table, index), resumeInIndex),
    getTable(name, checkStatus, callback) {
      const done = typeof checkStatus === 'function' ? checkStatus : callback;
      const found = level.get<Table>(layout.table(name)).then((table) => {
        if (!table) throw tableNotFound('Requested resource not found');
        described = table;
        return table;
      });
      if (done) answer(found, done);
    },
  };
}

/** The same range inside one part of the store. */
function within(prefix: string, { gt, gte, lt, lte, ...order }: Range): Range {
  const all = under(prefix);
  const low = gte !== undefined ? { gte: prefix + gte } : gt !== undefined ? { gt: prefix + gt } : { gte: all.gte };
  const high = lte !== undefined ? { lte: prefix + lte } : lt !== undefined ? { lt: prefix + lt } : { lt: all.lt };
  return { ...low, ...high, ...order };
}
