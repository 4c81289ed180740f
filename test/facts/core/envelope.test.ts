import { expect, test } from '@jest/globals';
import { fromBase64, fromBase64Url, toBase64, toBase64Url } from '../../../facts/core/bytes.ts';
import { utf8 } from '../../../facts/core/bytes.ts';
import { formatEnvelope, parseEnvelope } from '../../../facts/core/envelope.ts';
import { formatLine, parseLine } from '../../../facts/core/line.ts';
import { PAYLOAD_TYPE, preAuthEncoding } from '../../../facts/core/pae.ts';
import { codeOf } from '../samples.ts';

const parts = { payload: utf8('{"a":1}'), keyId: 'k1', signature: new Uint8Array(64).fill(5) };
const envelope = formatEnvelope(parts);
const signatures = `[{"keyid":"k1","sig":"${toBase64(parts.signature)}"}]`;

test('PAE is as in the DSSE protocol document', () => {
  expect(new TextDecoder().decode(preAuthEncoding(utf8('hello')))).toBe(
    `DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} 5 hello`,
  );
});

test('an envelope gives back what went in', () => {
  expect(parseEnvelope(envelope)).toEqual(parts);
});

test.each([
  ['envelope-malformed', '{'],
  ['envelope-malformed', 'null'],
  ['envelope-malformed', envelope.replace('{', '{ ')],
  ['envelope-malformed', envelope.replace('"payload":', '"payload":"e30=","payload":')],
  ['envelope-malformed', envelope.replace('}]}', '}],"more":1}')],
  ['envelope-malformed', envelope.replace(toBase64(parts.payload), 'eyJhIjoxfR==')],
  ['envelope-malformed', envelope.replace('"k1"', '"k 1"')],
  ['envelope-malformed', envelope.replace(signatures, '[null]')],
  ['payload-type-unknown', envelope.replace('.v1+json', '.v2+json')],
  ['signature-count', envelope.replace(signatures, '[]')],
  ['signature-count', envelope.replace(signatures, `[${signatures.slice(1, -1).repeat(1)},1]`)],
])('%s', (code, text) => {
  expect(text).not.toBe(envelope);
  expect(codeOf(() => parseEnvelope(text))).toBe(code);
});

test('a line carries position, index and envelope', () => {
  const line = { position: 1, index: 0, envelope };
  expect(parseLine(formatLine(line))).toEqual(line);
});

test.each([
  '',
  '0 0 {}',
  '01 0 {}',
  '1 -1 {}',
  '1 0 x',
  '1  0 {}',
  '1 9007199254740993 {}',
  '1 0 {}\n',
])('no line: %j', (text) => {
  expect(codeOf(() => parseLine(text))).toBe('line-malformed');
});

test('base64 is the one that Node writes, and only that is read', () => {
  for (let length = 0; length < 70; length += 1) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 89 + length) & 255);
    const node = Buffer.from(bytes);
    expect(toBase64(bytes)).toBe(node.toString('base64'));
    expect(toBase64Url(bytes)).toBe(node.toString('base64url'));
    expect(fromBase64(toBase64(bytes))).toEqual(bytes);
    expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
  }
  for (const text of ['A', 'AA', 'AA=', 'AB==', 'A===', '====', 'AA-_', 'AAAA\n', 'é=A=']) {
    expect(fromBase64(text)).toBeUndefined();
  }
  for (const text of ['A', 'AB', 'AA==', 'AA+/', 'AAAé']) {
    expect(fromBase64Url(text)).toBeUndefined();
  }
});
