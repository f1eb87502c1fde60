import type { Translated } from '../catalogue.ts';
import type { reference as english } from '../en/reference.ts';

export const reference: Translated<typeof english> = {
  api: 'Vybzz کی API',
  whatItIs:
    'جو کچھ یہ ایپ کرتی ہے، آپ کا پروگرام بھی کر سکتا ہے: HTTPS پر JSON، اسی پتے پر۔ پروگراموں کے لیے یہی سب <file>openapi.json</file> میں لکھا ہے۔',
  howToSignIn: 'جن کالز کے لیے سائن اِن ضروری ہے، اُن کے ہیڈر Authorization میں ”Bearer“، ایک خالی جگہ اور ٹوکن بھیجیں۔',
  anyCallMayRefuse: 'کسی بھی کال پر یہ ایرر آ سکتے ہیں',
  shapes: 'ڈیٹا کی قسمیں',
  openAll: 'سب کھولیں',
  closeAll: 'سب بند کریں',
  calls: '{count, plural, one {# کال} other {# کالز}}',
  who: 'کس کے لیے',
  anyone: 'سب کے لیے',
  signedIn: 'جو سائن اِن ہو',
  mux: 'صرف Mux، اپنے دستخط کے ساتھ',
  query: 'کوئری',
  body: 'باڈی',
  answer: 'جواب',
  withoutABody: '{status}، باڈی کے بغیر',
  refusals: 'اِس کال کے اپنے ایرر',
  couldNotBeLoaded: 'API کی تفصیل لوڈ نہیں ہو سکی',
  loading: 'API کی تفصیل لوڈ ہو رہی ہے',
};
