import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import { ErrorBody, STATUS } from '#contract/errors';
import * as http from '#contract/http';
import * as chat from '#contract/chat';
import { ComeAsGuest, GuestTicket, Invitation } from '#contract/guests';
import { COMMON, type Operation } from '#contract/operation';
import { OPERATIONS } from '#contract/operations';
import { CommentPage, PostPage } from '#contract/post-operations';
import { PersonPage } from '#contract/people-operations';
import { Found, Tagged, TaggedPage, TagView } from '#contract/search';
import { OEmbed } from '#contract/sharing';
import * as reports from '#contract/reports';
import { CreateStream, UpdateStream } from '#contract/show';
import { StreamPage, WebhookAnswer } from '#contract/stream-operations';

/** Where the document is kept: beside what it is made from. */
export const OPENAPI_FILE = fileURLToPath(new URL('./contract/openapi.json', import.meta.url));

const BODIES = {
  CreateTicket: http.CreateTicket,
  Beat: http.Beat,
  Say: chat.Say,
  React: chat.React,
  Moderate: chat.Moderate,
  HeldWords: chat.HeldWords,
  UpdateMe: http.UpdateMe,
  SetPicture: http.SetPicture,
  Follow: http.Follow,
  Subscribe: http.Subscribe,
  CreateStream: CreateStream,
  UpdateStream: UpdateStream,
  CreateSimulcastTarget: http.CreateSimulcastTarget,
  EncoderKeyWanted: http.EncoderKeyWanted,
  ComeAsGuest,
  CreateUpload: http.CreateUpload,
  CreatePost: http.CreatePost,
  UpdatePost: http.UpdatePost,
  CreateComment: http.CreateComment,
  CreateReport: reports.CreateReport,
  ActOnReport: reports.ActOnReport,
};

const ANSWERS = {
  Error: ErrorBody,
  Health: http.Health,
  AuthConfig: http.AuthConfig,
  Session: http.Session,
  Ticket: http.Ticket,
  Person: http.PersonView,
  Picture: http.PictureView,
  Profile: http.ProfileView,
  Me: http.MeView,
  Push: http.PushView,
  Subscribed: http.Subscribed,
  PersonPage,
  StreamHealth: http.StreamHealth,
  Stream: http.StreamView,
  StreamPage,
  Ingest: http.Ingest,
  IngestAnswer: http.IngestAnswer,
  CreatedStream: http.CreatedStream,
  Live: http.LiveView,
  Playback: http.PlaybackView,
  RecordingFile: http.RecordingFile,
  ChatMessage: chat.ChatMessageView,
  ChatRules: chat.ChatRulesView,
  ChatPage: chat.ChatPage,
  ChatStanding: chat.ChatStanding,
  Said: chat.Said,
  ModerationPage: chat.ModerationPage,
  WordsHeld: chat.HeldWords,
  ViewerCurve: http.ViewerCurve,
  EncoderAccess: http.EncoderAccess,
  Encoder: http.EncoderView,
  Invitation,
  GuestTicket,
  SimulcastTarget: http.SimulcastTargetView,
  SimulcastTargets: http.SimulcastTargets,
  UploadForm: http.UploadForm,
  Post: http.PostView,
  PostPage,
  Comment: http.CommentView,
  CommentPage,
  WebhookAnswer,
  ReportCase: reports.ReportCaseView,
  ReportCasePage: reports.ReportCasePage,
  PlatformAct: reports.PlatformActView,
  PlatformActPage: reports.PlatformActPage,
  Tag: TagView,
  Found,
  Tagged,
  TaggedPage,
  OEmbed,
};

type Schemas = Record<string, z.ZodMiniType>;
type Json = { [name: string]: unknown };

const toRef = (name: string) => `#/components/schemas/${name}`;

/** These schemas by name; each may refer to the others. `io`: bodies as they are sent, answers as they arrive. */
const components = (schemas: Schemas, io: 'input' | 'output'): Json => {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const made = z.toJSONSchema(registry, {
    io,
    uri: toRef,
    override: ({ jsonSchema }) => {
      // members may be added to an answer: who reads one must not mind
      delete jsonSchema.additionalProperties;
      // the format says as much, and what it says can be read
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  });
  return Object.fromEntries(
    Object.entries(made.schemas).map(([name, whole]) => {
      const { $id: _, $schema: __, ...schema } = whole;
      return [name, schema];
    }),
  );
};

const nameOf = (schemas: Schemas, schema: z.ZodMiniType): string => {
  const found = Object.entries(schemas).find(([, known]) => known === schema);
  if (!found) throw new Error('a call uses a schema that has no name in the document');
  return found[0];
};

const content = (name: string): Json => ({ 'application/json': { schema: { $ref: toRef(name) } } });

const parameters = ({ path, query }: Operation): Json[] => {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  if (!query) return inPath;
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: 'input' });
  return [
    ...inPath,
    ...Object.entries(properties).map(([name, schema]) => ({
      name,
      in: 'query',
      required: required.includes(name),
      schema,
    })),
  ];
};

/** The refusals that are a call's own, by status: several codes may share one. The common ones are its `default`. */
const refusals = ({ refusals: own = [] }: Operation): Json => {
  const statuses = [...new Set(own.map((code) => STATUS[code]))].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      { description: own.filter((code) => STATUS[code] === status).join(', '), content: content('Error') },
    ]),
  );
};

const SECURITY = { anyone: [{}, { bearer: [] }], 'signed in': [{ bearer: [] }], Mux: [{ muxSignature: [] }] };

const toOperation = (operation: Operation): Json => ({
  summary: operation.does,
  tags: [operation.path.split('/')[1]],
  security: SECURITY[operation.who],
  parameters: parameters(operation),
  ...(operation.body && { requestBody: { required: true, content: content(nameOf(BODIES, operation.body)) } }),
  responses: {
    [String(operation.status)]: {
      description: operation.answer ? 'Done' : 'Done; there is nothing to say',
      ...(operation.answer && { content: content(nameOf(ANSWERS, operation.answer)) }),
    },
    ...refusals(operation),
    default: { $ref: '#/components/responses/Refused' },
  },
});

/** The OpenAPI 3.1 document of the whole API, made from the contract. */
export const openApi = (): Json => {
  const paths: Record<string, Json> = {};
  for (const operation of OPERATIONS)
    paths[operation.path] = { ...paths[operation.path], [operation.method.toLowerCase()]: toOperation(operation) };
  return {
    openapi: '3.1.0',
    info: { title: 'Vybzz', version: '1', description: 'Go live from the browser.' },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        muxSignature: { type: 'apiKey', in: 'header', name: 'mux-signature' },
      },
      responses: { Refused: { description: COMMON.join(', '), content: content('Error') } },
      schemas: { ...components(BODIES, 'input'), ...components(ANSWERS, 'output') },
    },
  };
};

/** The document as the formatter would have it, so that writing it anew shows only what has changed. */
const formatted = async (): Promise<string> => {
  const { format } = await import('oxfmt');
  const settings = JSON.parse(await readFile(new URL('../.oxfmtrc.json', import.meta.url), 'utf8'));
  const { code, errors } = await format(OPENAPI_FILE, JSON.stringify(openApi(), undefined, 2), settings);
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('; '));
  return code;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(OPENAPI_FILE, await formatted());
  console.log(`wrote ${OPENAPI_FILE}: ${OPERATIONS.length} calls`);
}
