import type { Condition } from 'dynalite/db/index.js';
import type { ConditionParser, ParsedCondition } from 'dynalite/db/conditionParser.js';

/** What DynamoDB says of `((a = b))`, and so of parentheses beyond those that an operand can have. */
const REDUNDANT = 'The expression has redundant parentheses;';
/** Parentheses inside of one comparison or function: `contains((a).b, :c)`, `a IN (size(b), :c)`. DynamoDB gives no sense to more. */
const LEAF_DEPTH = 2;
/** DynamoDB names one fault of an expression: the first of these that there is. */
const PRECEDENCE = [/redundant parentheses/, /^Invalid function name/, /not allowed to be used/, /reserved keyword/];

type Token = { text: string; word: string; start: number; end: number };

const TOKEN = /[#:]?\w+|\S/g;
const COMPARES = new Set(['=', '<', '>', 'BETWEEN', 'IN', '.', '[']);

/**
 * The engine's parser of conditions tries every pair of parentheses in several ways, each of which reads all that is inside: its
 * time grows by a factor with each level. This one reads the structure of `AND`, `OR`, `NOT` and parentheses itself, each token
 * once, and hands the engine's parser only what has none: one comparison or function at a time.
 */
export const inLinearTime =
  (parseLeaf: ConditionParser['parse']): ConditionParser['parse'] =>
  (text, options) => {
    const tokens: Token[] = Array.from(text.matchAll(TOKEN), ({ 0: found, index }) => ({
      text: found,
      word: found.toUpperCase(),
      start: index,
      end: index + found.length,
    }));
    const closing = pairs(tokens);
    const faults: string[] = [];
    const nestedPaths: ParsedCondition['nestedPaths'] = {};
    const pathHeads: ParsedCondition['pathHeads'] = {};
    let at = 0;

    const endOf = (opened: number): number => {
      const end = closing.get(opened);
      if (end === undefined) throw syntaxError(tokens[opened]);
      return end;
    };

    const is = (word: string): boolean => tokens[at]?.word === word;

    const or = (): Condition | undefined => {
      const parts = [and()];
      while (is('OR')) {
        at += 1;
        parts.push(and());
      }
      return joined('or', parts);
    };

    const and = (): Condition | undefined => {
      const parts = [not()];
      while (is('AND')) {
        at += 1;
        parts.push(not());
      }
      return joined('and', parts);
    };

    const not = (): Condition | undefined => {
      if (!is('NOT')) return group();
      at += 1;
      const negated = group();
      return negated && { type: 'not', args: [negated] };
    };

    const group = (): Condition | undefined => {
      if (!is('(')) return leaf();
      const end = endOf(at);
      // `(a) = :b` is no group.
      if (COMPARES.has(tokens[end + 1]?.word ?? '')) return leaf();
      if (closing.get(at + 1) === end - 1) throw new Error(REDUNDANT);
      at += 1;
      const inner = or();
      if (at !== end) throw syntaxError(tokens[at]);
      at += 1;
      return inner;
    };

    const leaf = (): Condition | undefined => {
      const began = at;
      let betweens = 0;
      for (let token = tokens[at]; token !== undefined; token = tokens[at]) {
        if (
          token.word === ')' ||
          token.word === 'OR' ||
          token.word === 'NOT' ||
          (token.word === 'AND' && betweens === 0)
        )
          break;
        if (token.word === 'BETWEEN') betweens += 1;
        if (token.word === 'AND') betweens -= 1;
        const end = token.word === '(' ? endOf(at) : at;
        if (depth(tokens, at, end) > LEAF_DEPTH) throw new Error(REDUNDANT);
        at = end + 1;
      }
      const [first, last] = [tokens[began], tokens[at - 1]];
      if (at === began || first === undefined || last === undefined) throw syntaxError(first);
      const parsed = parseLeaf(text.slice(first.start, last.end), options);
      if (typeof parsed === 'string') {
        faults.push(parsed);
        return undefined;
      }
      Object.assign(nestedPaths, parsed.nestedPaths);
      Object.assign(pathHeads, parsed.pathHeads);
      return parsed.expression;
    };

    const expression = or();
    if (at < tokens.length) throw syntaxError(tokens[at]);
    const fault =
      PRECEDENCE.map((kind) => faults.find((said) => kind.test(said))).find((said) => said !== undefined) ?? faults[0];
    if (fault !== undefined) return fault;
    if (expression === undefined) throw syntaxError(undefined);
    return { expression, nestedPaths, pathHeads };
  };

/** `a AND b AND c` as the engine has it: each pair's second is all the rest. */
const joined = (type: 'and' | 'or', parts: (Condition | undefined)[]): Condition | undefined =>
  parts.reduceRight((rest, part) => rest && part && { type, args: [part, rest] });

/** Where each opening parenthesis is closed, by its place. */
const pairs = (tokens: Token[]): Map<number, number> => {
  const open: number[] = [];
  const closing = new Map<number, number>();
  for (const [place, { text }] of tokens.entries()) {
    if (text === '(') open.push(place);
    const opened = text === ')' ? open.pop() : undefined;
    if (opened !== undefined) closing.set(opened, place);
  }
  return closing;
};

const depth = (tokens: Token[], from: number, to: number): number => {
  let [now, deepest] = [0, 0];
  for (const { text } of tokens.slice(from, to + 1)) {
    if (text === '(') deepest = Math.max(deepest, ++now);
    if (text === ')') now -= 1;
  }
  return deepest;
};

const syntaxError = (token: Token | undefined): Error =>
  new SyntaxError(token ? `token: "${token.text}"` : 'token: "<EOF>"');
