import { ensureAsterisk } from './asterisk-install.ts';

const found = await ensureAsterisk();

/** Empty when there is an Asterisk to test with; else the words that a skipped test bears in its name. */
export const missingAsterisk = 'missing' in found ? ` (skipped: no Asterisk: ${found.missing})` : '';
