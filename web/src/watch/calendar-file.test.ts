import { describe, expect, it } from 'vitest';
import { calendarFile } from './calendar-file.ts';

const show = { id: 'str_1', title: 'Night; owls, and \\ more', scheduledFor: '2026-12-01T18:00:00.000Z' };
const around = {
  url: 'https://vybzz.test/watch/str_1',
  now: new Date('2026-11-22T20:00:00.123Z'),
  note: 'Live, at last',
};
const unfolded = (file: string) => file.replaceAll('\r\n ', '').split('\r\n');

describe('a show for one’s calendar', () => {
  it('stands at its time in UTC, under its own name and address', () => {
    expect(unfolded(calendarFile(show, around))).toEqual(
      expect.arrayContaining([
        'UID:str_1@vybzz.test',
        'DTSTAMP:20261122T200000Z',
        'DTSTART:20261201T180000Z',
        'DTEND:20261201T190000Z',
        String.raw`SUMMARY:Night\; owls\, and \\ more`,
        String.raw`DESCRIPTION:Live\, at last`,
        'URL:https://vybzz.test/watch/str_1',
      ]),
    );
  });

  it('keeps a title of many lines and bytes within what a line may hold, and whole', () => {
    const title = `${'夜'.repeat(70)}\n${'🦉'.repeat(30)}`;
    const file = calendarFile({ ...show, title }, around);
    for (const line of file.split('\r\n')) expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
    expect(unfolded(file)).toContain(`SUMMARY:${title.replace('\n', String.raw`\n`)}`);
  });
});
