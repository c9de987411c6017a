/** Why a client's message cannot be carried out; the text is the reason of its NOK. */
export class RefusedError extends Error {}

export const UNKNOWN_TRANSACTION = 'Response not sent due to unknown transaction';
export const UNKNOWN_DIALOG = 'Server error: unable to find dialog for dialog id provided';
