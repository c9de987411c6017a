import { checkResult, parseFlags } from './bench.ts';
import { BENCHES } from './registry.ts';
import { jsonLine, loadLine, machineLine, table } from './report.ts';

// npm run bench -- NAME [--json] [flags of the bench]
const [name, ...words] = process.argv.slice(2);
const bench = BENCHES.find((one) => one.name === name);

if (bench === undefined) {
  if (name !== undefined) console.error(`there is no bench ${name}`);
  console.error('usage: npm run bench -- NAME [--json] [flags]');
  for (const one of BENCHES) console.error(`  ${one.name.padEnd(12)}${one.measures}`);
  process.exit(2);
}

const { json, ...flags } = parseFlags(words);
const machine = machineLine();
// With --json the line alone is on stdout.
const tell = json === undefined ? console.log : console.error;
tell(`${bench.name}: ${bench.measures}`);
tell(machine);
const load = loadLine();
const result = checkResult(bench.name, await bench.run(flags));
const notes = [...(result.notes ?? []), ...(load === null ? [] : [load])];
for (const line of table({ ...result, notes })) tell(line);
if (json !== undefined) console.log(jsonLine(bench.name, machine, result));
