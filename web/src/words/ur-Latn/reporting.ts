import type { reporting as english } from '../en/reporting.ts';
import type { Translated } from '../catalogue.ts';

export const reporting = {
  report: 'Report karein',
  title: {
    message: 'Is message ki report karein',
    person: 'Is shakhs ki report karein',
    post: 'Is post ki report karein',
    comment: 'Is comment ki report karein',
    show: 'Is show ki report karein',
  },
  theyAreNotTold: 'Vybzz ke moderators isay dekhenge. Aap ki report ka kisi aur ko pata nahi chalega.',
  whatIsWrong: 'Masla kya hai?',
  chooseAReason: 'Batayein ke masla kya hai.',
  moreWords: 'Kuch aur kehna hai? (optional)',
  cancel: 'Rehne dein',
  thankYou: 'Report ho gayi. Shukriya.',
  reason: {
    spam: 'Spam ya dhoka',
    harassment: 'Harassment ya tang karna',
    hate: 'Nafrat',
    violence: 'Tashaddud ya dhamki',
    sexual: 'Nudity ya sexual content',
    'self-harm': 'Khudkushi ya khud ko nuqsan',
    impersonation: 'Koi khud ko koi aur zahir kar raha hai',
    other: 'Kuch aur',
  },
} satisfies Translated<typeof english>;
