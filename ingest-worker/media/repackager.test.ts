import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createContainerReader } from './container-reader.ts';
import type { ContainerEvent } from './container.ts';
import type { EncoderEvent } from './encoder.ts';
import { ENCODER_AHEAD_MS, ffmpegArgs } from './ffmpeg-args.ts';
import { createFlvReader } from './flv-reader.ts';
import type { FlvTag } from './flv-tag.ts';
import * as mkv from './matroska.testing.ts';
import { rebuild, takeApart, trackWith } from './rebuilt.testing.ts';
import { createTurns } from '../turns.ts';
import { LIMITS } from '../limits.ts';
import { createStartRepackager } from './repackager.ts';

const startRepackager = createStartRepackager(createTurns({ clock: () => performance.now() }));

/** A block of the second track that holds one byte. */
const SOUND_OF_A_BYTE = Buffer.from([0x82, 0, 0, 0x80, 1]);

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

const FIXTURES = new URL('../fixtures/', import.meta.url);
const bytesOf = (name: string): Buffer => readFileSync(new URL(name, FIXTURES));

type Recording = { name: string; bytes: Buffer; init: Extract<ContainerEvent, { type: 'init' }>; boundaries: number[] };
const toRecording = (name: string, bytes: Buffer): Recording => {
  const events = createContainerReader().push(bytes);
  const [init] = events;
  if (init?.type !== 'init') throw new Error(`${name} is not read`);
  const boundaries = events.flatMap((event) => (event.type === 'boundary' ? [event.offset] : []));
  return { name, bytes, init, boundaries };
};
const RECORDINGS = ['h264-aac.mkv', 'h264-aac.mp4'].map((name) => toRecording(name, bytesOf(name)));

/** From the boundary `from` on, as an encoder that is started in the middle gets it. */
const inputOf = ({ bytes, init, boundaries }: Recording, from = 0): Buffer =>
  Buffer.concat([bytes.subarray(0, init.bytes), bytes.subarray(boundaries[from] ?? init.bytes)]);

const throughFfmpeg = ({ init }: Recording, input: Buffer, sound: boolean): FlvTag[] => {
  const args = ffmpegArgs({ facts: init.facts, pipeline: 'copy', sound });
  const { stdout } = spawnSync('ffmpeg', args, { input, stdio: ['pipe', 'pipe', 'ignore', 'pipe'], maxBuffer: 1e9 });
  const tags: FlvTag[] = [];
  createFlvReader((tag) => tags.push(tag), ENCODER_AHEAD_MS).push(stdout);
  return tags;
};

const cutInto = (bytes: Buffer, lengths: readonly number[]): Buffer[] => {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.byteLength; at += pieces.at(-1)?.byteLength ?? 1)
    pieces.push(bytes.subarray(at, at + (lengths[pieces.length % lengths.length] ?? 1)));
  return pieces;
};

/** Everything that is said, once the end of the input has been reached. */
const repackage = (
  { init }: Recording,
  pieces: readonly Buffer[],
  { sound = true, pauseAt = -1 }: { sound?: boolean; pauseAt?: number } = {},
): Promise<EncoderEvent[]> =>
  new Promise((resolve) => {
    const events: EncoderEvent[] = [];
    const encoder = startRepackager({
      facts: init.facts,
      sound,
      onEvent: (event) => {
        events.push(event);
        if (event.type === 'exited') resolve(events);
        if (event.type === 'drained') feed();
        if (event.type === 'tag' && events.length === pauseAt) {
          encoder.pause();
          setImmediate(() => setImmediate(() => encoder.resume()));
        }
      },
    });
    let next = 0;
    const feed = (): void => {
      for (let piece = pieces[next]; piece; piece = pieces[next]) {
        next += 1;
        if (!encoder.write(piece)) return;
      }
      encoder.end();
    };
    feed();
  });
const tagsOf = (events: readonly EncoderEvent[]): FlvTag[] =>
  events.flatMap((event) => (event.type === 'tag' ? [event.tag] : []));
const media = (tags: readonly FlvTag[]): FlvTag[] => tags.filter(({ kind }) => kind !== 'script');

