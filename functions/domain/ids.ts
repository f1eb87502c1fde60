/**
 * Identifiers. Each is made by one `parse…` at a border and trusted inside: a branded string cannot be mixed up with
 * another, nor made by a cast outside this file.
 */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type UserId = Branded<'UserId'>;
export type StreamId = Branded<'StreamId'>;
export type PostId = Branded<'PostId'>;
export type CommentId = Branded<'CommentId'>;
export type UploadId = Branded<'UploadId'>;
/** Something that a moderator did, or a message that waits for one. */
export type ActId = Branded<'ActId'>;
/** What a person is called in a URL: 3–30 of `[a-z0-9_]`, unique, changeable. */
export type Handle = Branded<'Handle'>;

type Made = { usr: UserId; str: StreamId; pst: PostId; cmt: CommentId; upl: UploadId; act: ActId };

const ID = /^(usr|str|pst|cmt|upl|act)_[0-9a-hjkmnp-tv-z]{26}$/;
const HANDLE = /^[a-z0-9_]{3,30}$/;

const parsed = <Prefix extends keyof Made>(prefix: Prefix, text: string): Made[Prefix] | undefined =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place where an id gets its brand
  ID.test(text) && text.startsWith(`${prefix}_`) ? (text as Made[Prefix]) : undefined;

/** An id is its prefix and a ULID in lower case, as in `usr_…`; anything else is undefined. */
export const parseUserId = (text: string): UserId | undefined => parsed('usr', text);
export const parseStreamId = (text: string): StreamId | undefined => parsed('str', text);
export const parsePostId = (text: string): PostId | undefined => parsed('pst', text);
export const parseCommentId = (text: string): CommentId | undefined => parsed('cmt', text);
export const parseUploadId = (text: string): UploadId | undefined => parsed('upl', text);

export const parseActId = (text: string): ActId | undefined => parsed('act', text);

export const parseHandle = (text: string): Handle | undefined =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
  HANDLE.test(text) ? (text as Handle) : undefined;

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARACTERS = 10;
const RANDOM_BYTES = 16;

/**
 * A new id: 48 bits of time, so that ids sort by age, then 80 random bits (github.com/ulid/spec).
 *
 * @param now milliseconds since 1970
 * @param random returns that many random bytes; a parameter so that tests can know the id
 */
export const newId = <Prefix extends keyof Made>(
  prefix: Prefix,
  now: number,
  random: (bytes: number) => Uint8Array = (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
): Made[Prefix] => {
  let time = '';
  for (let rest = now, i = 0; i < TIME_CHARACTERS; i++, rest = Math.floor(rest / 32))
    time = CROCKFORD[rest % 32] + time;
  const tail = Array.from(random(RANDOM_BYTES), (byte) => CROCKFORD[byte % 32]).join('');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made in the very form that `parsed` admits
  return `${prefix}_${time}${tail}` as Made[Prefix];
};
