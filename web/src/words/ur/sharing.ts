import type { sharing as english } from '../en/sharing.ts';
import type { Translated } from '../catalogue.ts';

export const sharing = {
  share: 'شیئر کریں',
  shareThisShow: 'یہ شو شیئر کریں',
  link: 'لنک',
  sendToAnApp: 'کسی ایپ پر بھیجیں',
  embedCode: 'ایمبیڈ کوڈ',
  pasteIt: 'اسے اپنے صفحے میں پیسٹ کریں، شو وہیں چلے گا۔',
  playAtOnce: 'فوراً چلائیں، اگر دیکھنے والے کا براؤزر اجازت دے',
  followersOnly: 'یہ لنک صرف آپ کے فالوورز کھول سکتے ہیں۔ فالوورز والا شو ایمبیڈ نہیں ہو سکتا۔',
  copy: 'کاپی کریں',
  copied: 'کاپی ہو گیا',
  copyWhat: '{what} کاپی کریں',
  notCopied: 'براؤزر نے کاپی نہیں کرنے دیا۔ متن منتخب کر کے خود کاپی کر لیں۔',
  loadingTheShow: 'شو لوڈ ہو رہا ہے',
  noSuchShow: 'ایسا کوئی شو نہیں',
  mayHaveBeenRemoved: 'شاید اسے ہٹا دیا گیا ہے۔',
  forFollowers: 'یہ شو صرف فالوورز کے لیے ہے',
  openOnVybzz: 'Vybzz پر کھولیں',
  notLoaded: 'شو لوڈ نہیں ہو سکا',
  tryAgain: 'دوبارہ کوشش کریں',
  play: '{title} چلائیں',
  onVybzz: '{name}، Vybzz پر',
  playerNotLoaded: 'پلیئر لوڈ نہیں ہو سکا',
  reload: 'دوبارہ لوڈ کریں',
} satisfies Translated<typeof english>;
