import type { Bench, BenchResult, Flags } from './bench.ts';

// Loaded when asked for, so that one bench's packages and worker threads do not disturb another's times.
type ParseFigures = Readonly<Record<'parseUs' | 'parseUsSip' | 'parseUsJssip' | 'worstMs', number>>;
type ParseBench = { readonly benchParse: () => Promise<ParseFigures> };
type TransactionBench = {
  readonly benchTransactions: () => Promise<{ readonly transactionsPerSecond: number }>;
};
type CallCoreBench = { readonly benchCallCore: (flags: Flags) => Promise<BenchResult> };

async function load<Module>(file: string): Promise<Module> {
  return (await import(new URL(file, import.meta.url).href)) as Module;
}

export const BENCHES: readonly Bench[] = [
  {
    name: 'agent',
    measures: 'the embedded SIP agent: parsing beside two npm packages, the worst message, transactions',
    run: async () => {
      const { benchParse } = await load<ParseBench>('./agent-parse.ts');
      const parsing = await benchParse();
      const { benchTransactions } = await load<TransactionBench>('./agent-transactions.ts');
      return { figures: { ...parsing, ...(await benchTransactions()) } };
    },
  },
  {
    name: 'call-core',
    measures: 'calls from a real Asterisk to the board, and commands back to SIP and to the ear',
    run: async (flags) => (await load<CallCoreBench>('./call-core.ts')).benchCallCore(flags),
  },
];
