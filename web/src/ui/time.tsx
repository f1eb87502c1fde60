import { useEffect, useState } from 'react';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['minute', MINUTE_MS],
  ['hour', 60 * MINUTE_MS],
  ['day', DAY_MS],
];
const RELATIVE_UP_TO_MS = 7 * DAY_MS;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' });
const moment = new Intl.DateTimeFormat('en', { dateStyle: 'full', timeStyle: 'short' });
const appointment = new Intl.DateTimeFormat('en', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: 'numeric',
  minute: '2-digit',
});

/** When something happened, in words; the exact moment on hovering. */
export const TimeAgo = ({ at }: { at: string }) => {
  const now = useNow(MINUTE_MS);
  return (
    <time dateTime={at} title={moment.format(new Date(at))}>
      {timeAgo(Date.parse(at), now)}
    </time>
  );
};

/** The exact moment. */
export const Moment = ({ at }: { at: string }) => <time dateTime={at}>{moment.format(new Date(at))}</time>;

/** When something is going to happen. */
export const Appointment = ({ at }: { at: string }) => (
  <time dateTime={at} title={moment.format(new Date(at))}>
    {appointment.format(new Date(at))}
  </time>
);

/** How long something has been going on, as a clock. */
export const Elapsed = ({ since }: { since: string }) => {
  const now = useNow(1_000);
  return <time role="timer">{clockTime(Math.max(0, (now - Date.parse(since)) / 1_000))}</time>;
};

/** How long it is until something begins; `over` once its time has come. */
export const Countdown = ({ to, over }: { to: string; over: string }) => {
  const leftMs = Date.parse(to) - useNow(1_000);
  return <span role="timer">{leftMs > 0 ? `in ${timeUntil(leftMs)}` : over}</span>;
};

/** `3 days, 4 hours`, and on the last day a clock. */
export const timeUntil = (leftMs: number) => {
  const days = Math.floor(leftMs / DAY_MS);
  if (days === 0) return clockTime(leftMs / 1_000);
  const hours = Math.floor((leftMs % DAY_MS) / (60 * MINUTE_MS));
  return [unit(days, 'day'), ...(hours > 0 ? [unit(hours, 'hour')] : [])].join(', ');
};

const unit = (number: number, of: string) => `${number} ${of}${number === 1 ? '' : 's'}`;

/** In words, e.g. `5 minutes ago`; a date once a week has passed. */
export const timeAgo = (atMs: number, nowMs: number) => {
  const passedMs = nowMs - atMs;
  if (passedMs > RELATIVE_UP_TO_MS) return day.format(atMs);
  if (passedMs < MINUTE_MS) return 'just now';
  const [step, stepMs] = STEPS.findLast(([, ms]) => passedMs >= ms) ?? ['minute', MINUTE_MS];
  return relative.format(-Math.floor(passedMs / stepMs), step);
};

/** `1:02:03`, or `2:03` below an hour. */
export const clockTime = (seconds: number) => {
  const whole = Math.floor(seconds);
  const parts = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, at) => (at === 0 ? `${part}` : `${part}`.padStart(2, '0'))).join(':');
};

/** The time, again and again. */
export const useNow = (everyMs: number) => {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
};
