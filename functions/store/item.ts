import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** An item as the low-level client takes and gives it. */
export type Item = Record<string, AttributeValue>;

/** What an item may hold once it is read: JSON's values. `undefined` members are left out when written. */
export type Plain =
  | string
  | number
  | boolean
  | null
  | readonly Plain[]
  | { readonly [name: string]: Plain | undefined };

/** A plain value as an attribute. Numbers must be finite: DynamoDB has no others. */
export const toAttribute = (value: Plain): AttributeValue => {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'boolean') return { BOOL: value };
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`a number in an item must be finite, not ${value}`);
    return { N: String(value) };
  }
  if (isList(value)) return { L: value.map(toAttribute) };
  return { M: toItem(value) };
};

/** A plain record as an item. */
export const toItem = (record: { readonly [name: string]: Plain | undefined }): Item => {
  const item: Item = {};
  for (const [name, value] of Object.entries(record)) if (value !== undefined) item[name] = toAttribute(value);
  return item;
};

/** The plain value in an attribute. Sets and binaries are none of ours and throw. */
export const fromAttribute = (attribute: AttributeValue): Plain => {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return Number(attribute.N);
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.NULL !== undefined) return null;
  if (attribute.L !== undefined) return attribute.L.map(fromAttribute);
  if (attribute.M !== undefined) return fromItem(attribute.M);
  throw new TypeError(`an attribute of a kind that we never write: ${Object.keys(attribute).join()}`);
};

/** The plain record in an item. */
export const fromItem = (item: Item): { [name: string]: Plain } =>
  Object.fromEntries(Object.entries(item).map(([name, attribute]) => [name, fromAttribute(attribute)]));

const isList = (value: readonly Plain[] | { readonly [name: string]: Plain | undefined }): value is readonly Plain[] =>
  Array.isArray(value);
