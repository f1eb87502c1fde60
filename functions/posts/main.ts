import { handle } from 'hono/aws-lambda';
import { createBase } from '../base.ts';
import { parseConfig } from '../config.ts';
import { createLog } from '../observed.ts';
import { createPeople } from '../people.ts';
import { withSecrets } from '../secrets.ts';
import { createStreaming } from '../streaming.ts';
import { buildPostsRoom } from './room.ts';

const base = createBase({ config: parseConfig(await withSecrets(process.env)), log: createLog('posts') });
const people = createPeople(base);

/** The Lambda behind `/posts/*`. */
export const handler = handle(buildPostsRoom(base, people, createStreaming(base, people)));
