import type { sharing as english } from '../en/sharing.ts';
import type { Translated } from '../catalogue.ts';

export const sharing = {
  share: 'Share karein',
  shareThisShow: 'Yeh show share karein',
  link: 'Link',
  sendToAnApp: 'Kisi app par bhejein',
  embedCode: 'Embed code',
  pasteIt: 'Isay apne page mein paste karein, show wahin chalega.',
  playAtOnce: 'Foran chalayein, agar dekhne wale ka browser ijazat de',
  followersOnly: 'Yeh link sirf aap ke followers khol sakte hain. Followers wala show embed nahi ho sakta.',
  copy: 'Copy karein',
  copied: 'Copy ho gaya',
  copyWhat: '{what} copy karein',
  notCopied: 'Browser ne copy nahi karne diya. Text select kar ke khud copy kar lein.',
  loadingTheShow: 'Show load ho raha hai',
  noSuchShow: 'Aisa koi show nahi',
  mayHaveBeenRemoved: 'Shayad isay hata diya gaya hai.',
  forFollowers: 'Yeh show sirf followers ke liye hai',
  openOnVybzz: 'Vybzz par kholein',
  notLoaded: 'Show load nahi ho saka',
  tryAgain: 'Dobara koshish karein',
  play: '{title} chalayein',
  onVybzz: '{name}, Vybzz par',
  playerNotLoaded: 'Player load nahi ho saka',
  reload: 'Dobara load karein',
} satisfies Translated<typeof english>;
