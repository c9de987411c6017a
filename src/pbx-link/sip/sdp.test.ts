import { describe, expect, it } from 'vitest';
import { answerDirection, commonMedia, G711, parseMedia, sameMedia, writeSdp } from './sdp.ts';

const OFFER = [
  'v=0',
  'o=- 1795 1795 IN IP4 10.0.0.2',
  's=Asterisk',
  'c=IN IP4 10.0.0.2',
  't=0 0',
  'm=audio 20012 RTP/AVP 0 8 101',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-16',
  'a=ptime:20',
  'a=rtcp:20013',
  'a=sendrecv',
  '',
].join('\r\n');

describe('parseMedia', () => {
  it('reads where the audio goes and what explains its formats, and leaves the rest', () => {
    const media = parseMedia(OFFER);
    expect(media).toMatchObject({ address: '10.0.0.2', port: 20012, formats: '0 8 101', others: [] });
    expect(media?.attributes).toContain('a=ptime:20');
    expect(media?.attributes.join()).not.toContain('rtcp');
  });

  it("prefers the media's own address to the session's", () => {
    const media = parseMedia(
      OFFER.replace('m=audio 20012 RTP/AVP 0 8 101', 'm=audio 20012 RTP/AVP 0 8 101\r\nc=IN IP4 10.9.9.9'),
    );
    expect(media?.address).toBe('10.9.9.9');
  });

  it('remembers other media, so that an answer can refuse them', () => {
    const media = parseMedia(`${OFFER}m=video 30000 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n`);
    expect(media?.others).toEqual(['video 30000 RTP/AVP 96']);
    expect(media?.attributes.join()).not.toContain('H264');
  });

  it.each([
    ['no audio', OFFER.replace('m=audio', 'm=image')],
    ['encrypted audio', OFFER.replace('RTP/AVP', 'RTP/SAVP')],
    ['no address', OFFER.replace('c=IN IP4 10.0.0.2\r\n', '')],
    ['an IPv6 address', OFFER.replace('c=IN IP4 10.0.0.2', 'c=IN IP6 ::1')],
    ['a port that does not exist', OFFER.replace('20012', '99999')],
    ['too much', OFFER + 'a=x\r\n'.repeat(20_000)],
    ['nothing', ''],
  ])('is null for %s', (_what, body) => {
    expect(parseMedia(body)).toBeNull();
  });
});

describe('answering an offer', () => {
  const ours = { ...G711, address: '10.1.1.1', port: 4000 };

  it.each([
    ['sendrecv', 'sendrecv', 'sendrecv'],
    ['sendonly', 'sendrecv', 'recvonly'],
    ['recvonly', 'sendrecv', 'sendonly'],
    ['inactive', 'sendrecv', 'inactive'],
    ['sendrecv', 'sendonly', 'sendonly'],
    ['sendonly', 'sendonly', 'inactive'],
    ['sendrecv', 'recvonly', 'recvonly'],
  ] as const)('%s offered and %s wanted is %s (RFC 3264 6.1)', (offered, wanted, answer) => {
    expect(answerDirection(offered, wanted)).toBe(answer);
  });

  it('keeps what both sides know, with its explanations', () => {
    const offer = parseMedia(OFFER.replace('RTP/AVP 0 8 101', 'RTP/AVP 8 101'));
    const common = offer && commonMedia(ours, offer);
    expect(common?.formats).toBe('8 101');
    expect(common?.attributes.join()).not.toContain('PCMU');
  });

  it('digits alone are no voice', () => {
    const offer = parseMedia(OFFER.replace('RTP/AVP 0 8 101', 'RTP/AVP 18 101'));
    expect(offer && commonMedia(ours, offer)).toBeNull();
  });

  it('reads the direction, of the session too, and not that of other media', () => {
    expect(parseMedia(OFFER)?.direction).toBe('sendrecv');
    expect(parseMedia(OFFER.replace('a=sendrecv', 'a=sendonly'))?.direction).toBe('sendonly');
    expect(
      parseMedia(`${OFFER.replace('a=sendrecv\r\n', '')}m=video 3 RTP/AVP 96\r\na=inactive\r\n`)?.direction,
    ).toBe('sendrecv');
    expect(
      parseMedia(OFFER.replace('a=sendrecv\r\n', '').replace('t=0 0', 't=0 0\r\na=inactive'))?.direction,
    ).toBe('inactive');
  });
});

describe('writeSdp', () => {
  const session = { id: 7, version: 3, host: '10.0.0.9' };

  it('writes its own origin, whoever the media belong to', () => {
    const media = parseMedia(OFFER);
    const text = writeSdp(session, media as NonNullable<typeof media>, 'sendonly');
    expect(text).toContain('o=cordboard 7 3 IN IP4 10.0.0.9\r\n');
    expect(text).toContain('c=IN IP4 10.0.0.2\r\n');
    expect(text).toContain('a=sendonly\r\n');
    expect(text).not.toContain('a=sendrecv');
  });

  it('round-trips', () => {
    const media = { ...G711, address: '10.1.1.1', port: 4000 };
    const read = parseMedia(writeSdp(session, media, 'sendrecv'));
    expect(read && sameMedia(read, media)).toBe(true);
    expect(read?.attributes).toEqual(media.attributes);
  });

  it('refuses the other media of an offer with port 0 (RFC 3264 6)', () => {
    const text = writeSdp(session, { ...G711, address: '10.1.1.1', port: 4000 }, 'sendrecv', [
      'video 30000 RTP/AVP 96',
    ]);
    expect(text).toMatch(/m=video 0 RTP\/AVP 96\r\n$/);
  });
});
