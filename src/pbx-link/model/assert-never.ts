/** Makes a missing case a compile error; at run time a value from outside the types is a bug and is thrown. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
