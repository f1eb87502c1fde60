import type { UploadId, UserId } from './ids.ts';

const MEBIBYTE = 1024 * 1024;
const PICTURE_BYTES = 10 * MEBIBYTE;
const FILM_BYTES = 200 * MEBIBYTE;

/**
 * What may be uploaded, by the type that a browser gives a file, and how large it may be. A closed list of what a browser shows and
 * never runs: no SVG, which holds scripts, and nothing that it would open as a page.
 */
export const UPLOAD_TYPES = {
  'image/jpeg': { extension: 'jpg', maxBytes: PICTURE_BYTES },
  'image/png': { extension: 'png', maxBytes: PICTURE_BYTES },
  'image/webp': { extension: 'webp', maxBytes: PICTURE_BYTES },
  'image/gif': { extension: 'gif', maxBytes: PICTURE_BYTES },
  'image/avif': { extension: 'avif', maxBytes: PICTURE_BYTES },
  'video/mp4': { extension: 'mp4', maxBytes: FILM_BYTES },
  'video/webm': { extension: 'webm', maxBytes: FILM_BYTES },
} as const;
export type UploadType = keyof typeof UPLOAD_TYPES;

/** How long the form that a browser sends a file with is good, from its making. */
export const UPLOAD_FORM_MS = 10 * 60 * 1000;
/** How long a post may take up a file: whoever uploads writes the post meanwhile. */
export const UPLOAD_ATTACH_MS = 2 * 60 * 60 * 1000;
/** What no post has taken up by then is removed: much later than a post may, so that the two never meet. */
export const UPLOAD_KEPT_MS = 24 * 60 * 60 * 1000;

/** A file of somebody's. */
export type Upload = { id: UploadId; type: UploadType };

/** How large a picture is, in pixels, as it is shown. */
export type PictureSize = { width: number; height: number };
/** A file as a post holds it: of a picture that has a thumbnail, its size. */
export type PublishedUpload = Upload & { picture?: PictureSize | undefined };

/** What comes of putting a file where people see it. A file that is not what it says it is, or holds too much, is unusable. */
export type Publication =
  | { published: true; picture?: PictureSize | undefined }
  | { published: false; because: 'not-arrived' | 'unusable' };
/** What a file is to be shown as: of a picture it says what its thumbnail is like. */
export const UPLOAD_USES = ['post', 'avatar', 'cover', 'show'] as const;
export type UploadUse = (typeof UPLOAD_USES)[number];
export type Publish = (owner: UserId, upload: Upload, use: UploadUse) => Promise<Publication>;

/**
 * What a browser may do with a stranger's file that somebody opens as a page: show it. It runs no script, and is nobody's. Said with
 * `nosniff` wherever files are served, by CloudFront and locally.
 */
export const UPLOAD_CONTENT_POLICY =
  "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";

/**
 * Where a form puts a file: under its owner, so that nobody's form writes among another's, and where nobody looks. As long as its
 * form is good its owner may put another there.
 */
export const incomingKey = (owner: UserId, { id, type }: Upload): string =>
  `incoming/${owner}/${id}.${UPLOAD_TYPES[type].extension}`;

/**
 * Where a file lies that a post has taken up, in the bucket and on our own origin. No form writes here: what is there is what was
 * there first, and what has been taken down stays down.
 */
export const uploadKey = (owner: UserId, { id, type }: Upload): string =>
  `media/${owner}/${id}.${UPLOAD_TYPES[type].extension}`;

/** The longest side of a thumbnail in pixels: as wide as a column of posts is on most screens. */
export const THUMBNAIL_PIXELS = 640;

/** Of a person's picture: the largest that is shown, on screens of two pixels in one. It is square. */
export const AVATAR_PIXELS = 256;

/** Where a smaller copy of a picture lies, beside it. */
export const thumbnailKey = (owner: UserId, { id }: Upload): string => `media/${owner}/${id}.thumbnail.webp`;

/** Where a picture that stands still is, on our own origin, in its own size and in a smaller one. */
export const pictureOf = (owner: UserId, upload: PublishedUpload | undefined) =>
  upload?.picture && {
    url: `/${uploadKey(owner, upload)}`,
    thumbnailUrl: `/${thumbnailKey(owner, upload)}`,
    ...upload.picture,
  };
