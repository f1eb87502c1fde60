/**
 * What shows nothing of itself: blanks, controls, what Unicode says to ignore (zero-width characters, Hangul fillers, variation
 * selectors), and signs that are drawn as nothing: the Braille pattern without dots, marks of annotations, the null notehead,
 * the Khitan filler, Egyptian blanks.
 */
const BLANKS = String.raw`\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb\u{1d159}\u{13441}\u{13442}\u{16fe4}`;
const INVISIBLE = new RegExp(`[${BLANKS}]`, 'gu');

/** Control characters but tabs and line ends, and those that turn the text around them: nobody sees them, and all who read are misled. */
const UNSEEN = /(?![\t\n\r])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu;
/** More marks on one letter than any script has: they are there to cover what stands around. */
const MARKS = /\p{M}{6,}/u;

/** Whatever begins a new line. */
const LINE_END = /\r\n?|[\u2028\u2029]/g;
/** Four line ends and more, with nothing between them that can be seen. */
const TOWER = new RegExp(`\\n(?:(?:(?!\\n)[${BLANKS}])*\\n){3,}`, 'gu');

/** One kind of line end, and two empty lines at most: what people leave free pushes everybody else off the screen. */
export const tidyLines = (text: string): string => text.replaceAll(LINE_END, '\n').replaceAll(TOWER, '\n\n\n');

/** Whether a reader sees anything of this text. */
export const isVisible = (text: string): boolean => text.replaceAll(INVISIBLE, '') !== '';

/** Trimmed, without what is unseen, and with no more than two empty lines in one place; half a surrogate pair becomes the replacement character. */
export const tidied = (text: string): string => tidyLines(text.toWellFormed().replaceAll(UNSEEN, '')).trim();

/** Whether marks are heaped upon a letter until they cover other people's lines. */
export const covers = (text: string): boolean => MARKS.test(text.normalize('NFC'));
