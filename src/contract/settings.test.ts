import { describe, expect, test } from 'vitest';
import { parseSettings } from './settings.ts';

const least = {
  exchange: { host: '192.0.2.10' },
  line: { number: '8000', password: 'secret' },
  headset: { number: '8001' },
};

function problemsOf(change: object): readonly string[] {
  const parsed = parseSettings({ ...least, ...change });
  return parsed.ok ? [] : parsed.problems;
}

test('what is not set has its default', () => {
  expect(parseSettings(least)).toEqual({
    ok: true,
    settings: {
      exchange: {
        host: '192.0.2.10',
        port: 5060,
        transport: 'udp',
        profile: 'asterisk-reference',
        insidePattern: '^[0-9]{1,6}$',
      },
      line: { number: '8000', password: 'secret', expires: 300 },
      headset: { number: '8001', standby: 'recvonly' },
      agent: 'embedded',
      desk: {
        dialInCall: 'consult',
        holdRecallSeconds: 60,
        bindAtStart: true,
        minuteMs: 60_000,
        commandSeconds: 10,
      },
      store: {},
      host: { port: 0 },
    },
  });
});

describe('a problem begins with the whole path of its key', () => {
  test.each<[object, string]>([
    [{ colour: 'red' }, 'colour: unknown key'],
    [{ line: { ...least.line, expire: 60 } }, 'line.expire: unknown key'],
    [{ desk: { dialInCal: 'consult' } }, 'desk.dialInCal: unknown key'],
    [{ agent: { host: 'x', port: 9022, secret: 's', extra: 1 } }, 'agent.extra: unknown key'],
    [{ agent: { host: 'x', port: '9022', secret: 's' } }, 'agent.port: '],
    [{ agent: 'none' }, 'agent: '],
    [{ line: { ...least.line, expires: '300' } }, 'line.expires: '],
    [{ line: { number: '8000' } }, 'line.password: '],
    [{ line: { ...least.line, number: '8000@evil' } }, 'line.number: must be a number or name'],
    [{ exchange: { host: 'x', port: 70_000 } }, 'exchange.port: '],
    [{ exchange: { host: 'x', transport: 'tls' } }, 'exchange.transport: '],
    [{ exchange: { host: 'x', insidePattern: '(' } }, 'exchange.insidePattern: must be a regular expression'],
    [{ headset: { number: '8001', standby: 'loud' } }, 'headset.standby: '],
    [{ store: { file: 7 } }, 'store.file: '],
    [{ host: { port: -1 } }, 'host.port: '],
    [{ desk: { holdRecallSeconds: 1.5 } }, 'desk.holdRecallSeconds: '],
  ])('%j', (change, begins) => {
    const problems = problemsOf(change);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.startsWith(begins), problems[0]).toBe(true);
  });

  test('and all of them are told', () => {
    expect(problemsOf({ colour: 'red', shape: 'round', host: { port: 'x' } })).toHaveLength(3);
  });

  test('also when it is no object at all', () => {
    for (const json of [null, 7, 'x', [least]]) {
      expect(parseSettings(json)).toMatchObject({
        ok: false,
        problems: [expect.stringMatching(/^settings: /)],
      });
    }
  });
});
