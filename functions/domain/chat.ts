import { folded } from './folded.ts';
import type { ActId, StreamId, UserId } from './ids.ts';

/** Limits of what an audience says. */
export const CHAT_LIMITS = {
  characters: 500,
  /** What somebody who joins is shown. */
  tail: 50,
  /** How often one person may write: eight at once, then one in a second and a half. */
  burst: 8,
  everyMs: 1_500,
  slowSecondsMost: 600,
  timeoutSecondsMost: 14 * 24 * 3_600,
  followMinutesMost: 90 * 24 * 60,
  heldWords: 200,
  heldWordCharacters: 60,
} as const;

export const REACTIONS = ['heart', 'clap', 'laugh', 'wow', 'fire'] as const;
export type Reaction = (typeof REACTIONS)[number];

/** What moderators have set for one audience. `pinned` is the number of a message. */
export type ChatRules = {
  slowSeconds: number;
  /** How many minutes somebody has to have followed before they may write; undefined: everybody may. */
  followersForMinutes?: number | undefined;
  frozen: boolean;
  pinned?: number | undefined;
};
export const NO_RULES: ChatRules = { slowSeconds: 0, frozen: false };

export type ChatMessage = {
  seq: number;
  userId: UserId;
  text: string;
  at: number;
  /** The number of the message that it answers. */
  replyTo?: number | undefined;
  removedBy?: UserId | undefined;
};

/** What happens in an audience, one after the other: each has the next number. */
export type ChatEntry =
  | ({ kind: 'said' } & ChatMessage)
  | { kind: 'removed' | 'restored'; seq: number; at: number; of: number }
  | { kind: 'rules'; seq: number; at: number };

export type HeldMessage = { id: ActId; userId: UserId; text: string; at: number; replyTo?: number | undefined };

/** Until when somebody may not write; a ban, without end, keeps them out as well. */
export type Sanction = { userId: UserId; kind: 'timeout' | 'ban'; until?: number | undefined };

export const ACTS = [
  'delete',
  'timeout',
  'ban',
  'unban',
  'pin',
  'unpin',
  'slow',
  'followers',
  'freeze',
  'unfreeze',
  'approve',
  'reject',
] as const;

/** What a moderator did, so that its creator can see it and take it back. */
export type Act = {
  id: ActId;
  at: number;
  by: UserId;
  act: (typeof ACTS)[number];
  streamId: StreamId;
  /** The person or the message that it was about. */
  userId?: UserId | undefined;
  seq?: number | undefined;
  /** The message as it was. */
  text?: string | undefined;
  /** How it was set, and had been set before; for a sanction its seconds, and until when another had stood (ms since 1970). */
  value?: number | undefined;
  before?: number | undefined;
  undoneAt?: number | undefined;
  undoneBy?: UserId | undefined;
};

/** What stands between words. The marks of Devanagari and its like are letters of them. */
const BETWEEN = /[^\p{L}\p{N}\p{M}]+/gu;
const plain = (text: string): string => ` ${folded(text).replaceAll(BETWEEN, ' ').trim()} `;

/** Whether a text has one of these words or phrases in it, as whole words, however they are written. */
export const hasHeldWord = (text: string, words: readonly string[]): boolean => {
  const said = plain(text);
  return words.some((word) => plain(word).trim() !== '' && said.includes(plain(word)));
};
