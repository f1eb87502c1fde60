/** Vowel signs and the stroke of the Arabic script, which one writes and another leaves out. */
const VOWEL_SIGNS = /[\u0610-\u061a\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u0640]/g;
const LATIN_MARKS = /(?<=\p{Script=Latin})\p{Mn}+/gu;
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;
/** Letters of Urdu as an Arabic keyboard writes them: yeh, alef maksura, kaf and heh. */
const ARABIC = /[\u064a\u0649\u0643\u0647]/g;
const IN_URDU: Record<string, string> = { '\u064a': 'ی', '\u0649': 'ی', '\u0643': 'ک', '\u0647': 'ہ' };

/**
 * A text as it is compared: capitals, forms of the same letter (NFKC), marks over Latin letters and vowel signs of Urdu make no
 * difference; its letters all do.
 */
export const folded = (text: string): string =>
  text
    .normalize('NFKC')
    // upper case first: ß and SS, ς and σ are the same
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .replaceAll(IGNORABLE, '')
    .normalize('NFD')
    .replaceAll(LATIN_MARKS, '')
    .replaceAll(VOWEL_SIGNS, '')
    .normalize('NFC')
    .replaceAll(ARABIC, (letter) => IN_URDU[letter] ?? letter);
