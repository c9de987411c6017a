import { describe, expect, test } from 'vitest';
import { unquote } from './characters.ts';
import { parseExpires } from './expires.ts';
import { branchOf, parseCSeq, parseNameAddr, parseNameAddrList, parseVia, tagOf } from './header-grammar.ts';
import { withLegacyContact } from './legacy-contact.ts';
import { parseSipMessage } from './parse-message.ts';
import { acceptRefusal, contentRefusal, digestCredentials, extensionRefusal } from './refuse-request.ts';
import { INVALID } from './rfc4475/invalid.ts';
import { SEMANTIC } from './rfc4475/semantic.ts';
import { VALID } from './rfc4475/valid.ts';
import { headerOf, headersOf, type SipRequest, type SipResponse } from './sip-message.ts';
import { parseSipUri, unescapeUri } from './sip-uri.ts';
import { validateRequest, validateResponse } from './validate-message.ts';

const EXAMPLES = [...VALID, ...INVALID, ...SEMANTIC];

function parse(name: string): ReturnType<typeof parseSipMessage> {
  const found = EXAMPLES.find((example) => example.name === name);
  if (found === undefined) throw new Error(`no example ${name}`);
  return parseSipMessage(found.bytes);
}

function request(name: string): SipRequest {
  const result = parse(name);
  if (!result.ok) throw new Error(result.error.reason);
  if (result.message.kind !== 'request') throw new Error('a response');
  return result.message;
}

function response(name: string): SipResponse {
  const result = parse(name);
  if (!result.ok) throw new Error(result.error.reason);
  if (result.message.kind !== 'response') throw new Error('a request');
  return result.message;
}

function header(message: SipRequest | SipResponse, name: string): string {
  return headerOf(message, name) ?? '';
}

test('there are the 49 examples of the RFC, each once', () => {
  expect(EXAMPLES).toHaveLength(49);
  expect(new Set(EXAMPLES.map((example) => example.name)).size).toBe(49);
  expect(new Set(EXAMPLES.map((example) => example.section)).size).toBe(49);
});

