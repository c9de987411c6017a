/**
 * Bounds on what is read from the network, each checked before any work that grows with it. They are
 * wide for telephony (RFC 4475's longest message has 20 header lines of at most 1 KiB) and small enough
 * that every parser behind this one, regular expressions included, stays far below a millisecond.
 */

/** Largest message in bytes, the most that one UDP datagram can carry. Larger: 513 (RFC 3261 21.5.7). */
export const MAX_MESSAGE_BYTES = 65_536;

/** Longest start line or header line in characters, after unfolding. */
export const MAX_LINE_LENGTH = 8_192;

/** Most header lines of one message. */
export const MAX_HEADER_LINES = 200;

/** Longest value of a header that holds addresses, routes, Vias or credentials. */
export const MAX_STRUCTURED_LENGTH = 4_096;

/** Longest Content-Type. A boundary has 70 characters at most (RFC 2046 5.1.1). */
export const MAX_CONTENT_TYPE_LENGTH = 512;

/** Most values of one such header over all its lines; a request passes at most 70 proxies (RFC 3261 8.1.1.6). */
export const MAX_LIST_VALUES = 100;

/** Most characters of one such header over all its lines, joined. */
export const MAX_LIST_LENGTH = 8_192;

/** Longest run of white space inside one such header; folding counts as one blank. */
export const MAX_BLANK_RUN = 16;
