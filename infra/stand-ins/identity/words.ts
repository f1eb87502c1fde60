import { JOINING } from './directory.ts';

const ENGLISH = {
  pitch: {
    live: 'LIVE',
    title: 'Go live from your browser.',
    text: 'Nothing to install, and a show that stays on the air when the Wi-Fi does not.',
  },
  signIn: 'Sign in',
  signInToVybzz: 'Sign in to Vybzz',
  chooseAnAccount: 'Choose a demo account.',
  orWithAPassword: 'or with a password',
  login: 'Login',
  password: 'Password',
  demoPassword: 'The demo accounts’ password is',
  makeAnAccount: 'Make an account of your own',
  name: 'Name',
  makeTheAccount: 'Make the account',
  keptHere: 'It is kept on this machine, and may go live.',
  creator: 'Creator',
  viewer: 'Viewer',
  moderator: 'Moderator',
  signOut: 'Sign out',
  signOutOfVybzz: 'Sign out of Vybzz?',
  signingOut: 'Signing you out…',
  whatStays: 'Your shows and posts stay where they are.',
  staySignedIn: 'Stay signed in',
  didNotWork: 'That did not work',
  refusedBecause: (because: string) => `The sign-in was refused: ${because}.`,
  failed: 'The identity provider failed; its log says why.',
  ranOut: 'This sign-in has run out',
  ranOutBecause: 'It was left open for too long, or it was begun in another browser.',
  backToVybzz: 'Back to Vybzz',
  tooManyWrong: (seconds: number) => `Too many wrong passwords. Try again in ${seconds} seconds.`,
  refusals: {
    'wrong-password': 'That login and password do not go together.',
    'too-long': 'That was more than a login and a password.',
    'too-many-accounts': 'There are too many accounts here.',
    'login-taken': 'This login is taken.',
    'login-shape': 'A login is 3 to 30 of a–z, 0–9 and _.',
    'name-length': `A name has 1 to ${JOINING.nameCharacters} characters.`,
    'password-short': `A password has at least ${JOINING.passwordLeast} characters.`,
    'password-long': `A password has at most ${JOINING.passwordMost} characters.`,
  },
};

/** What the pages say, in one language. */
export type Words = typeof ENGLISH;

const URDU: Words = {
  pitch: {
    live: 'لائیو',
    title: 'اپنے براؤزر سے لائیو جائیں۔',
    text: 'کچھ انسٹال نہیں کرنا، اور وائی فائی رک جائے تب بھی شو چلتا رہتا ہے۔',
  },
  signIn: 'سائن اِن',
  signInToVybzz: 'Vybzz میں سائن اِن کریں',
  chooseAnAccount: 'کوئی ڈیمو اکاؤنٹ چنیں۔',
  orWithAPassword: 'یا پاس ورڈ سے',
  login: 'لاگ اِن',
  password: 'پاس ورڈ',
  demoPassword: 'ڈیمو اکاؤنٹس کا پاس ورڈ:',
  makeAnAccount: 'اپنا اکاؤنٹ بنائیں',
  name: 'نام',
  makeTheAccount: 'اکاؤنٹ بنائیں',
  keptHere: 'یہ اسی مشین پر رہتا ہے، اور اس سے لائیو جا سکتے ہیں۔',
  creator: 'کریئیٹر',
  viewer: 'ناظر',
  moderator: 'ماڈریٹر',
  signOut: 'سائن آؤٹ',
  signOutOfVybzz: 'Vybzz سے سائن آؤٹ کریں؟',
  signingOut: 'آپ کو سائن آؤٹ کیا جا رہا ہے…',
  whatStays: 'آپ کے شو اور پوسٹس اپنی جگہ رہیں گے۔',
  staySignedIn: 'سائن اِن رہیں',
  didNotWork: 'یہ نہیں ہو سکا',
  refusedBecause: (because) => `سائن اِن سے انکار ہوا: \u2068${because}\u2069`,
  failed: 'شناخت کی سروس میں خرابی ہوئی؛ وجہ اس کے لاگ میں ہے۔',
  ranOut: 'اس سائن اِن کا وقت ختم ہو گیا',
  ranOutBecause: 'یہ بہت دیر کھلا رہا، یا کسی اور براؤزر میں شروع ہوا تھا۔',
  backToVybzz: 'Vybzz پر واپس',
  tooManyWrong: (seconds) => `بہت بار غلط پاس ورڈ لکھا گیا۔ ${seconds} سیکنڈ بعد دوبارہ کوشش کریں۔`,
  refusals: {
    'wrong-password': 'یہ لاگ اِن اور پاس ورڈ ایک ساتھ درست نہیں۔',
    'too-long': 'یہ لاگ اِن اور پاس ورڈ سے زیادہ تھا۔',
    'too-many-accounts': 'یہاں بہت زیادہ اکاؤنٹ ہیں۔',
    'login-taken': 'یہ لاگ اِن کسی اور کا ہے۔',
    'login-shape': 'لاگ اِن میں 3 سے 30 حروف ہوتے ہیں: \u2066a–z\u2069، \u20660–9\u2069 اور _۔',
    'name-length': `نام میں 1 سے ${JOINING.nameCharacters} حروف ہوتے ہیں۔`,
    'password-short': `پاس ورڈ میں کم از کم ${JOINING.passwordLeast} حروف ہوتے ہیں۔`,
    'password-long': `پاس ورڈ میں زیادہ سے زیادہ ${JOINING.passwordMost} حروف ہوتے ہیں۔`,
  },
};

