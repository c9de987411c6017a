import { createHash, randomBytes } from 'node:crypto';
import { MAGIC_COOKIE } from '../transaction/transaction-key.ts';

/** A branch that no other transaction has, RFC 3261 8.1.1.7. */
export const newBranch = (): string => `${MAGIC_COOKIE}${randomBytes(9).toString('hex')}`;

/** A tag of 64 random bits; RFC 3261 19.3 asks for 32. */
export const newTag = (): string => randomBytes(8).toString('hex');

export const newCallId = (): string => randomBytes(16).toString('hex');

/** An initial CSeq: below 2^31 with room to count (RFC 3261 8.1.1.5). */
export const newSequence = (): number => randomBytes(3).readUIntBE(0, 3) + 1;

const TAG_KEY = randomBytes(16);

/**
 * The To tag of an answer that is given without a transaction: the same for a request and its retransmissions
 * (RFC 3261 8.2.7), and recognised in the ACK.
 */
export function statelessTag(callId: string, fromTag: string | null): string {
  return createHash('sha256')
    .update(TAG_KEY)
    .update(`${callId}|${fromTag ?? ''}`)
    .digest('hex')
    .slice(0, 16);
}