describe('[E14] a repackager gives the tags that FFmpeg’s copy gives', () => {
  const begun = RECORDINGS.flatMap((recording) => recording.boundaries.map((_, from) => ({ recording, from })));

  it.each(begun.map(({ recording, from }) => [`${recording.name} from key frame ${from}`, recording, from] as const))(
    '%s',
    async (_, recording, from) => {
      const input = inputOf(recording, from);
      for (const sound of [true, false]) {
        const events = await repackage(recording, [input], { sound });
        expect(events.at(-1)).toMatchObject({ type: 'exited', clean: true });
        expect(media(tagsOf(events))).toEqual(media(throughFfmpeg(recording, input, sound)));
      }
    },
  );

  it('says of the recording what FFmpeg says, but for who wrote it', async () => {
    const [matroska] = RECORDINGS;
    if (!matroska) throw new Error('no recording');
    const input = inputOf(matroska);
    const [ours] = tagsOf(await repackage(matroska, [input]));
    const [theirs] = throughFfmpeg(matroska, input, true);
    const withoutEncoder = (tag: FlvTag | undefined) =>
      tag?.body.subarray(0, tag.body.indexOf('encoder')).toString('hex');
    expect(withoutEncoder(ours)).toEqual(withoutEncoder(theirs));
  });

  it('the same wherever the bytes are cut, and whenever it has to wait', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...RECORDINGS),
        fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 20 }),
        fc.nat(300),
        async (recording, lengths, pauseAt) => {
          const input = inputOf(recording);
          const whole = tagsOf(await repackage(recording, [input]));
          expect(tagsOf(await repackage(recording, cutInto(input, lengths), { pauseAt }))).toEqual(whole);
        },
      ),
      { numRuns: 40 },
    );
  });
});

/** H.264 and AAC, written anew. */
const rewritten = (alter: (apart: ReturnType<typeof takeApart>) => Buffer): { recording: Recording; input: Buffer } => {
  const bytes = alter(takeApart(bytesOf('h264-aac.mkv')));
  const recording = toRecording('rewritten', bytes);
  return { recording, input: inputOf(recording) };
};

describe('[E14] whatever else lies in a recording', () => {
  it('tracks that are neither picture nor sound change nothing, wherever they stand', async () => {
    const { setUps, media: recorded } = takeApart(bytesOf('h264-aac.mkv'));
    const tracks = [
      trackWith('video', 'V_MPEG4/ISO/AVC', setUps.video),
      trackWith('audio', 'A_AAC', setUps.audio),
    ] as const;
    const { recording } = rewritten(() => rebuild([...tracks], recorded));
    const alone = tagsOf(await repackage(recording, [inputOf(recording)]));
    expect(media(alone).length).toBeGreaterThan(300);
    // Complex, subtitles, buttons, control, metadata.
    const other = fc.record({
      type: fc.constantFrom(3, 0x11, 0x12, 0x20, 0x21),
      setUp: fc.boolean(),
      place: fc.nat(2),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(other, { minLength: 1, maxLength: 4 }), async (others) => {
        const listed: Buffer[] = [...tracks];
        for (const [at, { type, setUp, place }] of others.entries())
          listed.splice(
            place,
            0,
            mkv.element(
              0xae,
              mkv.number(0xd7, 3 + at),
              mkv.number(0x83, type),
              mkv.text(0x86, 'S_TEXT/ASS'),
              ...(setUp ? [mkv.text(0x63a2, '[Script Info]')] : []),
            ),
          );
        const { recording: more, input } = rewritten(() => rebuild(listed, recorded));
        const events = await repackage(more, [input]);
        expect(events.at(-1)).toMatchObject({ clean: true });
        expect(tagsOf(events)).toEqual(alone);
      }),
      { numRuns: 8 },
    );
  });

  it('sound with a header in each frame goes through FFmpeg, which takes them off', async () => {
    const { recording, input } = rewritten(({ setUps, media: recorded }) =>
      rebuild(
        [trackWith('video', 'V_MPEG4/ISO/AVC', setUps.video), trackWith('audio', 'A_AAC', setUps.audio)],
        recorded.map((medium) => (medium.kind === 'audio' ? { ...medium, bytes: withAdts(medium.bytes) } : medium)),
      ),
    );
    expect((await repackage(recording, [input])).at(-1)).toMatchObject({
      unsupported: true,
      detail: 'sound with a header in each frame',
    });
    const sounds = throughFfmpeg(recording, input, true).filter(({ kind, header }) => kind === 'audio' && !header);
    expect(sounds.length).toBeGreaterThan(100);
    expect(sounds.every(({ body }) => body.readUInt16BE(2) >> 4 !== 0xfff)).toBe(true);
  });
});