describe('3.1.1 valid messages', () => {
  test('wsinv: odd white space, folds, case and separators', () => {
    const message = request('wsinv');
    expect(message.uri).toBe('sip:vivekg@chair-dnrc.example.com;unknownparam');
    expect(tagOf(header(message, 'To'))).toBe('1918181833n');
    expect(parseNameAddr(header(message, 'From'))).toMatchObject({
      display: 'J Rosenberg \\"',
      uri: 'sip:jdrosen@example.com',
      params: new Map([['tag', '98asjd8']]),
    });
    expect(Number(header(message, 'Max-Forwards'))).toBe(68);
    expect(parseCSeq(header(message, 'CSeq'))).toEqual({ number: 9, method: 'INVITE' });
    expect(headersOf(message, 'Via').flatMap(parseVia)).toEqual([
      {
        protocol: 'SIP/2.0',
        transport: 'UDP',
        host: '192.0.2.2',
        port: null,
        params: new Map([['branch', '390skdjuw']]),
      },
      {
        protocol: 'SIP/2.0',
        transport: 'TCP',
        host: 'spindle.example.com',
        port: null,
        params: new Map([['branch', 'z9hG4bK9ikj8']]),
      },
      {
        protocol: 'SIP/2.0',
        transport: 'UDP',
        host: '192.168.255.111',
        port: null,
        params: new Map([['branch', 'z9hG4bK30239']]),
      },
    ]);
    expect(headerOf(message, 'Subject')).toBe('');
    expect(header(message, 'NewFangledHeader')).toBe('newfangled value continued newfangled value');
    expect(header(message, 'UnknownHeaderWithUnusualValue')).toBe(';;,,;;,;');
    expect(parseSipUri(parseNameAddr(header(message, 'Route'))?.uri ?? '')?.params).toEqual(
      new Map([
        ['lr', null],
        ['unknownwith', 'value'],
        ['unknown-no-value', null],
      ]),
    );
    expect(parseNameAddr(header(message, 'Contact'))).toEqual({
      display: 'Quoted string ""',
      uri: 'sip:jdrosen@example.com',
      params: new Map([
        ['newparam', 'newvalue'],
        ['secondparam', null],
        ['q', '0.33'],
      ]),
    });
    expect(message.body.toString()).toMatch(/^v=0\r\n.*LPC\r\n$/s);
    expect(validateRequest(message)).toBeNull();
  });

  test('intmeth: every character that a method, URI, token, word or quoted string may hold', () => {
    const message = request('intmeth');
    expect(message.method).toBe("!interesting-Method0123456789_*+`.%indeed'~");
    expect(parseSipUri(message.uri)).toMatchObject({
      user: "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*",
      password: "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)",
      host: 'example.com',
    });
    expect(branchOf(message)).toBe("z9hG4bK-.!%66*_+`'~");
    expect(parseNameAddr(header(message, 'To'))?.display).toBe('BEL:\x07 NUL:\0 DEL:\x7f');
    const from = parseNameAddr(header(message, 'From'));
    expect(from).toMatchObject({ display: "token1~` token2'+_ token3*%!.-", uri: 'sip:mundane@example.com' });
    expect(from?.params.get('tag')).toBe("_token~1'+`*%!-.");
    expect(unquote(from?.params.get("fromparam''~+*_!.-%") ?? '')).toBe('работающий');
    expect(header(message, 'Call-ID')).toBe('intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{');
    expect(parseCSeq(header(message, 'CSeq'))).toEqual({ number: 139122385, method: message.method });
    expect(header(message, "extensionHeader-!.%*+_`'~")).toBe('\ufeff大停電');
  });

  test('esc01: escapes are kept until a part of the URI is looked at', () => {
    const message = request('esc01');
    const uri = parseSipUri(message.uri);
    expect(uri).toMatchObject({ scheme: 'sip', user: 'sips%3Auser%40example.com', host: 'example.net' });
    expect(unescapeUri(uri?.user ?? '')).toBe('sips:user@example.com');
    const user = (name: string) =>
      unescapeUri(parseSipUri(parseNameAddr(header(message, name))?.uri ?? '')?.user ?? '');
    expect(user('To')).toBe('user');
    expect(user('From')).toBe('I have spaces');
    expect(user('Contact')).toBe('caller');
    const params = parseSipUri(parseNameAddr(header(message, 'Contact'))?.uri ?? '')?.params ?? new Map();
    const plain = [...params].map(([name, value]) => [
      unescapeUri(name),
      value === null ? null : unescapeUri(value),
    ]);
    // RFC 4475 3.1.1.3: %25%34%31 is the text "%41", not "A".
    expect(plain).toEqual([
      ['lr', null],
      ['name', 'value%41'],
    ]);
  });

  test('escnull: an escaped NUL is a character like others', () => {
    const message = request('escnull');
    const user = (value: string) => unescapeUri(parseSipUri(parseNameAddr(value)?.uri ?? '')?.user ?? '');
    expect(user(header(message, 'To'))).toBe('null-\0-null');
    expect(headersOf(message, 'Contact').map(user)).toEqual(['\0', '\0\0']);
  });

  test('esc02: a percent sign outside a URI escapes nothing', () => {
    const result = parse('esc02');
    const message = request('esc02');
    expect(message.method).toBe('RE%47IST%45R');
    expect(message.method).not.toBe('REGISTER');
    expect(parseNameAddr(header(message, 'To'))?.display).toBe('%Z%45');
    expect(headersOf(message, 'Contact').map((value) => parseNameAddr(value)?.uri)).toEqual([
      'sip:alias1@host1.example.com',
      'sip:alias3@host3.example.com',
    ]);
    // The unknown header is left out, and said so, as readers are about that unescape its name.
    expect(result).toMatchObject({ dropped: [{ name: 'C%6Fntact', reason: 'escaped name' }] });
  });

  test('lwsdisp: no blank between display name and bracket', () => {
    const from = parseNameAddr(header(request('lwsdisp'), 'From'));
    expect(from).toMatchObject({ display: 'caller', uri: 'sip:caller@example.com' });
  });

  test('longreq: long values throughout', () => {
    const message = request('longreq');
    const to = parseNameAddr(header(message, 'To'));
    expect(to?.display).toBe(`I have a user name of ${'extreme'.repeat(10)} proportion`);
    expect(parseSipUri(to?.uri ?? '')).toMatchObject({ user: 'user', host: 'example.com', port: 6000 });
    expect([...(parseSipUri(to?.uri ?? '')?.params.keys() ?? [])]).toHaveLength(3);
    expect(tagOf(header(message, 'From'))).toBe(`12${'982'.repeat(50)}424`);
    expect(header(message, 'Call-ID')).toBe(`longreq.one${'really'.repeat(20)}longcallid`);
    const vias = headersOf(message, 'Via').flatMap(parseVia);
    expect(vias).toHaveLength(34);
    expect(vias[0]?.host).toBe('sip33.example.com');
    expect(vias[33]?.params.get('branch')).toBe(`very${'long'.repeat(50)}branchvalue`);
    expect(header(message, `unknown-${'long'.repeat(20)}-name`)).toContain(`-parameter-value`);
    expect(validateRequest(message)).toBeNull();
  });

  test('dblreq: what follows Content-Length in the datagram is left out', () => {
    const message = request('dblreq');
    expect(message).toMatchObject({ method: 'REGISTER', body: Buffer.alloc(0) });
    expect(header(message, 'Call-ID')).toBe('dblreq.0ha0isndaksdj99sdfafnl3lk233412');
  });

  test('semiuri: a semicolon and an escaped @ in the user part', () => {
    const uri = parseSipUri(request('semiuri').uri);
    expect(uri).toMatchObject({ user: 'user;par=u%40example.net', host: 'example.com', params: new Map() });
  });

  test('transports: any transport may stand in a Via', () => {
    const vias = headersOf(request('transports'), 'Via').flatMap(parseVia);
    expect(vias.map((via) => via.transport)).toEqual(['UDP', 'SCTP', 'TLS', 'UNKNOWN', 'TCP']);
    expect(vias.map((via) => via.host)).toEqual([1, 2, 3, 4, 5].map((n) => `t${n}.example.com`));
  });

  test('mpart01: a binary body comes through byte by byte', () => {
    const message = request('mpart01');
    expect(message.method).toBe('MESSAGE');
    const der = '3082015206092a864886f70d010702a08201433082013f02010131090d0a0d0a00ff80c328';
    expect(message.body.includes(Buffer.from(der, 'hex'))).toBe(true);
    expect(message.body.length).toBe(Number(header(message, 'Content-Length')));
    expect(message.body.toString('latin1')).toMatch(/^--7a9cbec02ceef655\r\n.*--7a9cbec02ceef655--\r\n$/s);
  });

  test('unreason: any text as the reason', () => {
    const message = response('unreason');
    expect(message.status).toBe(200);
    expect(message.reason).toBe('= 2**3 * 5**2 но сто девяносто девять - простое');
    expect(validateResponse(message)).toBeNull();
  });

  test('noreason: none as well', () => {
    expect(response('noreason')).toMatchObject({ status: 100, reason: '' });
  });
});

