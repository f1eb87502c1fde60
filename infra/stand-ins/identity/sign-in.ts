import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type Provider from 'oidc-provider';

import { ACCOUNTS } from './accounts.ts';
import type { Directory, JoinRefusal } from './directory.ts';
import type { Guesses } from './guesses.ts';
import { noticePage, type Page, signInPage } from './pages.ts';
import { CREATE, grantAll, signInPath } from './provider.ts';
import { languageFor, wordsOf } from './words.ts';

/** A login and a password fit many times over. */
const FORM_BYTES = 4_096;

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;
type Parts = { provider: Provider; webOrigin: string; password: string; directory: Directory; guesses: Guesses };
type Outcome =
  | { accountId: string }
  | { statusCode: number; refusal: Refusal; login: string; joining?: { name: string }; retryAfterSeconds?: number };
type Refusal = JoinRefusal | 'wrong-password' | 'too-long' | 'too-many-wrong';

/** The page on which a person says who they are; the provider sends them here and takes them back. */
export function createSignIn({ provider, webOrigin, password, directory, guesses }: Parts) {
  const join = async (form: URLSearchParams): Promise<Outcome> => {
    const [name, login] = ['name', 'join'].map((field) => (form.get(field) ?? '').trim());
    const wanted = { name: name ?? '', login: (login ?? '').toLowerCase(), password: form.get('password') ?? '' };
    const outcome = await directory.join(wanted);
    if (outcome.joined) return { accountId: outcome.account.login };
    return { statusCode: 400, refusal: outcome.refusal, login: wanted.login, joining: { name: wanted.name } };
  };

  const choose = async (form: URLSearchParams): Promise<Outcome> => {
    const chosen = ACCOUNTS.find(({ login }) => login === form.get('account'));
    if (chosen) return { accountId: chosen.login };
    if (form.has('join')) return join(form);

    const login = (form.get('login') ?? '').trim().toLowerCase();
    const waitSeconds = Math.ceil(guesses.waitMs() / 1000);
    if (waitSeconds > 0) return { statusCode: 429, refusal: 'too-many-wrong', login, retryAfterSeconds: waitSeconds };
    const account = directory.find(login);
    const given = form.get('password') ?? '';
    const isDemo = ACCOUNTS.some((demo) => demo.login === login);
    const fits = isDemo ? equal(given, password) : await directory.isPasswordOf(login, given);
    if (!fits || !account) {
      guesses.wrong();
      return { statusCode: 401, refusal: 'wrong-password', login };
    }
    guesses.right();
    return { accountId: account.login };
  };

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const interaction = await provider.interactionDetails(request, response).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'SessionNotFound') return undefined;
      throw error;
    });
    const language = languageFor(request.headers['accept-language'], interaction?.params['ui_locales']);
    const words = wordsOf(language);
    if (!interaction) {
      send(response, 400, noticePage({ title: words.ranOut, text: words.ranOutBecause, webOrigin, language }));
      return;
    }
    const { prompt, params, session, uid } = interaction;
    if (prompt.name === 'consent') {
      // Asked for by the client; our own needs none.
      const consent = { grantId: await grantAll(provider, session?.accountId ?? '') };
      await provider.interactionFinished(request, response, { consent });
      return;
    }
    const hint = typeof params['login_hint'] === 'string' ? params['login_hint'] : '';
    const isNew = prompt.name === CREATE;
    const shown = { action: signInPath(uid), webOrigin, accounts: ACCOUNTS, password, language, isNew };
    if (request.method !== 'POST') {
      send(response, 200, signInPage({ ...shown, login: hint }));
      return;
    }
    const form = await readForm(request);
    const outcome: Outcome = form ? await choose(form) : { statusCode: 413, refusal: 'too-long', login: hint };
    if ('accountId' in outcome) {
      if (session && session.accountId !== outcome.accountId) await endSession(provider, interaction);
      const login = { ...outcome, amr: ['pwd'] };
      await provider.interactionFinished(request, response, { login, ...(isNew && { [CREATE]: {} }) });
      return;
    }
    if (outcome.retryAfterSeconds !== undefined) response.setHeader('retry-after', outcome.retryAfterSeconds);
    const { refusal, retryAfterSeconds = 0 } = outcome;
    const said = refusal === 'too-many-wrong' ? words.tooManyWrong(retryAfterSeconds) : words.refusals[refusal];
    send(response, outcome.statusCode, signInPage({ ...shown, ...outcome, refusal: said }));
  };
}

/** Another person at the same browser: the first one's session ends, which else the provider asks on a page of its own. */
async function endSession(provider: Provider, interaction: Interaction) {
  const session = await provider.Session.findByUid(interaction.session?.uid ?? '');
  await session?.destroy();
  interaction.session = undefined;
  await interaction.save(Math.max(1, interaction.exp - Math.floor(Date.now() / 1000)));
}

export function send(response: ServerResponse, statusCode: number, { html, headers }: Page) {
  response.writeHead(statusCode, headers).end(html);
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes <= FORM_BYTES) chunks.push(chunk);
  }
  return bytes > FORM_BYTES ? undefined : new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

/** Takes as long whatever is different. */
function equal(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
