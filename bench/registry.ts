import type { Bench } from './bench.ts';

// Loaded when asked for, so that one bench's packages and processes do not disturb another's times.
export const BENCHES: readonly Bench[] = [
  {
    name: 'agent',
    measures: 'the embedded SIP agent: parsing beside two npm packages, the worst message, transactions',
    run: async () => (await import('./agent.ts')).benchAgent(),
  },
  {
    name: 'call-core',
    measures: 'calls from a real Asterisk to the board, and commands back to SIP and to the ear',
    run: async (flags) => (await import('./call-core.ts')).benchCallCore(flags),
  },
];
