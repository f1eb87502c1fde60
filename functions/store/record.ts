import * as z from 'zod/mini';
import { fromItem, type Item, type Plain, toItem } from './item.ts';

type Fields = { readonly [name: string]: Plain | undefined };

/**
 * One kind of item: how it is written, and how it is read in every version that was ever written.
 *
 * Every item carries `v`, the version of its schema. A reader upgrades an older one in memory, step by step; the next write
 * stores it in the newest form. So a deploy needs no migration, and an item that nobody touches may stay old for ever.
 *
 * A deployment may be taken back, and old and new code run side by side while it lasts. So an item also says, in `r`, which version of
 * code can still read it: the one before, unless `readableFrom` says otherwise. That code passes over what it does not know, and what it
 * writes lacks that. What it could not read at all (a field that is gone or means something else, a new value of a union) takes two
 * deployments: the first reads both, the second writes.
 *
 * @param kind names the item in faults
 * @param version the newest version
 * @param schema the newest form, without keys, index attributes, `v` and `expiresAt`, which are dropped when read
 * @param readableFrom the oldest version of code that reads what this one writes; `version` where none does
 * @param upgrades `upgrades[n]` turns version n into version n + 1
 */
export const createRecord = <Value extends object>({
  kind,
  version,
  schema,
  readableFrom = Math.max(1, version - 1),
  upgrades = {},
}: {
  kind: string;
  version: number;
  schema: z.ZodMiniType<Value>;
  readableFrom?: number;
  upgrades?: Record<number, (old: Fields) => Fields>;
}) => ({
  /** An item's attributes without its keys; `extra` holds index attributes and `expiresAt`. */
  write: (value: Value & Fields, extra: Fields = {}): Item =>
    toItem({ ...value, ...extra, v: version, ...(readableFrom < version && { r: readableFrom }) }),

  /** Throws where an item is not what we have ever written: that is a fault, not a refusal. */
  read: (item: Item): Value => {
    let fields: Fields = fromItem(item);
    const written = typeof fields['v'] === 'number' ? fields['v'] : 1;
    const readable = typeof fields['r'] === 'number' ? fields['r'] : written;
    if (readable > version) throw new Error(`${kind}: item of version ${written}, but this code knows only ${version}`);
    for (let from = written; from < version; from++) {
      const upgrade = upgrades[from];
      if (!upgrade) throw new Error(`${kind}: no way from version ${from} to ${from + 1}`);
      fields = upgrade(fields);
    }
    const parsed = z.safeParse(schema, fields);
    if (!parsed.success) throw new Error(`${kind}: unreadable item: ${z.prettifyError(parsed.error)}`);
    return parsed.data;
  },
});
