import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerJson } from './answer-json.ts';

type Parts = {
  /** Work that another process hands over; throws where it is none. */
  takeTask: (message: unknown) => Promise<void>;
  issueToken: (login: string) => Promise<string | undefined>;
  /** Opens what is for the platform's own scripts. */
  localSecret: string;
};

const LOCAL_BODY_BYTES = 4_096;

/** What the gateway answers to the platform's own processes, and a deployed Vybzz has elsewhere or not at all. */
export const createLocalRoutes = ({ takeTask: take, issueToken: issue, localSecret }: Parts) => {
  const authorized = (request: IncomingMessage): boolean => {
    const given = Buffer.from(request.headers.authorization ?? '');
    const wanted = Buffer.from(`Bearer ${localSecret}`);
    return given.byteLength === wanted.byteLength && timingSafeEqual(given, wanted);
  };

  const readBody = async (request: IncomingMessage): Promise<unknown> => {
    let body = '';
    for await (const part of request) {
      body += String(part);
      if (body.length > LOCAL_BODY_BYTES) return undefined;
    }
    return JSON.parse(body);
  };

  /** SQS's `SendMessage`, as far as an ingest worker needs it: no page of another origin can send its headers. */
  const takeTask = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    const message = typeof body === 'object' && body !== null && 'MessageBody' in body ? String(body.MessageBody) : '';
    if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ') || message === '')
      return answerJson(response, 403, { __type: 'AccessDenied' });
    await take(JSON.parse(message));
    return answerJson(response, 200, { MessageId: '1' });
  };

  const issueToken = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!authorized(request))
      return answerJson(response, 403, { error: 'not-allowed', message: "This is for the platform's own scripts." });
    const asked = await readBody(request);
    if (asked === undefined)
      return answerJson(response, 413, { error: 'body-too-large', message: 'That is too long.' });
    const login = typeof asked === 'object' && asked !== null && 'login' in asked ? String(asked.login) : '';
    const token = await issue(login);
    return token
      ? answerJson(response, 200, { token })
      : answerJson(response, 404, { error: 'not-found', message: `There is no demo account ${login}.` });
  };

  return { takeTask, issueToken };
};
