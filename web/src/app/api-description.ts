import * as z from 'zod/mini';

/** The shape of a value, as far as our own document (`functions/openapi.ts`) writes JSON Schema. */
export type Shape = {
  $ref?: string | undefined;
  type?: string | undefined;
  format?: string | undefined;
  const?: unknown;
  enum?: unknown[] | undefined;
  items?: Shape | undefined;
  oneOf?: Shape[] | undefined;
  anyOf?: Shape[] | undefined;
  properties?: Record<string, Shape> | undefined;
  required?: string[] | undefined;
  minimum?: number | undefined;
  maximum?: number | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
  maxItems?: number | undefined;
  pattern?: string | undefined;
  default?: unknown;
};

const Shape: z.ZodMiniType<Shape> = z.object({
  $ref: z.optional(z.string()),
  type: z.optional(z.string()),
  format: z.optional(z.string()),
  const: z.optional(z.unknown()),
  enum: z.optional(z.array(z.unknown())),
  items: z.optional(z.lazy(() => Shape)),
  oneOf: z.optional(z.array(z.lazy(() => Shape))),
  anyOf: z.optional(z.array(z.lazy(() => Shape))),
  properties: z.optional(
    z.record(
      z.string(),
      z.lazy(() => Shape),
    ),
  ),
  required: z.optional(z.array(z.string())),
  minimum: z.optional(z.number()),
  maximum: z.optional(z.number()),
  minLength: z.optional(z.number()),
  maxLength: z.optional(z.number()),
  maxItems: z.optional(z.number()),
  pattern: z.optional(z.string()),
  default: z.optional(z.unknown()),
});

const Content = z.optional(z.object({ 'application/json': z.object({ schema: Shape }) }));
const Answer = z.object({ description: z.optional(z.string()), content: Content });

const DescribedCall = z.object({
  summary: z.string(),
  tags: z.array(z.string()),
  security: z.array(z.record(z.string(), z.unknown())),
  parameters: z.array(z.object({ name: z.string(), in: z.string(), required: z.boolean(), schema: Shape })),
  requestBody: z.optional(z.object({ content: Content })),
  responses: z.record(z.string(), Answer),
});

/** `/openapi.json`, as far as the page that shows it reads it. */
export const Description = z.object({
  paths: z.record(z.string(), z.record(z.string(), DescribedCall)),
  components: z.object({ schemas: z.record(z.string(), Shape), responses: z.record(z.string(), Answer) }),
});
export type Description = z.infer<typeof Description>;

/** A call of the API, as it is shown. */
export type Call = {
  method: string;
  path: string;
  does: string;
  /** Whose token it wants. */
  who: 'anyone' | 'signedIn' | 'mux';
  query: { name: string; required: boolean; shape: Shape }[];
  body: Shape | undefined;
  answer: { status: string; shape: Shape | undefined } | undefined;
  /** Its own, besides those of any call. */
  refusals: { status: string; codes: string[] }[];
};

type Described = z.infer<typeof DescribedCall>;

const whoOf = (security: Described['security']): Call['who'] => {
  if (security.some((way) => Object.keys(way).length === 0)) return 'anyone';
  return security.some((way) => 'muxSignature' in way) ? 'mux' : 'signedIn';
};

const shapeIn = (holder: { content?: z.infer<typeof Content> } | undefined): Shape | undefined =>
  holder?.content?.['application/json'].schema;

export const codesOf = (answer: z.infer<typeof Answer> | undefined): string[] => answer?.description?.split(', ') ?? [];

const toCall = (path: string, method: string, described: Described): Call => {
  const { summary, security, parameters, requestBody, responses } = described;
  const statuses = Object.entries(responses).filter(([status]) => status !== 'default');
  const done = statuses.find(([status]) => status.startsWith('2'));
  return {
    method: method.toUpperCase(),
    path,
    does: summary,
    who: whoOf(security),
    query: parameters
      .filter((parameter) => parameter.in === 'query')
      .map(({ name, required, schema }) => ({ name, required, shape: schema })),
    body: shapeIn(requestBody),
    answer: done && { status: done[0], shape: shapeIn(done[1]) },
    refusals: statuses
      .filter(([status]) => !status.startsWith('2'))
      .map(([status, answer]) => ({ status, codes: codesOf(answer) })),
  };
};

/** All calls by the room that answers them, in the document's order. */
export const callsByRoom = ({ paths }: Description): [room: string, calls: Call[]][] => {
  const rooms = new Map<string, Call[]>();
  for (const [path, methods] of Object.entries(paths))
    for (const [method, described] of Object.entries(methods)) {
      const room = described.tags[0] ?? '';
      rooms.set(room, [...(rooms.get(room) ?? []), toCall(path, method, described)]);
    }
  return [...rooms];
};

/** The name of a shape that is written elsewhere in the document. */
export const nameOf = (ref: string): string => ref.split('/').at(-1) ?? ref;
