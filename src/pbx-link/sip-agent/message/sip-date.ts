import { parseDecimal } from './characters.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const LENGTH = 'Sat, 13 Nov 2010 23:29:00 GMT'.length;

/**
 * Reads a Date header, always in GMT (RFC 3261 20.17, 25.1 rfc1123-date), as milliseconds since 1970;
 * null when malformed, in another zone, or no day of the calendar.
 */
export function parseSipDate(value: string): number | null {
  if (value.length !== LENGTH || value.slice(3, 5) !== ', ' || value.slice(25) !== ' GMT') return null;
  if (value[7] !== ' ' || value[11] !== ' ' || value[16] !== ' ' || value[19] !== ':' || value[22] !== ':')
    return null;
  const month = MONTHS.indexOf(value.slice(8, 11));
  const day = parseDecimal(value.slice(5, 7), 31);
  const year = parseDecimal(value.slice(12, 16), 9999);
  const hour = parseDecimal(value.slice(17, 19), 23);
  const minute = parseDecimal(value.slice(20, 22), 59);
  // 60 is a leap second.
  const second = parseDecimal(value.slice(23, 25), 60);
  if (month === -1 || !DAYS.includes(value.slice(0, 3))) return null;
  if (day === null || year === null || hour === null || minute === null || second === null) return null;
  if (day < 1 || new Date(Date.UTC(year, month, day)).getUTCDate() !== day) return null;
  return Date.UTC(year, month, day, hour, minute, second);
}
