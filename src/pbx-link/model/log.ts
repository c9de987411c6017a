/** Where a part of the program tells what it did and why; `fields` are plain data and never hold a secret. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields?: Record<string, unknown>,
) => void;
