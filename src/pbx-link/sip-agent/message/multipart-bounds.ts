/** Most steps that a reader of `Content-Type:\s*(.*)\r\n` in the parts may be led to take, for all parts together. */
const MAX_STEPS = 500_000;

const MARK = 'Content-Type:';

/**
 * True when a multipart body leads a backtracking reader of the Content-Type lines of its parts nowhere far:
 * a run of white space (line ends included) that no line end follows costs such a reader, for each character
 * of the run, the rest of the line.
 */
export function isBoundedMultipart(body: string): boolean {
  let steps = 0;
  let runEnd = -1;
  let lineEnd = -1;
  for (let at = body.indexOf(MARK); at !== -1; at = body.indexOf(MARK, at + MARK.length)) {
    const start = at + MARK.length;
    if (runEnd < start) runEnd = skipWhite(body, start);
    if (lineEnd < runEnd) lineEnd = findLineEnd(body, runEnd);
    steps += (runEnd - start + 1) * (lineEnd - start + 1);
    if (steps > MAX_STEPS) return false;
  }
  return true;
}

function skipWhite(text: string, from: number): number {
  let i = from;
  while (i < text.length && text.charAt(i).trim() === '') i++;
  return i;
}

function findLineEnd(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x0a || code === 0x0d || code === 0x2028 || code === 0x2029) return i;
  }
  return text.length;
}
