import { SHOW_MS, showUid, writeCalendar } from '#contract/calendar';
import type { StreamView } from '#contract/http';

type Show = Pick<StreamView, 'id' | 'title'> & { scheduledFor: string };
type Around = {
  url: string;
  now: Date;
  /** A line about the show, to be read in the calendar. */
  note: string;
};

const REMIND_MINUTES = 10;

/** A show as an appointment for any calendar, with a reminder before it. */
export const calendarFile = ({ id, title, scheduledFor }: Show, { url, now, note }: Around): string => {
  const begins = new Date(scheduledFor);
  const uid = showUid(id, url);
  const ends = new Date(begins.getTime() + SHOW_MS);
  return writeCalendar([
    // saved again, when its time has moved, it takes the place of the one before: it was said later
    { uid, saidAt: now, sequence: 0, begins, ends, title, note, url, busy: true, remindMinutes: REMIND_MINUTES },
  ]);
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