/** A frame of AAC-LC in stereo of 48 kHz as it stands outside of containers (ISO 13818-7, 6.2). */
const withAdts = (frame: Buffer): Buffer => {
  const bytes = frame.byteLength + 7;
  return Buffer.concat([
    Buffer.from([0xff, 0xf1, 0x4c, 0x80 | (bytes >> 11), (bytes >> 3) & 0xff, ((bytes & 7) << 5) | 0x1f, 0xfc]),
    frame,
  ]);
};

describe('[E14] a repackager', () => {
  const [matroska] = RECORDINGS;
  if (!matroska) throw new Error('no recording');

  it('leaves to FFmpeg what it cannot take apart, and says what that is', async () => {
    const input = inputOf(matroska);
    const reordered = Buffer.from(input);
    const at = reordered.indexOf(Buffer.from('01640c0d', 'hex'));
    reordered[at + 2] = 0;
    expect((await repackage(matroska, [reordered])).at(-1)).toEqual({
      type: 'exited',
      clean: false,
      unsupported: true,
      detail: 'pictures that may be shown in another order',
    });
  });

  it('takes what is written, but asks for patience; and gives no tag while it has to wait', async () => {
    const events: EncoderEvent[] = [];
    const encoder = startRepackager({
      facts: matroska.init.facts,
      sound: true,
      onEvent: (event) => events.push(event),
    });
    encoder.pause();
    expect(encoder.write(inputOf(matroska))).toBe(false);
    await new Promise((later) => setTimeout(later, 20));
    expect(events).toEqual([]);
    encoder.resume();
    await expect.poll(() => events.at(-1)).toEqual({ type: 'drained' });
    encoder.kill();
    encoder.kill();
    await expect.poll(() => events.at(-1)).toEqual({ type: 'exited', clean: false, detail: 'killed' });
    expect(events.filter(({ type }) => type === 'exited')).toHaveLength(1);
  });

  it('[L18] lets all else have its turn once time is up, however small the samples and however many the feeds', async () => {
    const cluster = mkv.cluster(0, ...Array.from({ length: 30_000 }, () => mkv.element(0xa3, SOUND_OF_A_BYTE)));
    let nowMs = 0;
    // Whatever is done takes all the time that there is in a turn.
    const start = createStartRepackager(createTurns({ clock: () => (nowMs += LIMITS.turnMs) }));
    const tagsInATurn: number[] = [0];
    const encoders = Array.from({ length: 5 }, () =>
      start({
        facts: matroska.init.facts,
        sound: true,
        onEvent: ({ type }) => {
          if (type === 'tag') tagsInATurn[tagsInATurn.length - 1]! += 1;
        },
      }),
    );
    // A byte less than is taken apart at a time: the next piece has to wait for its own.
    for (const piece of cutInto(Buffer.concat([inputOf(matroska), cluster]), [8 * 1024 - 1]))
      for (const encoder of encoders) encoder.write(piece);
    while (sum(tagsInATurn) < encoders.length * 25_000) {
      await new Promise(setImmediate);
      tagsInATurn.push(0);
    }
    for (const encoder of encoders) encoder.kill();
    expect(Math.max(...tagsInATurn)).toBeLessThan(1_000);
  });
});

it('[E14] every recording of H.264 and AAC here is repackaged', () => {
  const copied = readdirSync(FIXTURES).filter((name) => /^h264-aac\.\w+$/.test(name));
  expect(RECORDINGS.map(({ name }) => name).sort()).toEqual(copied.sort());
});
