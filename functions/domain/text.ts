/**
 * What shows nothing of itself: blanks, controls, what Unicode says to ignore (zero-width characters, Hangul fillers, variation
 * selectors), and the Braille pattern without dots.
 */
const INVISIBLE = /[\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** Whatever begins a new line. */
const LINE_END = /\r\n?|[\u2028\u2029]/g;
/** Four line ends and more, with nothing between them that can be seen. */
const TOWER = /\n(?:(?:(?!\n)[\p{White_Space}\p{Default_Ignorable_Code_Point}\u2800])*\n){3,}/gu;

/** One kind of line end, and two empty lines at most: what people leave free pushes everybody else off the screen. */
export const tidyLines = (text: string): string => text.replaceAll(LINE_END, '\n').replaceAll(TOWER, '\n\n\n');

/** Whether a reader sees anything of this text. */
export const isVisible = (text: string): boolean => text.replaceAll(INVISIBLE, '') !== '';
