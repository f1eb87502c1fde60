/** A moment as it is written on a clock, `1:02:03` or `62:03`, in seconds; undefined where it is none. */
export const parseClock = (text: string): number | undefined => {
  const [, hours = '0', minutes = '0', seconds = ''] =
    /^(?:(?:(\d{1,2}):)?(\d{1,3}):)?(\d{1,5})$/.exec(text.trim()) ?? [];
  return seconds === '' ? undefined : Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
};
