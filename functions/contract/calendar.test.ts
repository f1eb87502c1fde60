import * as fc from 'fast-check';
import ICAL from 'ical.js';
import { describe, expect, it } from 'vitest';
import { type CalendarEvent, writeCalendar } from './calendar.ts';

const event: CalendarEvent = {
  uid: 'str_1@vybzz.test',
  saidAt: new Date('2030-01-01T12:00:00Z'),
  sequence: 0,
  begins: new Date('2030-01-02T18:00:00Z'),
  ends: new Date('2030-01-02T19:00:00Z'),
  title: 'Night owls',
  note: 'Live',
  url: 'https://vybzz.test/watch/str_1',
  busy: true,
};
// RFC 7986, 5.1, which the reader does not know: the name of a calendar is a text like its events' are.
ICAL.design.icalendar.property.name = { defaultType: 'text' };

/** As a calendar reads it; throws where it cannot. */
const read = (text: string) => new ICAL.Component(ICAL.parse(text));

describe('a calendar', () => {
  it('has lines of at most 75 bytes, and says all that was written, whatever that is', () => {
    const written = fc.string({
      unit: fc.oneof(
        fc.constantFrom('\n', '\r', '\t', '\\', ';', ',', ':', '"'),
        fc.string({ unit: 'binary', maxLength: 1 }),
      ),
      maxLength: 300,
    });
    fc.assert(
      fc.property(written, written, (title, note) => {
        const text = writeCalendar([{ ...event, title, note, remindMinutes: 5 }], {
          name: title,
          url: event.url,
          source: event.url,
          everyMinutes: 60,
        });
        expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true);
        for (const line of text.split('\r\n')) {
          expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
          expect(line).not.toMatch(/[\r\n]/);
        }
        const calendar = read(text);
        const seen = (said: string) => said.replaceAll(/\r\n?/g, '\n').replaceAll(/(?![\t\n])\p{Cc}/gu, '');
        const [only] = calendar.getAllSubcomponents('vevent');
        expect(only?.getFirstPropertyValue('summary')).toBe(seen(title));
        expect(only?.getFirstPropertyValue('description')).toBe(seen(note));
        expect(calendar.getFirstPropertyValue('name')).toBe(seen(title));
      }),
    );
  });

  it('of nothing is still a calendar: it has a component', () => {
    expect(read(writeCalendar([])).getAllSubcomponents()).toHaveLength(1);
  });
});
