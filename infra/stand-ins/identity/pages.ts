import { randomBytes } from 'node:crypto';
import type { Account } from './accounts.ts';
import { STYLE } from './page-style.ts';
import { directionOf, type Language, type Words, wordsOf } from './words.ts';

/** A page with the headers that it needs. */
export type Page = { html: string; headers: Record<string, string> };

const MARK =
  '<svg xmlns="http://www.w3.org/2000/svg" width="36" height="36" viewBox="0 0 32 32" aria-hidden="true">' +
  '<rect width="32" height="32" rx="9" fill="#6d4aff"/>' +
  '<path d="M7.5 9.5 14 22.6a2.2 2.2 0 0 0 4 0l3-6" fill="none" stroke="#fff" stroke-width="3.6" ' +
  'stroke-linecap="round" stroke-linejoin="round"/><circle cx="23.6" cy="10" r="3.4" fill="#ff4d5e"/></svg>';

type SignIn = {
  action: string;
  webOrigin: string;
  language: Language;
  accounts: readonly Account[];
  password: string;
  login?: string;
  /** Why the last try did not succeed. */
  refusal?: string;
  /** The last try was to make an account. */
  joining?: { name: string };
  /** Somebody is new: an account is offered before those that are there. */
  isNew?: boolean;
};

/** Who are you? One click for a demo account, or a login and a password. */
export function signInPage({
  action,
  webOrigin,
  language,
  accounts,
  password,
  login = '',
  refusal,
  joining,
  isNew = false,
}: SignIn): Page {
  const words = wordsOf(language);
  const alert = refusal === undefined ? '' : html`<p class="alert" id="refusal" role="alert">${refusal}</p>`;
  const lead = html`<p class="lead">${words.chooseAnAccount}</p>`;
  const join = joinForm({ action, login, joining, isNew, alert, words });
  return page({
    title: words.signIn,
    language,
    webOrigin,
    body: html` <div>
        <h1>${words.signInToVybzz}</h1>
        ${raw(isNew ? '' : lead)}
      </div>
      ${raw(isNew ? join + lead : '')}
      <form method="post" action="${action}" class="group">
        <ul class="people">
          ${raw(accounts.map((account, place) => personButton(account, place, words)).join(''))}
        </ul>
      </form>
      <h2 class="or">${words.orWithAPassword}</h2>
      <form method="post" action="${action}" class="fields">
        ${raw(joining ? '' : alert)}
        ${raw(
          field(words.login, {
            ...LOGIN,
            id: 'login',
            name: 'login',
            value: joining ? '' : login,
            ...(refusal !== undefined && !joining && REFUSED),
          }),
        )}
        ${raw(
          field(words.password, {
            id: 'password',
            name: 'password',
            type: 'password',
            autocomplete: 'current-password',
            required: true,
            ...(refusal !== undefined && !joining && { ...REFUSED, autofocus: true }),
          }),
        )}
        <button class="button">${words.signIn}</button>
        <p class="hint">${words.demoPassword} <code dir="ltr">${password}</code></p>
      </form>
      ${raw(isNew ? '' : join)}`,
  });
}

/** What an input that names a login is like, whoever it is of. */
const LOGIN = {
  autocomplete: 'username',
  autocapitalize: 'none',
  spellcheck: 'false',
  required: true,
  dir: 'ltr',
} as const;
/** An input that the refusal above it is about. */
const REFUSED = { 'aria-invalid': 'true', 'aria-describedby': 'refusal' };

/** An input under its label. Of `input`, what is true stands there by its name alone. */
const field = (label: string, input: { id: string; name: string } & Record<string, string | true>): string => {
  const attributes = Object.entries(input).map(([name, value]) => (value === true ? name : html`${name}="${value}"`));
  return html`<div class="field"><label for="${input.id}">${label}</label><input ${raw(attributes.join(' '))} /></div>`;
};

type Join = {
  action: string;
  joining: SignIn['joining'] | undefined;
  isNew: boolean;
  login: string;
  alert: string;
  words: Words;
};

const joinForm = ({ action, login, joining, isNew, alert, words }: Join) =>
  html` <details class="join" ${raw(joining || isNew ? ' open' : '')}>
    <summary>${words.makeAnAccount}</summary>
    <form method="post" action="${action}" class="fields">
      ${raw(joining ? alert : '')}
      ${raw(
        field(words.name, {
          id: 'join-name',
          name: 'name',
          value: joining?.name ?? '',
          autocomplete: 'name',
          maxlength: '80',
          required: true,
        }),
      )}
      ${raw(
        field(words.login, {
          ...LOGIN,
          id: 'join-login',
          name: 'join',
          value: joining ? login : '',
          pattern: '[A-Za-z0-9_]{3,30}',
          title: words.refusals['login-shape'],
          ...(joining && REFUSED),
        }),
      )}
      ${raw(
        field(words.password, {
          id: 'join-password',
          name: 'password',
          type: 'password',
          autocomplete: 'new-password',
          minlength: '8',
          maxlength: '200',
          required: true,
        }),
      )}
      <button class="button">${words.makeTheAccount}</button>
      <p class="hint">${words.keptHere}</p>
    </form>
  </details>`;

