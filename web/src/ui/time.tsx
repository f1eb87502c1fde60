import { useEffect, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useFormats, type Formats } from '../words/formats.ts';
import type { Translate } from '../words/translate.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const RELATIVE_UP_TO_MS = 7 * DAY_MS;

/** When something happened, in words; the exact moment on hovering. */
export const TimeAgo = ({ at }: { at: string }) => {
  const t = useTranslations('ui');
  const formats = useFormats();
  const now = useNow(MINUTE_MS);
  return (
    <time dateTime={at} title={formats.moment(Date.parse(at))}>
      {timeAgo({ t, formats }, Date.parse(at), now)}
    </time>
  );
};

/** The exact moment. */
export const Moment = ({ at }: { at: string }) => {
  const { moment } = useFormats();
  return <time dateTime={at}>{moment(Date.parse(at))}</time>;
};

/** When something is going to happen. */
export const Appointment = ({ at }: { at: string }) => {
  const { moment, appointment } = useFormats();
  return (
    <time dateTime={at} title={moment(Date.parse(at))}>
      {appointment(Date.parse(at))}
    </time>
  );
};

/** How long something has been going on, as a clock. */
export const Elapsed = ({ since }: { since: string }) => {
  const now = useNow(1_000);
  return <time role="timer">{clockTime(Math.max(0, (now - Date.parse(since)) / 1_000))}</time>;
};

/** How long it is until something begins; `over` once its time has come. */
export const Countdown = ({ to, over }: { to: string; over: string }) => {
  const t = useTranslations('ui');
  const leftMs = Date.parse(to) - useNow(1_000);
  return <span role="timer">{leftMs > 0 ? t('in', { time: timeUntil(t, leftMs) }) : over}</span>;
};

/** `3 days, 4 hours`, and on the last day a clock. */
export const timeUntil = (t: Translate<'ui'>, leftMs: number) => {
  const days = Math.floor(leftMs / DAY_MS);
  if (days === 0) return clockTime(leftMs / 1_000);
  const hours = Math.floor((leftMs % DAY_MS) / HOUR_MS);
  return hours > 0 ? t('daysAndHours', { days, hours }) : t('days', { days });
};

/** What a time is said with. */
type Wording = { t: Translate<'ui'>; formats: Formats };

/** In words, e.g. `5 minutes ago`; a date once a week has passed. */
export const timeAgo = ({ t, formats }: Wording, atMs: number, nowMs: number) => {
  const passedMs = nowMs - atMs;
  if (passedMs > RELATIVE_UP_TO_MS) return formats.day(atMs);
  if (passedMs < MINUTE_MS) return t('justNow');
  if (passedMs < HOUR_MS) return t('minutesAgo', { minutes: Math.floor(passedMs / MINUTE_MS) });
  if (passedMs < DAY_MS) return t('hoursAgo', { hours: Math.floor(passedMs / HOUR_MS) });
  return t('daysAgo', { days: Math.floor(passedMs / DAY_MS) });
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
