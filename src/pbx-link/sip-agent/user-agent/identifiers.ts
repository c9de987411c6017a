import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { MAGIC_COOKIE } from '../transaction/transaction-key.ts';

/** Hexadecimal digits of a random UUID: the system keeps a stock of them, so they cost next to nothing. */
const randomHex = (): string => randomUUID().replaceAll('-', '');

/** A branch that no other transaction has, RFC 3261 8.1.1.7. */
export const newBranch = (): string => `${MAGIC_COOKIE}${randomHex().slice(0, 20)}`;

/** A tag of 60 random bits; RFC 3261 19.3 asks for 32. */
export const newTag = (): string => randomHex().slice(0, 16);

export const newCallId = (): string => randomHex();

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
