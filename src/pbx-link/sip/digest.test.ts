import { describe, expect, it } from 'vitest';
import { answerChallenge, chooseChallenge } from './digest.ts';

describe('chooseChallenge', () => {
  it('reads quoted and bare parameters', () => {
    expect(
      chooseChallenge(
        'Digest realm="a \\"b\\", c", nonce="n1",opaque="o", algorithm=MD5, qop="auth,auth-int", stale=TRUE',
      ),
    ).toEqual({
      realm: 'a "b", c',
      nonce: 'n1',
      opaque: 'o',
      algorithm: 'MD5',
      session: false,
      qopAuth: true,
      stale: true,
    });
  });

  it('takes the first of several that it can answer (RFC 8760 2.3)', () => {
    const value =
      'Digest realm="x", nonce="1", algorithm=SHA-512-256, qop="auth", Digest realm="x", nonce="2", algorithm=SHA-256, qop="auth", Digest realm="x", nonce="3", algorithm=MD5';
    expect(chooseChallenge(value)).toMatchObject({ nonce: '2', algorithm: 'SHA-256' });
  });

  it('is not led astray by the word in a quoted realm', () => {
    expect(chooseChallenge('Digest realm="the Digest realm", nonce="1"')).toMatchObject({
      realm: 'the Digest realm',
      nonce: '1',
    });
  });

  it.each([
    '',
    'Basic realm="x"',
    'Digest nonce="1"',
    'Digest realm="x", nonce="1", algorithm=SHA3',
    'Digest realm="x", nonce="1", qop="auth-int"',
    `Digest realm="${'x'.repeat(5000)}", nonce="1"`,
  ])('is null for %s', (value) => {
    expect(chooseChallenge(value)).toBeNull();
  });
});

describe('answerChallenge', () => {
  // RFC 7616 3.9.1 gives both algorithms for one request.
  const request = { method: 'GET', uri: '/dir/index.html' };
  const credentials = { user: 'Mufasa', password: 'Circle of Life' };
  const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v';
  const cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';
  const challenge = (algorithm: 'MD5' | 'SHA-256') => ({
    realm: 'http-auth@example.org',
    nonce,
    opaque: null,
    algorithm,
    session: false,
    qopAuth: true,
    stale: false,
  });

  it('MD5 as in RFC 7616', () => {
    expect(answerChallenge(challenge('MD5'), request, credentials, cnonce)).toContain(
      'response="8ca523f5e9506fed4657c9700eebdbec"',
    );
  });

  it('SHA-256 as in RFC 7616', () => {
    expect(answerChallenge(challenge('SHA-256'), request, credentials, cnonce)).toContain(
      'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"',
    );
  });

  it('without qop as in RFC 2069 (erratum 749)', () => {
    const old = {
      ...challenge('MD5'),
      realm: 'testrealm@host.com',
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      qopAuth: false,
    };
    const value = answerChallenge(old, request, { user: 'Mufasa', password: 'CircleOfLife' });
    expect(value).toContain('response="1949323746fe6a43ef61f9606e7febea"');
    expect(value).not.toContain('cnonce');
  });

  it('quotes what a user name may contain', () => {
    expect(answerChallenge(challenge('MD5'), request, { user: 'a"b', password: '' }, cnonce)).toContain(
      'username="a\\"b"',
    );
  });
});
