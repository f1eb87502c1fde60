import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { until } from '#stand-ins/until';
import type { Account, PlatformBed } from '../lib/platform-bed.ts';
import { openCapture } from '../shows/capture.ts';
import { createCapturePublisher } from '../shows/publisher.ts';

/** What stands on the platform before the first picture is taken, by id. */
export type World = { recordingId: string; announcedId: string; forFollowersId: string; postId: string };

const CAPTURE = openCapture(fileURLToPath(new URL('../../../ingest-worker/fixtures/h264-aac.mkv', import.meta.url)));
const RECORDED_MS = 8_000;
const READY_MS = 60_000;
const DAY_MS = 24 * 60 * 60_000;

const WALK = `A walk through the old city, from the Delhi Gate to Wazir Khan Mosque. #lahore #walk

Bring water. The first stop is the spice market (https://en.wikipedia.org/wiki/Akbari_Mandi), and @asha joins us at the tea stall near the end.`;
const URDU =
  'آج شام آٹھ بجے براہِ راست: لاہور کی پرانی گلیوں کی سیر، مسالا بازار سے مسجد وزیر خان تک۔ سوال لکھیے، ساتھ ساتھ جواب دوں گا۔ #لاہور';
const LONG = Array.from(
  { length: 9 },
  (_, i) => `Lesson ${i + 1}: hold the needle as lightly as you would hold a bird, and let the thread do the work.`,
).join('\n\n');

/** Asks the API as one of the accounts; throws where it refuses. */
export const askAs =
  ({ call, tokens }: PlatformBed) =>
  async (who: Account, method: string, path: string, body?: unknown) => {
    const answer = await call(method, path, { token: tokens[who], body });
    if (answer.status >= 400) throw new Error(`${method} ${path} as ${who}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
export type AskAs = ReturnType<typeof askAs>;

const CHAT: readonly [Account, string][] = [
  ['chen', 'Hello from Taipei! Is this the market that you told us of last week?'],
  ['bilal', 'السلام علیکم، آواز بالکل صاف آ رہی ہے'],
  ['asha', 'Welcome, both of you. Yes, @chen: we begin at the gate and walk down to the mosque.'],
  ['chen', 'The recipe is at https://vybzz.example/recipes/karahi-the-way-my-grandmother-made-it?from=chat'],
  ['bilal', '😀👏'],
];

/** A show gets a picture of its creator's. */
const pictured = async (ask: AskAs, who: Account, streamId: string): Promise<void> => {
  const cloth = sharp({ create: { width: 1280, height: 720, channels: 3, background: '#f1e7d3' } });
  const leaf = Buffer.from(
    '<svg width="1280" height="720"><path d="M240 620C420 120 860 60 1080 120C1040 460 640 660 240 620Z" fill="#2f5d50"/></svg>',
  );
  const file = new Uint8Array(
    await cloth
      .composite([{ input: leaf }])
      .jpeg()
      .toBuffer(),
  );
  const { id, url, fields } = await ask(who, 'POST', '/posts/uploads', { type: 'image/jpeg', bytes: file.length });
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, String(value));
  form.append('file', new Blob([file]));
  const { status } = await fetch(url, { method: 'POST', body: form });
  if (status !== 201) throw new Error(`the picture was not taken: ${status}`);
  await ask(who, 'PUT', `/stream/${streamId}/thumbnail`, { uploadId: id });
};

/** What the audience of a show writes. */
export const chatIn = async (ask: AskAs, streamId: string): Promise<void> => {
  for (const [i, [who, text]] of CHAT.entries())
    await ask(who, 'POST', `/stream/${streamId}/chat`, { text, clientId: `shots-${who}-${i}` });
};

/** A show of bilal's, by the product's own client: it is over, and its recording can be watched. */
const record = async (bed: PlatformBed, ask: AskAs): Promise<string> => {
  const { stream, ingest } = await ask('bilal', 'POST', '/stream/create', {
    title: 'Old Lahore by night: a walk from the Delhi Gate to Wazir Khan Mosque',
    description: WALK,
    category: 'making',
    language: 'en',
  });
  const { id }: { id: string } = stream;
  const publisher = createCapturePublisher({ capture: CAPTURE, getUrl: async () => ingest.url });
  const view = async () => (await bed.call('GET', `/stream/${id}`)).body;
  publisher.start();
  await until('the show to be recorded is live', async () => (await view()).state === 'live');
  await chatIn(ask, id);
  await delay(RECORDED_MS);
  publisher.stop();
  await publisher.over;
  await until('its recording is ready', async () => (await view()).recording === 'ready', { withinMs: READY_MS });
  return id;
};

/** People who follow each other, what they wrote, what they announced, and a show that is over. */
export const fillWorld = async (bed: PlatformBed): Promise<World> => {
  const ask = askAs(bed);
  await ask('asha', 'PATCH', '/users/me', {
    bio: 'Embroidery, slowly. Live on Fridays. https://asha.example #craft',
    links: [
      { title: 'Patterns to print', url: 'https://www.patterns.example/asha' },
      { title: 'کاری گھر', url: 'https://karigarh.example' },
    ],
  });
  await ask('bilal', 'PATCH', '/users/me', { bio: 'لاہور سے چہل قدمی، کھانا اور کہانیاں۔' });
  for (const [who, whom] of [
    ['chen', 'asha'],
    ['bilal', 'asha'],
    ['asha', 'bilal'],
  ] as const)
    await ask(who, 'PUT', `/users/${whom}/follow`, {});

  const announce = async (who: Account, title: string, inDays: number, more: object = {}): Promise<string> => {
    const scheduledFor = new Date(Date.now() + inDays * DAY_MS).toISOString();
    return (await ask(who, 'POST', '/stream/create', { title, scheduledFor, ...more })).stream.id;
  };
  const announcedId = await announce('asha', 'Chikankari for beginners: the shadow stitch', 2, {
    description: 'We stitch one leaf together. You need thread, a needle and a piece of muslin.',
    category: 'making',
    language: 'en',
  });
  await pictured(ask, 'asha', announcedId);
  await announce('bilal', 'نہاری کی اصل ترکیب', 5, { category: 'making', language: 'ur' });
  const forFollowersId = await announce('bilal', 'Questions and answers, for followers', 7, {
    visibility: 'followers',
  });
  const recordingId = await record(bed, ask);

  await ask('asha', 'POST', '/posts', { text: LONG });
  await ask('bilal', 'POST', '/posts', { text: URDU });
  const { id: postId } = await ask('asha', 'POST', '/posts', {
    text: 'New threads have come: indigo, madder and pomegranate. Which one shall we begin with on Friday, @bilal? #craft #natural_dyes',
  });
  for (const who of ['bilal', 'chen'] as const) await ask(who, 'PUT', `/posts/${postId}/like`);
  await ask('bilal', 'POST', `/posts/${postId}/comments`, { text: 'نیلا! ہمیشہ نیلا۔' });
  await ask('chen', 'POST', `/posts/${postId}/comments`, {
    text: 'Pomegranate, please. I have never seen how that yellow is made, and my students ask about it every year.',
  });
  return { recordingId, announcedId, forFollowersId, postId };
};
