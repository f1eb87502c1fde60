import type { AttributeValue, Item, Path, Section, Source, Updates } from 'dynalite/db/index.js';
import { addDecimals } from './decimal.ts';
import { invalid } from './faults.ts';
import { at, typeOf } from './values.ts';

/** The elements of one list as an update leaves them, by the places that they had before it. */
type ListEdit = { removed: Set<number>; appended: { place: number; value: AttributeValue }[] };

/**
 * The item after an update. All of it reads the item as it was, so that the order of its clauses does not matter; the engine
 * works through them one by one on shared values.
 */
export function updated(before: Item, { sections }: Updates): Item {
  const after = structuredClone(before);
  const lists = new Map<AttributeValue[], ListEdit>();
  const results = sections.map((section) => ({ section, value: resultOf(section, before) }));
  for (const { section, value } of results) place(section, value, after, lists);
  for (const [list, { removed, appended }] of lists) {
    const kept = list.filter((_, n) => !removed.has(n));
    const added = appended.toSorted((a, b) => a.place - b.place).map(({ value }) => value);
    list.splice(0, list.length, ...kept, ...added);
  }
  return after;
}

/** The value that a clause leaves at its path; nothing when it leaves none. */
function resultOf(section: Section, before: Item): AttributeValue | undefined {
  if (section.type === 'remove') return undefined;
  if (section.type === 'set') return structuredClone(valueOf(section.val, before));
  const present = at(section.path, before);
  if (section.type === 'add') return present ? added(present, section.val) : section.val;
  return present && without(present, section.val);
}

function valueOf(source: Source, before: Item): AttributeValue {
  if (Array.isArray(source)) {
    const value = at(source, before);
    if (!value) throw invalid('The provided expression refers to an attribute that does not exist in the item');
    return value;
  }
  if (!('type' in source)) return source;
  if (source.type === 'function' && source.name === 'if_not_exists')
    return at(source.args[0], before) ?? valueOf(source.args[1], before);
  const [one, other] = [valueOf(source.args[0], before), valueOf(source.args[1], before)];
  if (source.type === 'function') {
    if (!('L' in one && 'L' in other)) throw wrongType();
    return { L: [...one.L, ...other.L] };
  }
  if (!('N' in one && 'N' in other)) throw wrongType();
  return sum(one.N, other.N, source.type === 'add' ? 1 : -1);
}

function added(present: AttributeValue, more: AttributeValue): AttributeValue {
  if ('N' in present && 'N' in more) return sum(present.N, more.N);
  if ('SS' in present && 'SS' in more) return { SS: [...new Set([...present.SS, ...more.SS])] };
  if ('NS' in present && 'NS' in more) return { NS: [...new Set([...present.NS, ...more.NS])] };
  if ('BS' in present && 'BS' in more) return { BS: [...new Set([...present.BS, ...more.BS])] };
  throw wrongType();
}

/** A set without these members; an empty set is no value. */
function without(present: AttributeValue, less: AttributeValue): AttributeValue | undefined {
  const rest = (from: string[], gone: string[]) => from.filter((member) => !gone.includes(member));
  if (typeOf(present) !== typeOf(less)) throw wrongType();
  if ('SS' in present && 'SS' in less) return nonEmpty(rest(present.SS, less.SS), (SS) => ({ SS }));
  if ('NS' in present && 'NS' in less) return nonEmpty(rest(present.NS, less.NS), (NS) => ({ NS }));
  if ('BS' in present && 'BS' in less) return nonEmpty(rest(present.BS, less.BS), (BS) => ({ BS }));
  throw wrongType();
}

const nonEmpty = (members: string[], make: (members: string[]) => AttributeValue) =>
  members.length > 0 ? make(members) : undefined;

function sum(one: string, other: string, sign: 1 | -1 = 1): AttributeValue {
  const N = addDecimals(one, other, sign);
  if (N === undefined)
    throw invalid('Number overflow. Attempting to store a number with magnitude larger than supported range');
  return { N };
}

/** Leaves a value, or nothing, at the end of a path whose parent must be there. */
function place(
  { path }: Section,
  value: AttributeValue | undefined,
  after: Item,
  lists: Map<AttributeValue[], ListEdit>,
) {
  const name = path.at(-1) ?? '';
  const parent = parentOf(path, after);
  if ('M' in parent && typeof name === 'string') {
    if (value) parent.M[name] = value;
    else delete parent.M[name];
  } else if ('L' in parent && typeof name === 'number') {
    const edit = lists.get(parent.L) ?? { removed: new Set(), appended: [] };
    lists.set(parent.L, edit);
    if (!value) edit.removed.add(name);
    else if (name < parent.L.length) parent.L[name] = value;
    else edit.appended.push({ place: name, value });
  } else {
    throw noPlace();
  }
}

function parentOf(path: Path, after: Item): AttributeValue {
  const parent = at(path.slice(0, -1), after);
  if (!parent) throw noPlace();
  return parent;
}

const wrongType = () => invalid('An operand in the update expression has an incorrect data type');
const noPlace = () => invalid('The document path provided in the update expression is invalid for update');