describe('3.1.2 invalid messages', () => {
  const verdicts: ReadonlyArray<readonly [name: string, status: number | null, reason: string]> = [
    ['badinv01', 400, 'Via malformed'],
    ['clerr', 400, 'body shorter than Content-Length'],
    ['ncl', 400, 'Content-Length malformed'],
    ['scalar02', 400, 'CSeq malformed'],
    ['scalarlg', null, 'CSeq malformed'],
    ['quotbal', 400, 'To malformed'],
    ['ltgtruri', 400, 'malformed request line'],
    ['lwsruri', 400, 'malformed request line'],
    ['lwsstart', 400, 'malformed request line'],
    ['trws', 400, 'malformed request line'],
    ['escruri', 400, 'Request-URI malformed'],
    ['baddate', 400, 'Date malformed'],
    ['regbadct', 400, 'Contact malformed'],
    ['badaspec', 400, 'To malformed'],
    ['baddn', 400, 'From malformed'],
    ['badvers', 505, 'SIP version not supported'],
    ['mismatch01', 400, 'CSeq of another method'],
    ['mismatch02', 501, 'CSeq of another method'],
    ['bigcode', null, 'status code is not three digits from 100 to 699'],
  ];

  test.each(verdicts)('%s is refused with %s: %s', (name, status, reason) => {
    expect(parse(name)).toMatchObject({ ok: false, error: { status, reason } });
  });

  test('each has a verdict', () => {
    expect(verdicts.map(([name]) => name)).toEqual(INVALID.map((example) => example.name));
  });

  test.each(verdicts.filter(([, status]) => status !== null))('%s leaves enough to answer it', (name) => {
    const result = parse(name);
    const partial = result.ok ? null : result.error.partial;
    const found = EXAMPLES.find((example) => example.name === name)?.bytes.toString('latin1') ?? '';
    for (const needed of ['From', 'To', 'Call-ID', 'CSeq']) {
      expect(found).toContain(headersOf(partial as SipRequest, needed)[0] as string);
    }
    expect(parseVia(headerOf(partial as SipRequest, 'Via') ?? '')[0]?.host).toMatch(/^[a-z0-9.-]+$/);
  });

  test('badinv01 is answered to the one Via that can be read', () => {
    const result = parse('badinv01');
    expect(result).toMatchObject({ ok: false });
    expect(result.ok ? [] : headersOf(result.error.partial as SipRequest, 'Via')).toEqual([
      'SIP/2.0/UDP 192.0.2.15',
    ]);
  });

  test('scalar02: an overlarge Max-Forwards alone refuses, an overlarge expiry counts as an hour', () => {
    const bytes = EXAMPLES.find((example) => example.name === 'scalar02')?.bytes.toString() ?? '';
    const cseq = bytes.replace('36893488147419103232', '1');
    expect(parseSipMessage(Buffer.from(cseq))).toMatchObject({
      error: { status: 400, reason: 'Max-Forwards malformed' },
    });
    const sound = parseSipMessage(Buffer.from(cseq.replace('Max-Forwards: 300', 'Max-Forwards: 30')));
    if (!sound.ok) throw new Error(sound.error.reason);
    expect(parseExpires(headerOf(sound.message, 'Expires') ?? '')).toBe(3600);
    const contact = parseNameAddr(headerOf(sound.message, 'Contact') ?? '');
    expect(parseExpires(contact?.params.get('expires') ?? '')).toBe(3600);
  });
});

