import { openStore } from '../store/store.ts';
import { logEntry } from './log-entry.ts';

// A program for the test of the store: writes calls one by one and says each number when it is acknowledged.
const store = openStore(process.argv[2] ?? '');
for (let number = 1; ; number += 1) {
  const { call } = logEntry(number);
  await store.appendCallLog([logEntry(number, { call: { ...call, id: `call-${number}` } })]);
  process.stdout.write(`${number}\n`);
}