const roleOf = ({ creator, moderator = false }: Account, words: Words): string => {
  if (moderator) return words.moderator;
  return creator ? words.creator : words.viewer;
};

const personButton = (account: Account, place: number, words: Words) => {
  const { login, name, creator } = account;
  return html` <li>
    <button class="person" name="account" value="${login}">
      <span class="face face-${String(place % 3)}" aria-hidden="true">${initials(name)}</span>
      <span class="who"
        ><b><bdi>${name}</bdi></b
        ><small><bdi>@${login}</bdi></small></span
      >
      <span class="tag ${creator ? '' : 'tag-viewer'}">${roleOf(account, words)}</span>
    </button>
  </li>`;
};

const initials = (name: string) =>
  name
    .split(' ')
    .map((word) => word.charAt(0))
    .join('');

/** Asks before it signs out, unless the page may answer for the person. `form` is the provider's, with its secret in it. */
export function signOutPage(
  form: string,
  { webOrigin, certain, language }: { webOrigin: string; certain: boolean; language: Language },
): Page {
  const words = wordsOf(language);
  const nonce = randomBytes(16).toString('base64');
  const submit = certain
    ? html`<script nonce="${nonce}">
        document.querySelector('button').click();
      </script>`
    : '';
  return page({
    title: words.signOut,
    language,
    webOrigin,
    scripts: certain ? nonce : undefined,
    body: html` <div>
        <h1>${certain ? words.signingOut : words.signOutOfVybzz}</h1>
        <p class="lead">${words.whatStays}</p>
      </div>
      <div class="group">
        <button class="button" form="op.logoutForm" name="logout" value="yes">${words.signOut}</button>
        <a class="button button-quiet" href="${webOrigin}/">${words.staySignedIn}</a>
      </div>
      <div hidden>${raw(form)}</div>
      ${raw(submit)}`,
  });
}

/** One thing to say, and the way back. */
export const noticePage = ({
  title,
  text,
  webOrigin,
  language,
}: {
  title: string;
  text: string;
  webOrigin: string;
  language: Language;
}): Page =>
  page({
    title,
    language,
    webOrigin,
    body: html` <div>
        <h1>${title}</h1>
        <p class="lead">${text}</p>
      </div>
      <a class="button" href="${webOrigin}/">${wordsOf(language).backToVybzz}</a>`,
  });

type Layout = { title: string; language: Language; body: string; webOrigin: string; scripts?: string | undefined };

function page({ title, language, body, webOrigin, scripts }: Layout): Page {
  const { pitch } = wordsOf(language);
  const nonce = randomBytes(16).toString('base64');
  return {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-language': language,
      // Chromium holds `form-action` against the redirects that follow a form, too: they end at the web app.
      'content-security-policy': [
        `default-src 'none'`,
        `style-src 'nonce-${nonce}'`,
        `img-src data:`,
        ...(scripts ? [`script-src 'nonce-${scripts}'`] : []),
        `form-action 'self' ${webOrigin}`,
        `base-uri 'none'`,
        `frame-ancestors 'none'`,
      ].join('; '),
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
    html: html`<!doctype html>
      <html lang="${language}" dir="${directionOf(language)}">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>${title} · Vybzz</title>
          <link rel="icon" href="data:image/svg+xml,${encodeURIComponent(MARK)}" />
          <style nonce="${nonce}">
            ${raw(STYLE)}
          </style>
        </head>
        <body>
          <main class="card">
            <div class="stage">
              <div class="brand">${raw(MARK)}<span>Vybzz</span></div>
              <div class="pitch">
                <span class="live">${pitch.live}</span>
                <p>${pitch.title}</p>
                <p>${pitch.text}</p>
              </div>
              <span class="live" aria-hidden="true">${pitch.live}</span>
            </div>
            <div class="panel">${raw(body)}</div>
          </main>
        </body>
      </html>`,
  };
}

/** Text that is already HTML. */
type Raw = { html: string };
const raw = (html: string): Raw => ({ html });

/** A template whose values are escaped, unless they say that they are HTML. */
const html = (parts: TemplateStringsArray, ...values: (string | Raw)[]): string =>
  parts.map((part, n) => part + shown(values[n] ?? '')).join('');

const shown = (value: string | Raw) => (typeof value === 'string' ? escape(value) : value.html);

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string) => text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '');
