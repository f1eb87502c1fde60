import type { reporting as english } from '../en/reporting.ts';
import type { Translated } from '../catalogue.ts';

export const reporting = {
  report: 'رپورٹ کریں',
  title: {
    message: 'اس پیغام کی رپورٹ کریں',
    person: 'اس شخص کی رپورٹ کریں',
    post: 'اس پوسٹ کی رپورٹ کریں',
    comment: 'اس تبصرے کی رپورٹ کریں',
    show: 'اس شو کی رپورٹ کریں',
  },
  theyAreNotTold: 'Vybzz کے ماڈریٹرز اسے دیکھیں گے۔ آپ کی رپورٹ کا کسی اور کو پتہ نہیں چلے گا۔',
  whatIsWrong: 'مسئلہ کیا ہے؟',
  chooseAReason: 'بتائیں کہ مسئلہ کیا ہے۔',
  moreWords: 'کچھ اور کہنا ہے؟ (اختیاری)',
  cancel: 'رہنے دیں',
  thankYou: 'رپورٹ ہو گئی۔ شکریہ۔',
  reason: {
    spam: 'اسپیم یا دھوکا',
    harassment: 'ہراسانی یا تنگ کرنا',
    hate: 'نفرت',
    violence: 'تشدد یا دھمکی',
    sexual: 'عریانی یا جنسی مواد',
    'self-harm': 'خودکشی یا خود کو نقصان',
    impersonation: 'کوئی خود کو کوئی اور ظاہر کر رہا ہے',
    other: 'کچھ اور',
  },
} satisfies Translated<typeof english>;
