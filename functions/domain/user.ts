import type { Handle, UserId } from './ids.ts';
import type { Suspension } from './report.ts';
import { pictureOf, type PublishedUpload, thumbnailKey } from './upload.ts';

/** A page of a person's own elsewhere, and what they call it. */
export type ProfileLink = { title: string; url: string };

/** A person; a creator is a person who may go live. Times are milliseconds since 1970. */
export type User = {
  id: UserId;
  handle: Handle;
  name: string;
  bio?: string | undefined;
  /** In the order in which they are shown. */
  links?: ProfileLink[] | undefined;
  /** A picture elsewhere: their issuer's, or one by address. */
  avatarUrl?: string | undefined;
  /** A picture that was uploaded; it goes before `avatarUrl`. */
  avatar?: PublishedUpload | undefined;
  /** What stands over their page, uploaded. */
  cover?: PublishedUpload | undefined;
  creator: boolean;
  /** Watches over the platform, not only over what is theirs. */
  moderator: boolean;
  createdAt: number;
  /** Signed out everywhere: what was signed in before this moment counts no longer. */
  notBefore?: number | undefined;
  /** See `suspensionNow`. */
  suspended?: Suspension | undefined;
};

/** How many follow a person, and how many that person follows. */
export type Following = { followers: number; following: number };

/** A person as others see one beside a stream, post or comment. */
export type Person = Pick<User, 'id' | 'handle' | 'name' | 'avatarUrl' | 'avatar'>;

/** Which pictures a person has of their own. */
export const PICTURES = ['avatar', 'cover'] as const;
export type PictureOf = (typeof PICTURES)[number];

/** Where a person's picture is: an address elsewhere, or a path on our own origin. */
export const avatarUrlOf = ({
  id,
  avatar,
  avatarUrl,
}: Pick<Person, 'id' | 'avatar' | 'avatarUrl'>): string | undefined =>
  avatar ? `/${thumbnailKey(id, avatar)}` : avatarUrl;

/** Where the picture over a person's page is, on our own origin, in its own size and in a smaller one. */
export const coverOf = ({ id, cover }: Pick<User, 'id' | 'cover'>) => pictureOf(id, cover);

/** What a person may change of their own profile; null takes a value away. */
export type ProfileChanges = {
  handle?: Handle | undefined;
  name?: string | undefined;
  bio?: string | undefined;
  /** All of them anew; none takes them away. */
  links?: ProfileLink[] | undefined;
  avatarUrl?: string | null | undefined;
};

/** May this person take down what that one has put up? */
export const mayTakeDown = (caller: Pick<User, 'id' | 'moderator'>, ownerId: UserId): boolean =>
  caller.moderator || caller.id === ownerId;
