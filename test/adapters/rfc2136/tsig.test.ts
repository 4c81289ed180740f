import { describe, expect, test } from '@jest/globals';
import { createAnswerVerifier, signRequest } from '../../../adapters/rfc2136/tsig.ts';
import type { TsigKey } from '../../../adapters/rfc2136/tsig.ts';
import { TruncatedMessage } from '../../../adapters/rfc2136/wire.ts';
import { answerTo, KEY, macOf, signAnswer } from './fake-server.ts';
import type { Stamp } from './fake-server.ts';

const key: TsigKey = { ...KEY, secret: Buffer.from(KEY.secret, 'base64') };
const NOW_S = 1_800_000_000;
const REQUEST = Buffer.from('123400000001000000000000', 'hex');

/** One request, the verifier of its answers, and the other side's signer. */
function aConversation() {
  const { signed, mac } = signRequest(REQUEST, key, NOW_S);
  const verifier = createAnswerVerifier(key, mac);
  const answer = (stamp: Stamp = {}) =>
    signAnswer(answerTo(signed, 0), mac, { timeS: NOW_S, ...stamp });
  return { signed, mac, verifier, answer };
}

describe('requests', () => {
  test('carry the signature that RFC 8945 gives for these bytes', () => {
    const { signed } = aConversation();
    // Computed with Python: hmac.new(bytes([7] * 32), message + variables, 'sha256').
    expect(signed.toString('hex')).toBe(EXPECTED_REQUEST);
  });

  test('carry the same MAC that is handed on to the verifier', () => {
    const { signed, mac } = aConversation();
    expect(macOf(signed)).toEqual(mac);
  });
});

describe('answers', () => {
  test('signed by the key for this request are taken, without their signature record', () => {
    const { signed, verifier, answer } = aConversation();
    expect(verifier.verify(answer().message, NOW_S)).toEqual(answerTo(signed, 0));
  });

  test.each([2, 3, 5, 7, 11])('changed in byte %i are refused', (at) => {
    const { verifier, answer } = aConversation();
    const { message } = answer();
    message[at] = (message[at] ?? 0) ^ 2;
    expect(() => verifier.verify(message, NOW_S)).toThrow(/./u);
  });

  test('changed in any byte of the signature record are refused', () => {
    const { verifier, answer } = aConversation();
    const { message } = answer();
    for (let at = 12; at < message.length; at++) {
      const changed = Buffer.from(message);
      changed[at] = (changed[at] ?? 0) ^ 1;
      // The TTL and class of the record are constants: they are signed as such, not as sent.
      const constant = at >= 17 && at <= 22;
      if (!constant) expect(() => verifier.verify(changed, NOW_S)).toThrow(/./u);
    }
    expect(verifier.verify(message, NOW_S)).toBeDefined();
  });

  test.each<[string, Stamp, string]>([
    ['with another secret', { secret: Buffer.alloc(32, 8) }, 'bad-signature'],
    ['for another request', {}, 'bad-signature'],
    ['under another key name', { keyName: Buffer.from('016a00', 'hex') }, 'bad-key'],
    ['too long ago', { timeS: NOW_S - 301 }, 'bad-time'],
    ['too far ahead', { timeS: NOW_S + 301 }, 'bad-time'],
    ['as a refusal', { error: 18 }, 'refused'],
  ])('signed %s are refused', (what, stamp, code) => {
    const { signed, mac, verifier } = aConversation();
    const prior = what === 'for another request' ? Buffer.alloc(32) : mac;
    const { message } = signAnswer(answerTo(signed, 0), prior, { timeS: NOW_S, ...stamp });
    expect(() => verifier.verify(message, NOW_S)).toThrow(expect.objectContaining({ code }));
  });

  test('without a signature are refused', () => {
    const { signed, verifier } = aConversation();
    expect(() => verifier.verify(answerTo(signed, 0), NOW_S)).toThrow(
      expect.objectContaining({ code: 'unsigned' }),
    );
  });

  test('cut short anywhere are refused', () => {
    const { verifier, answer } = aConversation();
    const { message } = answer();
    for (let length = 0; length < message.length; length++) {
      expect(() => verifier.verify(message.subarray(0, length), NOW_S)).toThrow(/./u);
    }
    expect(() => verifier.verify(Buffer.alloc(3), NOW_S)).toThrow(TruncatedMessage);
  });
});

describe('answers of several messages', () => {
  const later = { timeS: NOW_S, later: true };

  test('are a chain: each signature covers the one before', () => {
    const { signed, verifier, answer } = aConversation();
    const first = answer();
    const second = signAnswer(answerTo(signed, 0), first.mac, later);
    verifier.verify(first.message, NOW_S);
    verifier.verify(second.message, NOW_S);
    verifier.finish();
  });

  test('that lack one in the middle are refused', () => {
    const { signed, verifier, answer } = aConversation();
    const first = answer();
    const second = signAnswer(answerTo(signed, 0), first.mac, later);
    const third = signAnswer(answerTo(signed, 0), second.mac, later);
    verifier.verify(first.message, NOW_S);
    expect(() => verifier.verify(third.message, NOW_S)).toThrow(
      expect.objectContaining({ code: 'bad-signature' }),
    );
  });

  test('may leave messages unsigned between, but not the last', () => {
    const { signed, mac, verifier, answer } = aConversation();
    const first = answer();
    const unsigned = answerTo(signed, 0);
    verifier.verify(first.message, NOW_S);
    verifier.verify(unsigned, NOW_S);
    expect(() => verifier.finish()).toThrow(expect.objectContaining({ code: 'unsigned' }));
    expect(mac).toHaveLength(32);
  });
});

const EXPECTED_REQUEST = [
  '123400000001000000000001',
  '016b0000fa00ff00000000003d',
  '0b686d61632d73686132353600',
  '00006b49d200012c0020',
  '29bbfab834733f07e3624243620755abb5e29516fd18a0190f47364a3d5d9720',
  '123400000000',
].join('');
