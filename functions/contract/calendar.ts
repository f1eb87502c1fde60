/** One appointment of a calendar. */
export type CalendarEvent = {
  /** The same in every calendar that it gets into: the one said last takes the place of those before. */
  uid: string;
  /** When it was said, and after how many other words of the same appointment. */
  saidAt: Date;
  sequence: number;
  begins: Date;
  ends: Date;
  title: string;
  /** To be read in the calendar. */
  note: string;
  url: string;
  cancelled?: boolean;
  /** Whether it takes its reader's time: other appointments beside it are then shown as a conflict. */
  busy: boolean;
  /** Minutes before it at which a calendar rings. @default it does not */
  remindMinutes?: number;
};

/** What makes a calendar of appointments one that can be subscribed to. */
export type Subscription = { name: string; url: string; source: string; everyMinutes: number };

/** How long a calendar keeps free for a show, whose length nobody knows. */
export const SHOW_MS = 60 * 60_000;
/** RFC 5545, 3.1: no line is longer, in bytes. */
const LINE_BYTES = 75;

/** @param origin of the site; the part after the @ says who has made the number before it (RFC 7986, 5.3) */
export const showUid = (id: string, origin: string): string => `${id}@${new URL(origin).hostname}`;

/** Appointments as any calendar reads them (RFC 5545), by file or by subscription (RFC 7986). */
export const writeCalendar = (events: readonly CalendarEvent[], subscription?: Subscription): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Vybzz//Shows//EN',
    ...(subscription ? subscriptionLines(subscription) : []),
    ...(events.length > 0 ? events.flatMap(eventLines) : NOTHING),
    'END:VCALENDAR',
    '',
  ]
    .map(folded)
    .join('\r\n');

const subscriptionLines = ({ name, url, source, everyMinutes }: Subscription): string[] => [
  `NAME:${escaped(name)}`,
  // what calendars read that are older than RFC 7986
  `X-WR-CALNAME:${escaped(name)}`,
  `URL:${url}`,
  `SOURCE;VALUE=URI:${source}`,
  `REFRESH-INTERVAL;VALUE=DURATION:PT${everyMinutes}M`,
  `X-PUBLISHED-TTL:PT${everyMinutes}M`,
];

const eventLines = (event: CalendarEvent): string[] => [
  'BEGIN:VEVENT',
  `UID:${event.uid}`,
  `DTSTAMP:${stamp(event.saidAt)}`,
  `SEQUENCE:${event.sequence}`,
  `DTSTART:${stamp(event.begins)}`,
  `DTEND:${stamp(event.ends)}`,
  `SUMMARY:${escaped(event.title)}`,
  `DESCRIPTION:${escaped(event.note)}`,
  `URL:${event.url}`,
  `STATUS:${event.cancelled ? 'CANCELLED' : 'CONFIRMED'}`,
  `TRANSP:${event.busy ? 'OPAQUE' : 'TRANSPARENT'}`,
  ...(event.remindMinutes === undefined
    ? []
    : [
        'BEGIN:VALARM',
        'ACTION:DISPLAY',
        `DESCRIPTION:${escaped(event.title)}`,
        `TRIGGER:-PT${event.remindMinutes}M`,
        'END:VALARM',
      ]),
  'END:VEVENT',
];

/** RFC 5545, 3.6: a calendar has at least one component. This is the one that says nothing. */
const NOTHING = [
  'BEGIN:VTIMEZONE',
  'TZID:Etc/UTC',
  'BEGIN:STANDARD',
  'DTSTART:19700101T000000',
  'TZOFFSETFROM:+0000',
  'TZOFFSETTO:+0000',
  'END:STANDARD',
  'END:VTIMEZONE',
];

const stamp = (at: Date): string => at.toISOString().replaceAll(/[-:]|\.\d+/g, '');

/** RFC 5545, 3.3.11: what people have written, of which a control character is no part. */
const escaped = (text: string): string =>
  text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/(?![\t\n])\p{Cc}/gu, '')
    .replaceAll(/[\\;,]/g, String.raw`\$&`)
    .replaceAll('\n', String.raw`\n`);

/** Cut between characters, each piece but the first begun with a space. */
const folded = (line: string): string => {
  const pieces: string[] = [];
  let piece = '';
  let bytes = 0;
  for (const character of line) {
    const more = bytesOf(character);
    if (bytes + more > LINE_BYTES) {
      pieces.push(piece);
      // the space before it counts
      [piece, bytes] = ['', 1];
    }
    piece += character;
    bytes += more;
  }
  return [...pieces, piece].join('\r\n ');
};

/** Of one character, in UTF-8. */
const bytesOf = (character: string): number => {
  const point = character.codePointAt(0) ?? 0;
  return point < 0x80 ? 1 : point < 0x8_00 ? 2 : point < 0x1_00_00 ? 3 : 4;
};
