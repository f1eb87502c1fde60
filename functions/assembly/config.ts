import * as z from 'zod/mini';
import { Issuers } from '../auth/issuers.ts';

const word = z.string().check(z.minLength(1));
const words = z.pipe(
  word,
  z.transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ),
);

const issuers = z.pipe(
  z.pipe(
    word,
    z.transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.issues.push({ code: 'custom', message: 'is not JSON', input: text });
        return z.NEVER;
      }
    }),
  ),
  Issuers,
);

/** The environment of the control plane. The names are the deployment's contract: infra sets them, nobody else reads them. */
const Environment = z.object({
  TABLE_NAME: word,
  /** The one origin that browsers see, e.g. `https://vybzz.example`. */
  PUBLIC_ORIGIN: z.url(),
  /** Where the built files of the web app are, if a room finds them elsewhere than browsers do. */
  SITE_FILES_URL: z.optional(z.url({ protocol: /^https?$/ })),
  /** Where browsers open their ingest sockets; the stream key is its next path segment. */
  INGEST_URL: z.url({ protocol: /^wss?$/ }),
  AUTH_ISSUERS: issuers,
  /** Origins, besides our own, whose pages may call the API; comma-separated. */
  CORS_ORIGINS: z._default(words, []),
  MUX_TOKEN_ID: z.optional(word),
  MUX_TOKEN_SECRET: z.optional(word),
  /** Several during a rotation, comma-separated: any of them verifies. */
  MUX_WEBHOOK_SECRETS: z.optional(words.check(z.minLength(1))),
  MUX_BASE_URL: z.optional(z.url()),
  /** Where encoders of people's own send; by SRT where there is that: at Mux itself, or as it is said here. */
  MUX_RTMPS_URL: z.optional(z.url({ protocol: /^rtmps?$/ })),
  MUX_SRT_URL: z.optional(z.url({ protocol: /^srt$/ })),
  MUX_STREAM_URL: z._default(z.url(), 'https://stream.mux.com'),
  MUX_IMAGE_URL: z._default(z.url(), 'https://image.mux.com'),
  /** Without a signing key there are no shows for followers only. */
  MUX_SIGNING_KEY_ID: z.optional(word),
  MUX_SIGNING_PRIVATE_KEY: z.optional(word),
  /** The WebSocket API's management endpoint. */
  REALTIME_ENDPOINT: z.optional(z.url()),
  /** The queue of work that nobody waits for; absent where one process does all. */
  TASKS_QUEUE_URL: z.optional(z.url()),
  /** The bucket of uploaded files, and where it is. Without them media is by address alone. */
  UPLOADS_BUCKET: z.optional(word),
  UPLOADS_URL: z.optional(z.url({ protocol: /^https?$/ })),
  /** Where the Lambda is invoked that publishes what has been uploaded. */
  UPLOADS_PUBLISHER_URL: z.optional(z.url({ protocol: /^https?$/ })),
  /** Where browsers find it, if that is another address than ours of it. */
  UPLOADS_FORM_URL: z.optional(z.url({ protocol: /^https?$/ })),
  /** User ids of who watches over the platform; comma-separated. */
  MODERATORS: z._default(words, []),
  /** How many proxies of ours stand in front of the API: behind CloudFront one, else none. */
  TRUSTED_HOPS: z._default(z.coerce.number().check(z.int(), z.gte(0), z.lte(8)), 0),
  CURSOR_SECRET: z.optional(z.string().check(z.minLength(16))),
  /** What our distribution says of each request that it hands on; another beside it while it is being changed. */
  EDGE_SECRET: z.optional(z.string().check(z.minLength(16))),
  EDGE_SECRET_BEFORE: z.optional(z.string().check(z.minLength(16))),
  /** What the key is made of by which push services know us; without it nobody is told by Web Push. */
  VAPID_SECRET: z.optional(z.string().check(z.minLength(16))),
  /** Whom push services may turn to (RFC 8292): an address of https or mailto. By default the origin, where that is one of https. */
  VAPID_SUBJECT: z.optional(z.string().check(z.regex(/^(?:https:\/\/|mailto:)\S+$/, 'an https: or mailto: address'))),
  /** Origins that are push services as well, whatever their address; comma-separated. */
  PUSH_ALSO: z._default(words, []),
  /** By which two browsers find each other: addresses of STUN and TURN servers (`stun:…`, `turns:…`); comma-separated. */
  ICE_URLS: z._default(
    words.check(
      z.refine((urls) => urls.every((url) => /^(?:stuns?|turns?):[^\s@]+$/.test(url)), 'stun: and turn: addresses'),
    ),
    [],
  ),
  /** Shared with the TURN servers (coturn's `static-auth-secret`); without it nobody is given one. */
  TURN_SECRET: z.optional(z.string().check(z.minLength(16))),
  /** What its metrics are told apart by from those of another deployment in the account. */
  DEPLOYMENT: z._default(word, 'local'),
  /** What `GET /healthz` calls this build. */
  VERSION: z._default(word, 'dev'),
});

/** What the control plane is told from outside. */
export type Config = z.infer<typeof Environment>;

/** Secrets. Each room is given only those that it needs: who has one of them can do no more with it than that room does. */
export const SECRETS = ['MUX_TOKEN_ID', 'MUX_TOKEN_SECRET', 'MUX_WEBHOOK_SECRETS', 'CURSOR_SECRET'] as const;
export type SecretName = (typeof SECRETS)[number];

/**
 * The configuration in an environment; throws one sentence that names every variable that is missing or wrong.
 *
 * @param needs the secrets that there must be; by default all, for who runs every room
 */
export const parseConfig = (
  env: Readonly<Record<string, string | undefined>>,
  needs: readonly SecretName[] = SECRETS,
): Config => {
  // a variable that is set but empty is one that somebody forgot: as good as not set
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = z.safeParse(Environment, set);
  const missing = needs.filter((name) => !(name in set)).map((name) => `${name} is missing`);
  if (parsed.success && missing.length === 0) return parsed.data;
  const wrong = (parsed.error?.issues ?? []).map(({ path: [name, ...rest], message }) =>
    String(name) in set ? `${[name, ...rest].map(String).join('.')}: ${message}` : `${String(name)} is missing`,
  );
  throw new Error(
    `The environment does not hold what the control plane needs: ${[...new Set([...wrong, ...missing])].join('; ')}.`,
  );
};
