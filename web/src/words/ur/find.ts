import type { find as english } from '../en/find.ts';
import type { Translated } from '../catalogue.ts';

export const find = {
  search: 'تلاش',
  resultsFor: '”{words}“ کے نتائج',
  whatAreYouLookingFor: 'آپ کیا ڈھونڈ رہے ہیں؟',
  peopleShowsAndTags: 'لوگ نام یا @ہینڈل سے، شو عنوان سے، اور #ٹیگ۔',
  whichResults: 'کون سے نتائج',
  people: 'لوگ',
  shows: 'شوز',
  tags: 'ٹیگز',
  nothingFound: '”{words}“ کے لیے کچھ نہیں ملا',
  tryFewerLetters: 'الفاظ شروع کے حروف سے ملتے ہیں: کم حروف لکھیں، یا دوسرا ٹیب دیکھیں۔',
  searching: 'تلاش جاری ہے',
  notSearched: 'تلاش نہیں ہو سکی',
  nothingTagged: 'یہاں ابھی کچھ نہیں',
  nothingInCategory: 'اس زمرے میں ابھی کچھ نہیں',
  chooseItForAShow: 'اپنے کسی شو کے لیے یہ زمرہ چنیں، وہ یہاں نظر آئے گا۔',
  writeTheTag: 'کسی پوسٹ میں، یا شو کے عنوان یا تفصیل میں #{tag} لکھیں، وہ یہاں نظر آئے گا۔',
} satisfies Translated<typeof english>;
