const HOUR_MS = 60 * 60_000;

/** What a `datetime-local` control shows for a moment, in the time zone of whoever looks at it. */
export const toLocalText = (atMs: number) => {
  const at = new Date(atMs);
  const [year, month, day, hours, minutes] = [
    at.getFullYear(),
    at.getMonth() + 1,
    at.getDate(),
    at.getHours(),
    at.getMinutes(),
  ].map((part) => `${part}`.padStart(2, '0'));
  return `${year}-${month}-${day}T${hours}:${minutes}`;
};

/** The moment that such a control says; undefined while it says none. */
export const parseLocalText = (text: string): number | undefined => {
  // Without a zone in it, a date and time are taken in the local one.
  const atMs = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : atMs;
};

/** The next full hour that leaves an hour to prepare. */
export const proposedTime = (nowMs: number) => Math.ceil((nowMs + HOUR_MS) / HOUR_MS) * HOUR_MS;
