import { expect as expectIn, type Page } from '@playwright/test';
import type { Account } from '../lib/platform-bed.ts';
import type { Catalogue } from '../../../web/src/words/catalogue.ts';
import type { AskAs, World } from './world.ts';

/** When a state can be seen: before any show, while one is on the air, while it is broken off, after it, in an upright one. */
export const STAGES = ['before', 'live', 'break', 'after', 'upright'] as const;
export type Stage = (typeof STAGES)[number];

export type Scene = {
  page: Page;
  words: Catalogue;
  world: World;
  /** The show of the stage. */
  showId: string;
  ask: AskAs;
  /** Opens an address of the platform, in the language of the scene. */
  go: (path: string) => Promise<void>;
  /** The page of somebody else who is needed for it. */
  pageOf: (who: State['who']) => Promise<Page>;
};

export type State = {
  name: string;
  shows: string;
  stage: Stage;
  /** Whose eyes see it; a stranger has not signed in. */
  who: Account | 'stranger';
  open: (scene: Scene) => Promise<unknown>;
  /** It stands on the page that sends the show, which is never left; else `open` goes where it is. */
  stays?: true;
  /** Puts back what it changed on the platform. */
  close?: (scene: Scene) => Promise<unknown>;
  /** Only what the window shows is pictured, as of a dialog. @default false: the whole page */
  inWindow?: true;
  /** The platform refuses something on purpose, and the browser notes that by itself. */
  refuses?: true;
};

/** The machine may have much else to do. */
const expect = expectIn.configure({ timeout: 20_000 });
/** `HTMLMediaElement.HAVE_CURRENT_DATA` */
const HAVE_CURRENT_DATA = 2;

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first();
const dialog = (page: Page) => page.getByRole('dialog').last();
const at =
  (path: (scene: Scene) => string): State['open'] =>
  (scene) =>
    scene.go(path(scene));
/** The player has a picture. */
const playing = async (page: Page): Promise<void> => {
  const state = () =>
    page.getByTestId('player').evaluate((video) => (video instanceof HTMLVideoElement ? video.readyState : 0));
  await expect.poll(state, { timeout: 30_000 }).toBeGreaterThanOrEqual(HAVE_CURRENT_DATA);
};

/** A link for guests of the show, made in its studio; the one before leads nowhere any more. */
const inviteGuest = async ({ pageOf }: Scene): Promise<string> => {
  const studio = await pageOf('asha');
  const link = studio.locator('.guests .copied__text');
  const before = (await link.count()) > 0 ? await link.inputValue() : '';
  await studio.locator('.guests__header button').first().click();
  await expect.poll(async () => ((await link.count()) > 0 ? link.inputValue() : before)).not.toBe(before);
  return link.inputValue();
};

/** Somebody has come by a link, and waits to be let in. */
const guestWaits = async (scene: Scene): Promise<void> => {
  const link = await inviteGuest(scene);
  const page = await scene.pageOf('stranger');
  await page.goto(link);
  await page.locator('.guest-page input').fill('Zoya Ahmed');
  await page.locator('.guest-page button[type=submit]').click();
  await expect(page.locator('.guest-page__state .badge')).toBeVisible();
  await expect((await scene.pageOf('asha')).locator('.guests__one')).toBeVisible();
};

/** A guest is seen and heard in the show. */
const guestOnAir = async (scene: Scene): Promise<void> => {
  await guestWaits(scene);
  await (await scene.pageOf('asha')).locator('.guests__one .button--primary').click();
  await expect((await scene.pageOf('stranger')).locator('.guest-page__state .badge--live')).toBeVisible();
};

/** The guest goes, and nothing is kept for them. */
const guestGoes = async ({ pageOf }: Scene): Promise<void> => {
  const page = await pageOf('stranger');
  const leave = page.locator('.guest-page__acts .button--danger');
  if (await leave.isVisible()) await leave.click();
  await expect((await pageOf('asha')).locator('.guests__one')).toHaveCount(0);
  await page.evaluate(() => sessionStorage.clear());
};

/** On the guest's own page, which is loaded anew in the language of the scene: it goes on where it was. */
const asGuest =
  (open: (scene: Scene) => Promise<void>): State['open'] =>
  async (scene) => {
    await open(scene);
    const { pathname, hash } = new URL(scene.page.url());
    await scene.go('/');
    await scene.go(`${pathname}${hash}`);
    await expect(scene.page.locator('.guest-page__state .badge')).toBeVisible();
  };

