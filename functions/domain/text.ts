/**
 * What shows nothing of itself: blanks, controls, what Unicode says to ignore (zero-width characters, Hangul fillers, variation
 * selectors), and the Braille pattern without dots.
 */
const INVISIBLE = /[\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** Whether a reader sees anything of this text. */
export const isVisible = (text: string): boolean => text.replaceAll(INVISIBLE, '') !== '';
