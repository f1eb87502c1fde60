import * as z from 'zod/mini';
import { ErrorBody, STATUS } from '#contract/errors';
import { COMMON, type Operation } from '#contract/operation';
import { OPERATIONS } from '#contract/operations';

const segments = (path: string) => path.split('?')[0]!.split('/');

/** The call of the contract that a request is: of two that fit, the one with fewer parameters. */
export const operationOf = (method: string, path: string): Operation | undefined => {
  const asked = segments(path);
  return OPERATIONS.filter((operation) => {
    const parts = segments(operation.path);
    const fits = parts.every((part, i) => (part.startsWith('{') ? asked[i] !== '' : part === asked[i]));
    return operation.method === method && parts.length === asked.length && fits;
  }).sort((a, b) => a.path.split('{').length - b.path.split('{').length)[0];
};

/** An answer that says more, less or other than its schema: the schema, applied, would change it. */
const differs = (schema: z.ZodMiniType, body: unknown): string | undefined => {
  const parsed = z.safeParse(schema, body);
  if (!parsed.success) return z.prettifyError(parsed.error);
  const [said, meant] = [JSON.stringify(sorted(body)), JSON.stringify(sorted(parsed.data))];
  return said === meant ? undefined : `says ${said}, but the contract knows only ${meant}`;
};

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
};

/** What an answer has against the contract; undefined where it keeps to it. */
export const breach = (method: string, path: string, { status, body }: { status: number; body: unknown }) => {
  const operation = operationOf(method, path);
  const told = (what: string) => `${method} ${path} answered ${status}: ${what}`;
  if (operation && status === operation.status) {
    if (!operation.answer) return body === undefined ? undefined : told('a body where there is none');
    const difference = differs(operation.answer, body);
    return difference && told(difference);
  }
  const refusal = z.safeParse(ErrorBody, body);
  if (!refusal.success) return told('this is neither its answer nor a refusal');
  const code = refusal.data.error;
  const known: readonly string[] = operation
    ? [...COMMON, ...(operation.refusals ?? [])]
    : ['not-found', 'method-not-allowed', ...COMMON];
  if (!known.includes(code)) return told(`it does not say that it refuses for ${code}`);
  const expected = Object.entries(STATUS).find(([name]) => name === code)?.[1];
  return expected === status ? undefined : told(`${code} is ${expected}`);
};