const openGoLive = async ({ page, words, go }: Scene): Promise<void> => {
  await go('/studio');
  await button(page, words.studio.goLive).click();
  await expect(dialog(page).locator('video, canvas').first()).toBeVisible({ timeout: 20_000 });
  // the trial of the encoder and the network is over once there is a number in its outcome, or a warning instead
  const outcome = dialog(page).locator('.picture-fields__outcome', { hasText: /\p{Nd}/u });
  await expect(outcome.or(dialog(page).locator('.go-live__fields .broadcast-notice')).first()).toBeAttached({
    timeout: 30_000,
  });
};

export const STATES: readonly State[] = [
  { name: 'home', shows: 'Home, signed out, nobody live', stage: 'before', who: 'stranger', open: at(() => '/') },
  {
    name: 'language-menu',
    shows: 'The choice of languages, signed out',
    stage: 'before',
    who: 'stranger',
    inWindow: true,
    open: async ({ page, words, go }) => {
      await go('/');
      await button(page, words.ui.language).click();
    },
  },
  {
    name: 'sign-in',
    shows: 'The page of the issuer',
    stage: 'before',
    who: 'stranger',
    open: async ({ page, words, go }) => {
      await go('/');
      await button(page, words.people.signIn).click();
      await expect(page.getByRole('button', { name: /asha/i })).toBeVisible();
    },
  },
  {
    name: 'watch-recording',
    shows: 'A recording with its chat',
    stage: 'before',
    who: 'stranger',
    open: async (scene) => {
      await scene.go(`/watch/${scene.world.recordingId}`);
      await playing(scene.page);
    },
  },
  {
    name: 'watch-announced',
    shows: 'A show that is announced',
    stage: 'before',
    who: 'stranger',
    open: at(({ world }) => `/watch/${world.announcedId}`),
  },
  {
    name: 'watch-stranger',
    shows: 'A show for followers, to a stranger',
    stage: 'before',
    who: 'stranger',
    refuses: true,
    open: at(({ world }) => `/watch/${world.forFollowersId}`),
  },
  {
    name: 'embed',
    shows: 'The player inside another page',
    stage: 'before',
    who: 'stranger',
    inWindow: true,
    open: at(({ world }) => `/embed/${world.recordingId}`),
  },
  {
    name: 'studio-gate',
    shows: 'The studio, signed out',
    stage: 'before',
    who: 'stranger',
    open: at(() => '/studio'),
  },
  {
    name: 'profile',
    shows: 'A person, their shows',
    stage: 'before',
    who: 'stranger',
    open: at(() => '/@bilal'),
  },
  {
    name: 'post',
    shows: 'A post, signed out',
    stage: 'before',
    who: 'stranger',
    open: at(({ world }) => `/post/${world.postId}`),
  },
  {
    name: 'find',
    shows: 'People, shows and tags that were searched for',
    stage: 'before',
    who: 'stranger',
    open: at(() => '/find?q=a'),
  },
  {
    name: 'category',
    shows: 'Shows of a category',
    stage: 'before',
    who: 'stranger',
    open: at(() => '/category/making'),
  },
  { name: 'tag', shows: 'What has a #tag', stage: 'before', who: 'stranger', open: at(() => '/tag/craft') },
  { name: 'api', shows: 'The API, to be read', stage: 'before', who: 'stranger', open: at(() => '/api') },
  {
    name: 'not-found',
    shows: 'An address that is none',
    stage: 'before',
    who: 'stranger',
    refuses: true,
    open: at(() => '/nowhere'),
  },
  { name: 'home-signed-in', shows: 'Home, signed in', stage: 'before', who: 'chen', open: at(() => '/') },
  {
    name: 'account-menu',
    shows: 'The menu of the account',
    stage: 'before',
    who: 'chen',
    inWindow: true,
    open: async ({ page, go }) => {
      await go('/');
      await page.locator('.account-corner').click();
    },
  },
  {
    name: 'post-signed-in',
    shows: 'A post with its comments',
    stage: 'before',
    who: 'chen',
    open: at(({ world }) => `/post/${world.postId}`),
  },
  {
    name: 'profile-posts',
    shows: 'A person, their posts',
    stage: 'before',
    who: 'chen',
    open: async ({ page, words, go }) => {
      await go('/@asha');
      // where there is room they stand beside the shows, and behind a tab where there is none
      await page.setViewportSize({ width: 390, height: 844 });
      await page.getByRole('tab', { name: words.app.posts }).click();
    },
  },
  {
    name: 'people-dialog',
    shows: 'Who follows a person',
    stage: 'before',
    who: 'chen',
    inWindow: true,
    open: async ({ page, go }) => {
      await go('/@asha');
      await page.locator('.profile__count').first().click();
      await expect(dialog(page).getByRole('link').first()).toBeVisible();
    },
  },
  {
    name: 'watch-refused',
    shows: 'A show for followers, to who does not follow',
    stage: 'before',
    who: 'chen',
    refuses: true,
    open: at(({ world }) => `/watch/${world.forFollowersId}`),
  },
  {
    name: 'become-creator',
    shows: 'The studio of who is no creator yet',
    stage: 'before',
    who: 'chen',
    open: at(() => '/studio'),
  },
  {
    name: 'report-dialog',
    shows: 'What is wrong with a person, asked before it is reported',
    stage: 'before',
    who: 'chen',
    inWindow: true,
    open: async ({ page, words, go }) => {
      await go('/@asha');
      await page.locator('.profile__actions .icon-button').last().click();
      await page.getByRole('menuitem', { name: words.people.report }).click();
      await expect(dialog(page).getByRole('radio').first()).toBeVisible();
    },
  },
  {
    name: 'moderation',
    shows: 'What people have reported, to a moderator of the platform',
    stage: 'before',
    who: 'mona',
    open: async ({ ask, go, page, world }) => {
      const about = { kind: 'post', postId: world.postId };
      await ask('chen', 'POST', '/reports', { about, reason: 'spam', words: 'The same every week.' });
      await ask('bilal', 'POST', '/reports', { about: { kind: 'person', handle: 'asha' }, reason: 'other' });
      await go('/moderation');
      await expect(page.locator('.reported').first()).toBeVisible();
    },
  },
  {
    name: 'moderation-log',
    shows: 'What moderators of the platform have done',
    stage: 'before',
    who: 'mona',
    open: async ({ ask, go, page, words }) => {
      await ask('chen', 'POST', '/reports', { about: { kind: 'person', handle: 'bilal' }, reason: 'other' });
      await go('/moderation');
      await expect(page.locator('.reported, .empty-state').first()).toBeVisible();
      // what has been dismissed in one language is not asked about again in the next
      const reported = page.locator('.reported').first();
      if (await reported.isVisible()) await reported.getByRole('button', { name: words.moderation.dismiss }).click();
      await page.getByRole('tab', { name: words.moderation.log }).click();
      await expect(page.locator('.reports__acts li').first()).toBeVisible();
    },
  },
  {
    name: 'settings',
    shows: 'The settings, with a person who is blocked',
    stage: 'before',
    who: 'chen',
    open: async ({ ask, go, page, words }) => {
      await ask('chen', 'PUT', '/users/bilal/block');
      await go('/settings');
      await expect(page.getByText(words.people.unblock).first()).toBeVisible();
    },
    close: ({ ask }) => ask('chen', 'DELETE', '/users/bilal/block'),
  },
  {
    name: 'studio',
    shows: 'The studio before a show',
    stage: 'before',
    who: 'asha',
    open: at(() => '/studio'),
  },
  {
    name: 'schedule-dialog',
    shows: 'A show is announced',
    stage: 'before',
    who: 'asha',
    inWindow: true,
    open: async ({ page, words, go }) => {
      await go('/studio');
      await button(page, words.studio.schedule).click();
    },
  },
  {
    name: 'encoder-dialog',
    shows: 'A show that an encoder is to feed',
    stage: 'before',
    who: 'asha',
    inWindow: true,
    open: async ({ page, words, go }) => {
      await go('/studio');
      await button(page, words.studio.useAnEncoder).click();
    },
  },
  {
    name: 'encoder-waiting',
    shows: 'It waits for the encoder, with a key that is shown this once',
    stage: 'before',
    who: 'asha',
    open: async ({ ask, page, words, go }) => {
      await ask('asha', 'POST', '/stream/create', { title: 'Evening stitches, from OBS', source: 'encoder' });
      await go('/studio');
      const make = button(page, words.studio.showTheKey).or(button(page, words.studio.makeANewKey));
      await make.first().click();
      const sure = page.getByRole('alertdialog').getByRole('button', { name: words.studio.makeANewKey, exact: true });
      const key = page.getByLabel(words.studio.streamKey, { exact: true });
      await expect(sure.or(key).first()).toBeVisible();
      if (await sure.isVisible()) await sure.click();
      await expect(key).toBeVisible();
    },
    close: async ({ ask }) => {
      const { items } = await ask('asha', 'GET', '/stream/mine');
      const waiting = items.find((item: { state: string }) => item.state === 'connecting');
      if (waiting) await ask('asha', 'POST', `/stream/${waiting.id}/end`);
    },
  },
  {
    name: 'trim-dialog',
    shows: 'Beginning and end of a recording are cut off',
    stage: 'before',
    who: 'bilal',
    inWindow: true,
    open: async ({ world, page, words, go }) => {
      await go(`/studio/${world.recordingId}`);
      await button(page, words.studio.trim).click();
      await expect(dialog(page).getByLabel(words.studio.newEnd).first()).toBeVisible();
    },
  },
  {
    name: 'go-live-dialog',
    shows: 'Before a show: how one looks and sounds',
    stage: 'before',
    who: 'asha',
    inWindow: true,
    open: openGoLive,
  },
  {
    name: 'go-live-fields',
    shows: 'The same further down: thumbnail, description, category, language, who may watch, and the test switch',
    stage: 'before',
    who: 'asha',
    inWindow: true,
    open: async (scene) => {
      await openGoLive(scene);
      await dialog(scene.page).locator('summary').click();
      await dialog(scene.page).locator('details').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'go-live-upright',
    shows: 'Before an upright show',
    stage: 'before',
    who: 'asha',
    inWindow: true,
    open: async (scene) => {
      await openGoLive(scene);
      const shape = dialog(scene.page).locator('.picture-fields select').first();
      await shape.selectOption('upright');
      await expect(shape).toBeEnabled();
    },
    close: ({ page }) => page.evaluate(() => localStorage.removeItem('vybzz.picture')),
  },
  {
    name: 'sound-dialog',
    shows: 'The mixing desk',
    stage: 'before',
    who: 'asha',
    inWindow: true,
    open: async (scene) => {
      await openGoLive(scene);
      const { page, words } = scene;
      await dialog(page).getByRole('button', { name: words.broadcast.sound, exact: true }).click();
      await expect(page.getByRole('dialog').last().getByRole('slider').first()).toBeVisible();
    },
  },

  {
    name: 'studio-live',
    shows: 'The studio on the air',
    stage: 'live',
    who: 'asha',
    stays: true,
    open: ({ page }) => expect(page.locator('.scenes__tile canvas').first()).toBeVisible(),
  },
  {
    name: 'devices',
    shows: 'The choice of devices',
    stage: 'live',
    who: 'asha',
    stays: true,
    inWindow: true,
    open: ({ page, words }) => button(page, words.broadcast.devices).click(),
  },
  {
    name: 'scenes-dialog',
    shows: 'Scenes are made and changed',
    stage: 'live',
    who: 'asha',
    stays: true,
    inWindow: true,
    open: async ({ page }) => {
      await page.locator('.scenes__header button').click();
      await expect(dialog(page).locator('canvas').first()).toBeVisible();
    },
  },
  {
    name: 'edit-show-dialog',
    shows: 'A show on the air is given other words',
    stage: 'live',
    who: 'asha',
    stays: true,
    inWindow: true,
    open: ({ page, words }) => page.locator('.show-panel').getByRole('button', { name: words.studio.edit }).click(),
  },
  {
    name: 'share-dialog',
    shows: 'The link of a show and the code of its player',
    stage: 'live',
    who: 'asha',
    stays: true,
    inWindow: true,
    open: ({ page, words }) => button(page, words.sharing.share).click(),
  },
  {
    name: 'end-dialog',
    shows: 'The question before the end',
    stage: 'live',
    who: 'asha',
    stays: true,
    inWindow: true,
    open: ({ page, words }) => button(page, words.broadcast.end).click(),
  },
  {
    name: 'guest-before',
    shows: 'Who comes by a link for guests sees themselves, and is asked for a name',
    stage: 'live',
    who: 'stranger',
    open: async (scene) => {
      const { pathname, hash } = new URL(await inviteGuest(scene));
      await scene.go(`${pathname}${hash}`);
      await expect(scene.page.locator('.guest-page video')).toBeVisible();
    },
  },
  {
    name: 'guest-waiting',
    shows: 'A guest waits to be let in',
    stage: 'live',
    who: 'stranger',
    open: asGuest(guestWaits),
    close: guestGoes,
  },
  {
    name: 'guest-on-air',
    shows: 'A guest on the air',
    stage: 'live',
    who: 'stranger',
    open: asGuest(guestOnAir),
    close: guestGoes,
  },
  {
    name: 'guest-removed',
    shows: 'A guest whom the creator has sent away',
    stage: 'live',
    who: 'stranger',
    open: async (scene) => {
      await guestWaits(scene);
      await (await scene.pageOf('asha')).locator('.guests__one .button').last().click();
      await expect(scene.page.locator('.guest-page__state')).toHaveCount(0);
      const { pathname, hash } = new URL(scene.page.url());
      await scene.go('/');
      await scene.go(`${pathname}${hash}`);
      await expect(scene.page.locator('.guest-page__state, .guest-page form')).toHaveCount(0);
    },
    close: guestGoes,
  },
  {
    name: 'guest-link-gone',
    shows: 'A link for guests that leads nowhere any more',
    stage: 'live',
    who: 'stranger',
    refuses: true,
    open: async ({ page, go }) => {
      await go(`/guest#${'A'.repeat(32)}`);
      await page.locator('.guest-page input').fill('Zoya Ahmed');
      await page.locator('.guest-page button[type=submit]').click();
      await expect(page.locator('.guest-page form')).toHaveCount(0);
    },
  },
  {
    name: 'studio-guest-waits',
    shows: 'The studio while somebody waits to be let in',
    stage: 'live',
    who: 'asha',
    stays: true,
    open: guestWaits,
    close: guestGoes,
  },
  {
    name: 'studio-guest',
    shows: 'The studio with a guest on the air',
    stage: 'live',
    who: 'asha',
    stays: true,
    open: guestOnAir,
    close: guestGoes,
  },
  {
    name: 'home-live',
    shows: 'Home while somebody is live, signed out',
    stage: 'live',
    who: 'stranger',
    open: at(() => '/'),
  },
  {
    name: 'watch-live',
    shows: 'A live show, signed out',
    stage: 'live',
    who: 'stranger',
    open: async ({ page, go, showId }) => {
      await go(`/watch/${showId}`);
      await playing(page);
    },
  },
  {
    name: 'embed-live',
    shows: 'A live show inside another page',
    stage: 'live',
    who: 'stranger',
    inWindow: true,
    open: async ({ page, go, showId }) => {
      await go(`/embed/${showId}?autoplay=1`);
      await playing(page);
    },
  },
  {
    name: 'followed-live',
    shows: 'Home while somebody whom one follows is live, and the mark in the header',
    stage: 'live',
    who: 'chen',
    open: async ({ page, go }) => {
      await go('/');
      await page.locator('button.followed-live').click();
    },
  },
  {
    name: 'watch-live-signed-in',
    shows: 'A live show of somebody whom one follows, signed in',
    stage: 'live',
    who: 'chen',
    open: async ({ page, go, showId }) => {
      await go(`/watch/${showId}`);
      await playing(page);
    },
  },
  {
    name: 'chat-window',
    shows: 'The chat in a window of its own',
    stage: 'live',
    who: 'chen',
    inWindow: true,
    open: at(({ showId }) => `/chat/${showId}`),
  },
  {
    name: 'chat-window-large',
    shows: 'The same in large type, to be read from afar',
    stage: 'live',
    who: 'chen',
    inWindow: true,
    open: async ({ page, words, go, showId }) => {
      await go(`/chat/${showId}`);
      await button(page, words.audience.largerType).click();
      await expect(page.locator('.chat--large .chat__message').first()).toBeVisible();
    },
    close: ({ page, words }) => button(page, words.audience.smallerType).click(),
  },

  {
    name: 'watch-break',
    shows: 'A show that is broken off',
    stage: 'break',
    who: 'stranger',
    open: at(({ showId }) => `/watch/${showId}`),
  },
  {
    name: 'studio-break',
    shows: 'The studio without a network',
    stage: 'break',
    who: 'asha',
    stays: true,
    refuses: true,
    open: async () => {},
  },

  {
    name: 'studio-ended',
    shows: 'The studio when the show has ended',
    stage: 'after',
    who: 'asha',
    stays: true,
    open: async () => {},
  },
  {
    name: 'show-page',
    shows: 'How a show went',
    stage: 'after',
    who: 'asha',
    open: at(({ showId }) => `/studio/${showId}`),
  },
  {
    name: 'delete-dialog',
    shows: 'The question before a recording is deleted',
    stage: 'after',
    who: 'asha',
    inWindow: true,
    open: async ({ page, words, go, showId }) => {
      await go(`/studio/${showId}`);
      await button(page, words.studio.deleteTheRecording).click();
    },
  },

  {
    name: 'studio-upright',
    shows: 'The studio on the air, upright',
    stage: 'upright',
    who: 'bilal',
    stays: true,
    open: ({ page }) => expect(page.locator('.scenes__tile canvas').first()).toBeVisible(),
  },
  {
    name: 'watch-upright',
    shows: 'An upright show',
    stage: 'upright',
    who: 'stranger',
    open: async ({ page, go, showId }) => {
      await go(`/watch/${showId}`);
      await playing(page);
    },
  },
  {
    name: 'home-upright',
    shows: 'Home while an upright show is live',
    stage: 'upright',
    who: 'chen',
    open: at(() => '/'),
  },
];
