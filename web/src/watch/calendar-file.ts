import type { StreamView } from '#contract/http';

type Show = Pick<StreamView, 'id' | 'title'> & { scheduledFor: string };
type Around = {
  url: string;
  now: Date;
  /** A line about the show, to be read in the calendar. */
  note: string;
};

/** How long a calendar keeps free for a show, whose length nobody knows. */
const SHOW_MS = 60 * 60_000;
const REMIND_MINUTES = 10;
/** RFC 5545: no line is longer, in bytes. */
const LINE_BYTES = 75;

/** A show as an appointment for any calendar (RFC 5545), with a reminder before it. */
export const calendarFile = ({ id, title, scheduledFor }: Show, { url, now, note }: Around) => {
  const begins = new Date(scheduledFor);
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Vybzz//Shows//EN',
    'BEGIN:VEVENT',
    // The same show saved again, when its time has moved, takes the place of the one before.
    `UID:${id}@${new URL(url).hostname}`,
    `DTSTAMP:${stamp(now)}`,
    `DTSTART:${stamp(begins)}`,
    `DTEND:${stamp(new Date(begins.getTime() + SHOW_MS))}`,
    `SUMMARY:${escaped(title)}`,
    `DESCRIPTION:${escaped(note)}`,
    `URL:${url}`,
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    `DESCRIPTION:${escaped(title)}`,
    `TRIGGER:-PT${REMIND_MINUTES}M`,
    'END:VALARM',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ]
    .map(folded)
    .join('\r\n');
};

/** Hands the appointment to the person as a file, which opens in their calendar. */
export const saveCalendarFile = (show: Show, around: Around) => {
  const url = URL.createObjectURL(new Blob([calendarFile(show, around)], { type: 'text/calendar;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'vybzz-show.ics';
  link.click();
  // The browser has taken the file by the next turn.
  setTimeout(() => URL.revokeObjectURL(url), 0);
};

const stamp = (at: Date) => at.toISOString().replaceAll(/[-:]|\.\d+/g, '');

const escaped = (text: string) => text.replaceAll(/[\\;,]/g, String.raw`\$&`).replaceAll(/\r?\n/g, String.raw`\n`);

/** Cut between characters, each piece but the first begun with a space. */
const folded = (line: string) => {
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  const pieces = [''];
  for (const letter of line) {
    const last = pieces.at(-1) ?? '';
    const room = pieces.length === 1 ? LINE_BYTES : LINE_BYTES - 1;
    if (bytes(last) + bytes(letter) > room) pieces.push(letter);
    else pieces[pieces.length - 1] = last + letter;
  }
  return pieces.join('\r\n ');
};
