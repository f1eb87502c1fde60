import type { find as english } from '../en/find.ts';
import type { Translated } from '../catalogue.ts';

export const find = {
  search: 'Talash',
  resultsFor: '“{words}” ke nataij',
  whatAreYouLookingFor: 'Aap kya dhoond rahe hain?',
  peopleShowsAndTags: 'Log naam ya @handle se, shows title se, aur #tags.',
  whichResults: 'Kaun se nataij',
  people: 'Log',
  shows: 'Shows',
  tags: 'Tags',
  nothingFound: '“{words}” ke liye kuch nahi mila',
  tryFewerLetters: 'Alfaaz shuru ke huroof se milte hain: kam huroof likhein, ya doosra tab dekhein.',
  searching: 'Talash jaari hai',
  notSearched: 'Talash nahi ho saki',
  nothingTagged: 'Yahan abhi kuch nahi',
  nothingInCategory: 'Is category mein abhi kuch nahi',
  chooseItForAShow: 'Apne kisi show ke liye yeh category chunein, woh yahan nazar aayega.',
  writeTheTag: 'Kisi post mein, ya show ke title ya tafseel mein #{tag} likhein, woh yahan nazar aayega.',
} satisfies Translated<typeof english>;