const ROMAN_URDU: Words = {
  pitch: {
    live: 'LIVE',
    title: 'Apne browser se live jayein.',
    text: 'Kuch install nahi karna, aur Wi-Fi ruk jaye tab bhi show chalta rehta hai.',
  },
  signIn: 'Sign in',
  signInToVybzz: 'Vybzz mein sign in karein',
  chooseAnAccount: 'Koi demo account chunein.',
  orWithAPassword: 'ya password se',
  login: 'Login',
  password: 'Password',
  demoPassword: 'Demo accounts ka password:',
  makeAnAccount: 'Apna account banayein',
  name: 'Naam',
  makeTheAccount: 'Account banayein',
  keptHere: 'Yeh isi machine par rehta hai, aur is se live ja sakte hain.',
  creator: 'Creator',
  viewer: 'Viewer',
  moderator: 'Moderator',
  signOut: 'Sign out',
  signOutOfVybzz: 'Vybzz se sign out karein?',
  signingOut: 'Aap ko sign out kiya ja raha hai…',
  whatStays: 'Aap ke shows aur posts apni jagah rahenge.',
  staySignedIn: 'Sign in rahein',
  didNotWork: 'Yeh nahi ho saka',
  refusedBecause: (because) => `Sign in se inkaar hua: ${because}.`,
  failed: 'Shanakht ki service mein kharabi hui; wajah us ke log mein hai.',
  ranOut: 'Is sign in ka waqt khatam ho gaya',
  ranOutBecause: 'Yeh bohat der khula raha, ya kisi aur browser mein shuru hua tha.',
  backToVybzz: 'Vybzz par wapas',
  tooManyWrong: (seconds) => `Bohat baar ghalat password likha gaya. ${seconds} second baad dobara koshish karein.`,
  refusals: {
    'wrong-password': 'Yeh login aur password aik saath durust nahi.',
    'too-long': 'Yeh login aur password se zyada tha.',
    'too-many-accounts': 'Yahan bohat zyada accounts hain.',
    'login-taken': 'Yeh login kisi aur ka hai.',
    'login-shape': 'Login mein 3 se 30 characters hote hain: a–z, 0–9 aur _.',
    'name-length': `Naam mein 1 se ${JOINING.nameCharacters} characters hote hain.`,
    'password-short': `Password mein kam az kam ${JOINING.passwordLeast} characters hote hain.`,
    'password-long': `Password mein zyada se zyada ${JOINING.passwordMost} characters hote hain.`,
  },
};

export type Language = 'en' | 'ur' | 'ur-Latn';

const WORDS: Record<Language, Words> = { en: ENGLISH, ur: URDU, 'ur-Latn': ROMAN_URDU };
export const wordsOf = (language: Language): Words => WORDS[language];

export const directionOf = (language: Language): 'ltr' | 'rtl' => (language === 'ur' ? 'rtl' : 'ltr');

/** More than a person reads is no person's. */
const READ_MOST = 20;

/**
 * The first of the languages that somebody reads, the dearest first, that the pages speak; else English.
 *
 * @param accepted what the browser says (`Accept-Language`, RFC 9110)
 * @param chosen what the app says that they have chosen in it (`ui_locales`, OpenID Connect Core 1.0, 3.1.2.1), as it came in a request;
 *   it goes before what the browser says
 */
export const languageFor = (accepted: string | undefined = '', chosen?: unknown): Language => {
  const inApp = typeof chosen === 'string' ? chosen.replaceAll(' ', ',') : '';
  const read = `${inApp},${accepted}`
    .split(',', READ_MOST)
    .map((part) => {
      const [code = '', ...parameters] = part
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/);
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice('q='.length);
      return { code: code.split('-'), weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  for (const {
    code: [tongue, ...parts],
  } of read) {
    if (tongue === 'ur') return parts.includes('latn') ? 'ur-Latn' : 'ur';
    if (tongue === 'en') return 'en';
  }
  return 'en';
};
