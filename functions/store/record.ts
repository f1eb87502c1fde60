import * as z from 'zod/mini';
import { fromItem, type Item, type Plain, toItem } from './item.ts';

type Fields = { readonly [name: string]: Plain | undefined };

/**
 * One kind of item: how it is written, and how it is read in every version that was ever written.
 *
 * Every item carries `v`, the version of its schema. A reader upgrades an older one in memory, step by step; the next write
 * stores it in the newest form. So a deploy needs no migration, and an item that nobody touches may stay old for ever.
 *
 * @param kind names the item in faults
 * @param version the newest version
 * @param schema the newest form, without keys, index attributes, `v` and `expiresAt`, which are dropped when read
 * @param upgrades `upgrades[n]` turns version n into version n + 1
 */
export const createRecord = <Value extends object>({
  kind,
  version,
  schema,
  upgrades = {},
}: {
  kind: string;
  version: number;
  schema: z.ZodMiniType<Value>;
  upgrades?: Record<number, (old: Fields) => Fields>;
}) => ({
  /** An item's attributes without its keys; `extra` holds index attributes and `expiresAt`. */
  write: (value: Value & Fields, extra: Fields = {}): Item => toItem({ ...value, ...extra, v: version }),

  /** Throws where an item is not what we have ever written: that is a fault, not a refusal. */
  read: (item: Item): Value => {
    let fields: Fields = fromItem(item);
    const written = typeof fields['v'] === 'number' ? fields['v'] : 1;
    if (written > version) throw new Error(`${kind}: item of version ${written}, but this code knows only ${version}`);
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
