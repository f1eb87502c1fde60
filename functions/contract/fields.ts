import * as z from 'zod/mini';
import { covers, isVisible, tidied } from '#domain/text';

/**
 * Tidied text, with no letter that is heaped with marks; half a surrogate pair, which no store takes, becomes the replacement
 * character. Text that there must be is text that can be seen.
 */
export const text = (min: number, max: number) =>
  z.string().check(
    z.overwrite(tidied),
    z.minLength(min),
    z.maxLength(max),
    z.refine((said) => min === 0 || isVisible(said), 'text that can be seen'),
    z.refine((said) => !covers(said), 'text without towers of marks'),
  );

/** The text of a handle, in the form that `parseHandle` of `domain/ids` takes. */
export const HandleText = z.string().check(z.regex(/^[a-z0-9_]{3,30}$/, '3 to 30 of a–z, 0–9 and _'));

/** A time in ISO 8601, in UTC. */
export const time = z.iso.datetime();

/** The address of a web page or a picture. */
export const httpUrl = z.url({ protocol: /^https?$/ }).check(
  z.maxLength(2_048),
  z.overwrite((said) => said.toWellFormed()),
);

/** The longest that people may write, in characters. What a show may say is in `contract/show`. */
export const TEXT_CHARACTERS = {
  name: 80,
  bio: 500,
  linkTitle: 40,
  post: 5_000,
  mediaAlt: 1_000,
  comment: 1_000,
  simulcastName: 80,
} as const;