describe('3.2 to 3.4 messages to decide on', () => {
  test('badbranch: the cookie alone is no identifier, 400', () => {
    expect(validateRequest(request('badbranch'))).toMatchObject({ status: 400 });
  });

  test('insuf: Call-ID, From and To missing, 400 with what is there', () => {
    const result = parse('insuf');
    expect(result).toMatchObject({ ok: false, error: { status: 400, reason: 'From missing' } });
    const partial = result.ok ? null : result.error.partial;
    expect(partial?.headers.map(({ name }) => name)).toEqual(['CSeq', 'Via']);
  });

  test.each(['unkscm', 'novelsc'])('%s: unknown scheme of the Request-URI, 416', (name) => {
    expect(validateRequest(request(name))).toMatchObject({ status: 416 });
  });

  test('unksm2: unknown schemes elsewhere are read; no address of record for a registrar, 400', () => {
    const message = request('unksm2');
    expect(parseNameAddr(header(message, 'To'))?.uri).toBe('isbn:2983792873');
    expect(parseNameAddr(header(message, 'From'))?.uri).toBe('http://www.example.com');
    expect(parseNameAddr(header(message, 'Contact'))?.uri).toBe('name:John_Smith');
    expect(validateRequest(message)).toMatchObject({ status: 400 });
  });

  test('bext01: extensions that nobody supports, 420 with those in Unsupported', () => {
    expect(extensionRefusal(request('bext01'), new Set(['replaces']))).toMatchObject({
      status: 420,
      headers: [{ name: 'Unsupported', value: 'nothingSupportsThis, nothingSupportsThisEither' }],
    });
  });

  test('invut: a body of an unknown type, 415 with Accept', () => {
    expect(contentRefusal(request('invut'), ['application/sdp'])).toMatchObject({
      status: 415,
      headers: [{ name: 'Accept', value: 'application/sdp' }],
    });
  });

  test('regaut01: credentials of an unknown scheme are as good as none', () => {
    expect(header(request('regaut01'), 'Authorization')).toBe('NoOneKnowsThisScheme opaque-data=here');
    expect(digestCredentials(request('regaut01'), 'Authorization')).toEqual([]);
  });

  test('multi01: headers that may stand once only, 400 to the first of them', () => {
    const result = parse('multi01');
    expect(result).toMatchObject({ ok: false, error: { status: 400, reason: 'CSeq more than once' } });
    const partial = result.ok ? null : result.error.partial;
    expect(partial === null ? '' : headersOf(partial, 'CSeq')).toEqual(['5 INVITE']);
    expect(partial === null ? '' : headersOf(partial, 'Call-ID')).toEqual(['multi01.98asdh@192.0.2.1']);
  });

  test('mcl01: two lengths, 400', () => {
    expect(parse('mcl01')).toMatchObject({
      ok: false,
      error: { status: 400, reason: 'Content-Length more than once' },
    });
  });

  test('bcast: a response with a second Via is not for us', () => {
    expect(validateResponse(response('bcast'))).toBe('more than one Via');
  });

  test('zeromf: the last hop may answer', () => {
    const message = request('zeromf');
    expect(header(message, 'Max-Forwards')).toBe('0');
    expect(validateRequest(message)).toBeNull();
  });

  test('cparam01: a parameter after a URI without brackets is the header’s', () => {
    const [contact] = parseNameAddrList(header(request('cparam01'), 'Contact')) ?? [];
    expect(contact).toEqual({
      display: '',
      uri: 'sip:+19725552222@gw1.example.net',
      params: new Map([['unknownparam', null]]),
    });
  });

  test('cparam02: inside the brackets it is the URI’s', () => {
    const [contact] = parseNameAddrList(header(request('cparam02'), 'Contact')) ?? [];
    expect(contact).toMatchObject({
      uri: 'sip:+19725552222@gw1.example.net;unknownparam',
      params: new Map(),
    });
    expect(parseSipUri(contact?.uri ?? '')?.params).toEqual(new Map([['unknownparam', null]]));
  });

  test('regescrt: an escaped Route in the Contact stays with it', () => {
    const contact = parseNameAddr(header(request('regescrt'), 'Contact'));
    expect(parseSipUri(contact?.uri ?? '')?.headers).toEqual(
      new Map([['Route', '%3Csip:sip.example.com%3E']]),
    );
    expect(unescapeUri('%3Csip:sip.example.com%3E')).toBe('<sip:sip.example.com>');
    expect(validateRequest(request('regescrt'))).toBeNull();
  });

  test('sdp01: no answer would be acceptable, 406', () => {
    expect(acceptRefusal(request('sdp01'), 'application', 'sdp')).toMatchObject({ status: 406 });
    expect(acceptRefusal(request('semiuri'), 'application', 'sdp')).toBeNull();
    expect(acceptRefusal(request('wsinv'), 'application', 'sdp')).toBeNull();
  });

  test('inv2543: an old peer without branch, tag, Max-Forwards, Contact and Content-Length is served', () => {
    const message = request('inv2543');
    expect(branchOf(message)).toBeNull();
    expect(tagOf(header(message, 'From'))).toBeNull();
    expect(message.body.toString()).toMatch(/LPC\r\n$/);
    expect(validateRequest(message)).toBeNull();
    const completed = withLegacyContact(message, 'INVITE');
    expect(headerOf(completed, 'Contact')).toBe('<sip:+13035551111@ift.client.example.net;user=phone>');
  });
});
