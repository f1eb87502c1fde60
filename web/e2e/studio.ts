import { type APIRequestContext, expect, type Page } from '@playwright/test';

/** The studio with the smallest picture: creator, viewers, encoders and the platform share the two cores of a test. */
export const SMALL_STUDIO = '/studio?picture=landscape-360p30';

/** Said at each wait: a check that runs outside of the test runner has none of its configuration. */
const PATIENT = { timeout: 60_000 };

/**
 * Goes live from the studio page; answers once the show is on the air.
 *
 * @param writingMs how long the title takes to write
 * @param followers for followers alone
 */
export const goLive = async (page: Page, title: string, writingMs = 0, followers = false): Promise<void> => {
  await page.getByRole('button', { name: 'Go Live', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Title').pressSequentially(title, { delay: writingMs / title.length });
  if (followers) {
    await dialog.getByText('More', { exact: true }).click();
    await dialog.getByLabel('Who may watch').selectOption('followers');
  }
  await dialog.getByRole('button', { name: 'Start' }).click();
  await expect(page.getByText('Streaming…')).toBeVisible(PATIENT);
};

/** The id of the show of this title, once it is on the air. */
export const idOnAir = async (request: APIRequestContext, title: string): Promise<string> => {
  const find = async () => {
    const { items } = (await (await request.get('/stream?state=live')).json()) as {
      items: { id: string; title: string }[];
    };
    return items.find((stream) => stream.title === title)?.id;
  };
  await expect.poll(find).toBeDefined();
  return (await find()) ?? '';
};

/** Ends the show; answers once everything was sent, and throws where it was not. */
export const endShow = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'End', exact: true }).click();
  await page.getByRole('button', { name: 'End the show' }).click();
  await expect(page.getByText('Everything was sent.')).toBeVisible(PATIENT);
};

/** Chooses, in the Devices pop-up, the `label` that is not chosen now. */
export const switchDevice = async (page: Page, label: 'Camera' | 'Microphone'): Promise<void> => {
  await page.getByRole('button', { name: 'Devices' }).click();
  const select = page.getByRole('dialog', { name: 'Devices' }).getByLabel(label);
  const chosen = await select.inputValue();
  const values = await select
    .locator('option')
    .evaluateAll((options) => options.map((option) => option.getAttribute('value')));
  const other = values.filter((value) => value !== chosen && value !== 'default').at(-1);
  if (!other) throw new Error(`there is no second ${label.toLowerCase()}`);
  await select.selectOption(other);
  await expect(select).toHaveValue(other);
  await page.keyboard.press('Escape');
};
