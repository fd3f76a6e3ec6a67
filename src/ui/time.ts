/** A length of time in the words of a person: `45 s`, `12 min`, `3 h`, `5 days`. Milliseconds in. */
export function roughly(span: number): string {
  const seconds = Math.max(0, Math.round(span / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

/** `4:05`, for a countdown. */
export function clock(span: number): string {
  const seconds = Math.max(0, Math.ceil(span / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** `in 59 min` or `2 h ago`, of a moment in milliseconds since the epoch. */
export function relative(moment: number, now: number): string {
  return moment > now ? `in ${roughly(moment - now)}` : `${roughly(now - moment)} ago`;
}
