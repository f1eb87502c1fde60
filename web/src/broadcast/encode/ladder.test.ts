import { describe, expect, test } from 'vitest';
import { LIMITS } from '../limits.ts';
import { candidatesOf, pictureLimits, type Quality } from '../picture/format.ts';
import { choosePlan, parseMimeType, parseRung, type Probes, type Trial } from './ladder.ts';

const limitsOf = (text: Quality) => candidatesOf({ shape: 'landscape', quality: text }).map(pictureLimits);
const USUAL = limitsOf('720p30');

/**
 * A browser whose recorder writes the named types, and which may have WebCodecs.
 *
 * @param holds pixels that its encoder makes in a second
 */
const browser = (
  recorder: Record<string, string>,
  webcodecs?: Trial,
  { holds = Infinity, uplinkKbps }: { holds?: number; uplinkKbps?: number } = {},
) => {
  const tried: string[] = [];
  const probes: Probes = {
    webcodecs: async ({ width, height, frameRate }) => {
      tried.push('webcodecs');
      const pixelsASecond = width * height * frameRate;
      return webcodecs && { ...webcodecs, picturesASecond: (frameRate * holds) / pixelsASecond };
    },
    uplinkKbps: async () => uplinkKbps,
    recorder: async (mimeType) => {
      tried.push(mimeType);
      const actual = recorder[mimeType];
      return actual === undefined ? undefined : parseMimeType(actual);
    },
  };
  return { probes, tried };
};

const WEBCODECS: Trial = { container: 'matroska', videoCodec: 'avc1.4d401f', audioCodec: 'mp4a.40.2' };
const CHROMIUM_ON_LINUX = {
  'video/x-matroska;codecs=avc1,opus': 'video/x-matroska;codecs=avc1,opus',
  'video/webm;codecs=h264,opus': 'video/x-matroska;codecs=avc1,opus',
  'video/webm;codecs=vp8,opus': 'video/webm;codecs=vp8,opus',
};
const SAFARI = { 'video/mp4;codecs=avc1.4D401F,mp4a.40.2': 'video/mp4; codecs="avc1.4D401F, mp4a.40.2"' };
const FIREFOX = { 'video/webm;codecs=vp8,opus': 'video/webm; codecs="vp8, opus"' };

describe('the ladder', () => {
  test('is climbed no further than the first rung that works', async () => {
    const { probes, tried } = browser(CHROMIUM_ON_LINUX, WEBCODECS);
    expect(await choosePlan(probes, USUAL, LIMITS)).toEqual({
      rung: 'webcodecs',
      by: 'webcodecs',
      videoCodec: 'avc1.4d401f',
      media: { ...WEBCODECS, width: 1280, height: 720, frameRate: 30, videoKbps: 2_500, audioKbps: 128 },
    });
    expect(tried).toEqual(['webcodecs']);
  });

  test.each([
    ['Chromium without WebCodecs', CHROMIUM_ON_LINUX, 'recorder-copy-video', 'matroska'],
    ['Safari without WebCodecs', SAFARI, 'recorder-copy', 'mp4'],
    ['Firefox without WebCodecs', FIREFOX, 'recorder-transcode', 'webm'],
  ])('%s', async (_, recorder, rung, container) => {
    const plan = await choosePlan(browser(recorder).probes, USUAL, LIMITS);
    expect(plan).toMatchObject({ rung, by: 'recorder', media: { container } });
  });

  test('tells the worker what the recorder really writes, not what it was asked for', async () => {
    const only = { 'video/webm;codecs=h264,opus': 'video/x-matroska;codecs=avc1,opus' };
    expect(await choosePlan(browser(only).probes, USUAL, LIMITS)).toMatchObject({
      mimeType: 'video/webm;codecs=h264,opus',
      media: { container: 'matroska', videoCodec: 'avc1', audioCodec: 'opus' },
    });
  });

  test('prefers Matroska to MP4, which comes a group of pictures at a time', async () => {
    const both = { ...SAFARI, 'video/x-matroska;codecs=avc1,mp4a.40.2': 'video/x-matroska;codecs=avc1,mp4a.40.2' };
    expect(await choosePlan(browser(both).probes, USUAL, LIMITS)).toMatchObject({
      rung: 'recorder-copy',
      media: { container: 'matroska' },
    });
  });

  test('a forced rung is the only one that is tried', async () => {
    const { probes, tried } = browser(CHROMIUM_ON_LINUX, WEBCODECS);
    expect(await choosePlan(probes, USUAL, LIMITS, { only: 'recorder-transcode' })).toMatchObject({
      rung: 'recorder-transcode',
    });
    expect(tried).toEqual(['video/webm;codecs=vp8,opus']);
    expect(await choosePlan(browser(FIREFOX).probes, USUAL, LIMITS, { only: 'recorder-copy' })).toBeUndefined();
  });

  test('a rung that has failed in a show is not climbed again', async () => {
    const { probes, tried } = browser(CHROMIUM_ON_LINUX, WEBCODECS);
    expect(await choosePlan(probes, USUAL, LIMITS, { without: ['webcodecs'] })).toMatchObject({
      rung: 'recorder-copy-video',
    });
    expect(tried).not.toContain('webcodecs');
  });

  test('a picture that the encoder would not keep up with comes down, one size at a time', async () => {
    const { probes, tried } = browser({}, WEBCODECS, { holds: 1280 * 720 * 60 });
    expect(await choosePlan(probes, limitsOf('1080p30'), LIMITS)).toMatchObject({
      media: { width: 1280, height: 720, frameRate: 30, videoKbps: 2_500 },
      because: 'encoder',
    });
    expect(tried).toHaveLength(2);
  });

  test('…and one that the network would not carry is not even tried', async () => {
    const { probes, tried } = browser({}, WEBCODECS, { uplinkKbps: 2_200 });
    expect(await choosePlan(probes, limitsOf('1080p30'), LIMITS)).toMatchObject({
      media: { width: 960, height: 540 },
      because: 'uplink',
    });
    expect(tried).toHaveLength(1);
  });

  test('a machine that holds none of them has the least', async () => {
    const { probes } = browser({}, WEBCODECS, { holds: 1 });
    expect(await choosePlan(probes, USUAL, LIMITS)).toMatchObject({ media: { width: 640, height: 360 } });
  });

  test('a recorder, whose pace cannot be tried, has no more than 720p at 30 a second', async () => {
    const plan = await choosePlan(browser(FIREFOX).probes, limitsOf('1080p60'), LIMITS);
    expect(plan).toMatchObject({ media: { width: 1280, height: 720, frameRate: 30 }, because: 'recorder' });
  });

  test('a browser that can do nothing of it has no plan', async () => {
    expect(await choosePlan(browser({}).probes, USUAL, LIMITS)).toBeUndefined();
  });
});

test('a rung is named by its word or its number', () => {
  expect(['1', '2', '3', '4'].map(parseRung)).toEqual([
    'webcodecs',
    'recorder-copy',
    'recorder-copy-video',
    'recorder-transcode',
  ]);
  expect(parseRung('recorder-copy')).toBe('recorder-copy');
  expect([parseRung('5'), parseRung(''), parseRung(null)]).toEqual([undefined, undefined, undefined]);
});

test('a MIME type without codecs, or of another container, says nothing', () => {
  expect(parseMimeType('video/webm')).toBeUndefined();
  expect(parseMimeType('video/quicktime;codecs=avc1,mp4a')).toBeUndefined();
  expect(parseMimeType('video/mp4;codecs=avc1')).toBeUndefined();
});
