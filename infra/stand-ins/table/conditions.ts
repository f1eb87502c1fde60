import type { AttributeValue, Condition, Item, Operand } from 'dynalite/db/index.js';
import { at, beginsWith, compare, contains, equal, sizeOf, typeOf } from './values.ts';

/**
 * Whether a condition or a filter holds for an item. The engine parses expressions well but evaluates them loosely: maps and
 * lists are never equal, two missing attributes are, an empty text has no size. What is missing is equal to nothing.
 */
export function holds(condition: Condition, item: Item): boolean {
  switch (condition.type) {
    case 'and':
      return condition.args.every((part) => holds(part, item));
    case 'or':
      return condition.args.some((part) => holds(part, item));
    case 'not':
      return !holds(condition.args[0], item);
    case 'everything':
      return true;
    case 'between': {
      const [value, low, high] = condition.args;
      return ordered(value, low, item, (order) => order >= 0) && ordered(value, high, item, (order) => order <= 0);
    }
    case 'in': {
      const [value, ...choices] = condition.args;
      return choices.some((choice) => bothAnd(value, choice, item, equal));
    }
    case 'function': {
      if (condition.name === 'attribute_exists') return resolve(condition.args[0], item) !== undefined;
      if (condition.name === 'attribute_not_exists') return resolve(condition.args[0], item) === undefined;
      const [value, operand] = condition.args;
      return bothAnd(value, operand, item, FUNCTIONS[condition.name]);
    }
    case '=':
      return bothAnd(...condition.args, item, equal);
    case '<>':
      return !bothAnd(...condition.args, item, equal);
    default:
      return ordered(...condition.args, item, ORDERS[condition.type]);
  }
}

type Relation = (one: AttributeValue, other: AttributeValue) => boolean;

const FUNCTIONS: Record<'attribute_type' | 'begins_with' | 'contains', Relation> = {
  attribute_type: (value, type) => 'S' in type && typeOf(value) === type.S,
  begins_with: beginsWith,
  contains,
};

const ORDERS: Record<'<' | '<=' | '>' | '>=', (order: number) => boolean> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function bothAnd(one: Operand, other: Operand, item: Item, relation: Relation): boolean {
  const [left, right] = [resolve(one, item), resolve(other, item)];
  return left !== undefined && right !== undefined && relation(left, right);
}

const ordered = (one: Operand, other: Operand, item: Item, fits: (order: number) => boolean) =>
  bothAnd(one, other, item, (left, right) => {
    const order = compare(left, right);
    return order !== undefined && fits(order);
  });

function resolve(operand: Operand, item: Item): AttributeValue | undefined {
  if (Array.isArray(operand)) return at(operand, item);
  if (!('type' in operand)) return operand;
  const value = resolve(operand.args[0], item);
  const size = value && sizeOf(value);
  return size === undefined ? undefined : { N: String(size) };
}
