import { describe, expect, test } from 'vitest';
import { LIMITS } from '../limits.ts';
import { choosePlan, parseMimeType, parseRung, type Probes, type Trial } from './ladder.ts';

/** A browser whose recorder writes the named types, and which may have WebCodecs. */
const browser = (recorder: Record<string, string>, webcodecs?: Trial) => {
  const tried: string[] = [];
  const probes: Probes = {
    webcodecs: async () => {
      tried.push('webcodecs');
      return webcodecs;
    },
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
    expect(await choosePlan(probes, LIMITS)).toEqual({
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
    const plan = await choosePlan(browser(recorder).probes, LIMITS);
    expect(plan).toMatchObject({ rung, by: 'recorder', media: { container } });
  });

  test('tells the worker what the recorder really writes, not what it was asked for', async () => {
    const only = { 'video/webm;codecs=h264,opus': 'video/x-matroska;codecs=avc1,opus' };
    expect(await choosePlan(browser(only).probes, LIMITS)).toMatchObject({
      mimeType: 'video/webm;codecs=h264,opus',
      media: { container: 'matroska', videoCodec: 'avc1', audioCodec: 'opus' },
    });
  });

  test('prefers Matroska to MP4, which comes a group of pictures at a time', async () => {
    const both = { ...SAFARI, 'video/x-matroska;codecs=avc1,mp4a.40.2': 'video/x-matroska;codecs=avc1,mp4a.40.2' };
    expect(await choosePlan(browser(both).probes, LIMITS)).toMatchObject({
      rung: 'recorder-copy',
      media: { container: 'matroska' },
    });
  });

  test('a forced rung is the only one that is tried', async () => {
    const { probes, tried } = browser(CHROMIUM_ON_LINUX, WEBCODECS);
    expect(await choosePlan(probes, LIMITS, { only: 'recorder-transcode' })).toMatchObject({
      rung: 'recorder-transcode',
    });
    expect(tried).toEqual(['video/webm;codecs=vp8,opus']);
    expect(await choosePlan(browser(FIREFOX).probes, LIMITS, { only: 'recorder-copy' })).toBeUndefined();
  });

  test('a rung that has failed in a show is not climbed again', async () => {
    const { probes, tried } = browser(CHROMIUM_ON_LINUX, WEBCODECS);
    expect(await choosePlan(probes, LIMITS, { without: ['webcodecs'] })).toMatchObject({ rung: 'recorder-copy-video' });
    expect(tried).not.toContain('webcodecs');
  });

  test('a browser that can do nothing of it has no plan', async () => {
    expect(await choosePlan(browser({}).probes, LIMITS)).toBeUndefined();
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
