import { once } from 'node:events';
import * as z from 'zod';

const port = z.coerce.number().int().positive();

/** What `localstack.yml` tells its containers; where AWS is, the SDK reads by itself. */
const Environment = z
  .object({
    TABLE_NAME: z.string().default('vybzz'),
    /** LocalStack takes any; what is uploaded is signed with them, too. */
    AWS_ACCESS_KEY_ID: z.string().min(1),
    AWS_SECRET_ACCESS_KEY: z.string().min(1),
    /** The one origin that browsers see; by default this machine, at the port that is published. */
    ORIGIN: z.preprocess((said) => (said === '' ? undefined : said), z.url().optional()),
    WEB_PORT: port.default(80),
    /** Proxies of ours before nginx. */
    TRUSTED_HOPS: z.coerce.number().int().nonnegative().default(0),
    /** The port of the issuer, the same inside and outside: it is part of its name. */
    IDENTITY_PORT: port.default(3001),
    /** Where browsers find Mux's stand-in. */
    MUX_PUBLIC_URL: z.url().default('http://localhost:3005'),
    /** Where encoders of people's own find it. */
    MUX_RTMPS_URL: z.url().default('rtmps://localhost:1936/app'),
    /** Where the other containers find it. */
    MUX_URL: z.url().default('http://mux:3005'),
    /** Where the built site is, to the other containers. */
    SITE_FILES_URL: z.url().default('http://web'),
    /** Where Mux's stand-in sends its webhooks. */
    WEBHOOK_URL: z.url().default('http://api:3000/webhooks/mux'),
  })
  // A browser leaves out the port that goes without saying.
  .transform(({ ORIGIN, ...rest }) => ({
    ...rest,
    ORIGIN: new URL(ORIGIN ?? `http://localhost:${rest.WEB_PORT}`).origin,
  }));

export const readEnvironment = (environment: Record<string, string | undefined> = process.env) =>
  Environment.parse(environment);

/** Listening to it is for containers only: nothing outside reaches them but what is published. */
export const EVERYWHERE = '0.0.0.0';

export const say = (line: string): void => console.log(line);

/** Until somebody ends the container. */
export const asked = (): Promise<unknown> => Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
