import type { Translated } from '../catalogue.ts';
import type { reference as english } from '../en/reference.ts';

export const reference: Translated<typeof english> = {
  api: 'Vybzz ki API',
  whatItIs:
    'Jo kuch yeh app karti hai, aap ka program bhi kar sakta hai: HTTPS par JSON, isi pate par. Programs ke liye yehi sab <file>openapi.json</file> mein likha hai.',
  howToSignIn:
    'Jin calls ke liye sign in zaroori hai, un ke header Authorization mein “Bearer”, aik space aur token bhejein.',
  anyCallMayRefuse: 'Kisi bhi call par yeh errors aa sakte hain',
  shapes: 'Data ki qismein',
  openAll: 'Sab kholein',
  closeAll: 'Sab band karein',
  calls: '{count, plural, one {# call} other {# calls}}',
  who: 'Kis ke liye',
  anyone: 'Sab ke liye',
  signedIn: 'Jo sign in ho',
  mux: 'Sirf Mux, apne dastakhat ke saath',
  query: 'Query',
  body: 'Body',
  answer: 'Jawab',
  withoutABody: '{status}, body ke baghair',
  refusals: 'Is call ke apne errors',
  couldNotBeLoaded: 'API ki tafseel load nahi ho saki',
  loading: 'API ki tafseel load ho rahi hai',
};
