/** `newer`: the file was written by a newer version of the program and was not touched. */
export type StoreErrorCode = 'newer' | 'failed' | 'closed';

export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string) {
    super(message);
    this.name = 'StoreError';
    this.code = code;
  }
}
