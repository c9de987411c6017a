import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkResult, countFlag, parseFlags } from './bench.ts';
import { jsonLine, loadLine, machineLine, table } from './report.ts';

describe('flags', () => {
  test('have a value after a blank or an equals sign, or none', () => {
    expect(parseFlags(['--json', '--calls', '1000', '--seed=7', '--empty=', '--last'])).toEqual({
      json: true,
      calls: '1000',
      seed: '7',
      empty: '',
      last: true,
    });
  });

  test.each([['calls'], ['-c'], ['--'], ['--Calls'], ['--=3']])('%s is refused by name', (word) => {
    expect(() => parseFlags([word])).toThrow(`${word} is no flag`);
  });
});

describe('a count', () => {
  test('is the flag as a whole number, or what stands for it', () => {
    expect(countFlag({ calls: '100' }, 'calls', 1000, 1)).toBe(100);
    expect(countFlag({}, 'calls', 1000, 1)).toBe(1000);
  });

  test.each([[true as const], [''], ['0'], ['1.5'], ['x'], ['-3']])('%j is refused by name', (value) => {
    expect(() => countFlag({ calls: value }, 'calls', 1000, 1)).toThrow('--calls');
  });
});

describe('results', () => {
  test.each([[Number.NaN], [Number.POSITIVE_INFINITY]])('a figure of %d is refused by name', (value) => {
    expect(() => checkResult('agent', { figures: { good: 1, worstMs: value } })).toThrow('worstMs');
  });

  test('a p50 that is not a number is refused too', () => {
    expect(() => checkResult('a', { figures: { aMs: 1 }, p50: { aMs: Number.NaN } })).toThrow('aMs');
  });

  test('a bench without a figure is refused', () => {
    expect(() => checkResult('agent', { figures: {} })).toThrow('no figure');
  });

  test('one line of JSON carries name, machine, runs and figures', () => {
    const result = { figures: { calls: 1000, lost: 0 }, runs: 6 };
    expect(JSON.parse(jsonLine('call-core', 'a machine', result))).toEqual({
      name: 'call-core',
      machine: 'a machine',
      ...result,
    });
    expect(jsonLine('call-core', 'a\nmachine', result)).not.toContain('\n');
  });

  test('the table puts the points under each other and keeps small figures', () => {
    const figures = { calls: 1000, commandToSipP99Ms: 1.2345, parseUs: 0.04321, perSecond: 12345.6 };
    expect(table({ figures, notes: ['on loopback'] })).toEqual([
      'calls               1000',
      'commandToSipP99Ms      1.23',
      'parseUs                0.0432',
      'perSecond          12346',
      '(medians of 5 runs)',
      'on loopback',
    ]);
  });

  test('the table has the p50 after its p99, the JSON the figures alone', () => {
    const result = { figures: { aP99Ms: 12.34, lost: 0 }, p50: { aP99Ms: 3.21 }, runs: 7 };
    expect(table(result)).toEqual(['aP99Ms  12.3  p50 3.21', 'lost     0', '(medians of 7 runs)']);
    expect(JSON.parse(jsonLine('a', 'm', result))).toEqual({
      name: 'a',
      machine: 'm',
      runs: 7,
      figures: result.figures,
    });
  });

  test('the load average is told where there is one', () => {
    expect(loadLine([0.5, 1, 2.345])).toBe('load average before: 0.50, 1.00, 2.35');
    expect(loadLine([0, 0, 0])).toBeNull();
  });

  test('the machine is told with its processor, memory, system and Node', () => {
    expect(machineLine()).toMatch(/^.+, \d+ cores, [\d.]+ GiB, .+, Node v\d+\./);
  });
});

test.each([[['no-such-bench']], [[]]])(
  'an unknown bench %j ends with 2 and the list of those there are',
  (words) => {
    const run = spawnSync(process.execPath, [join(import.meta.dirname, 'run.ts'), ...words], {
      encoding: 'utf8',
    });
    expect(run.status).toBe(2);
    expect(run.stderr).toContain('agent');
    expect(run.stderr).toContain('call-core');
  },
);
