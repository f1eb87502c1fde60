import { UPLOAD_TYPES, type UploadType } from '#domain/upload';

export type { UploadType };

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a constant are what it is made of
export const UPLOAD_TYPE_NAMES = Object.keys(UPLOAD_TYPES) as UploadType[];

/** How large a file of a type may be. */
export const maxUploadBytes = (type: UploadType): number => UPLOAD_TYPES[type].maxBytes;
