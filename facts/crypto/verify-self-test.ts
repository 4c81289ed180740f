import { fromHex, toHex, utf8 } from '../core/bytes.ts';
import { leafHash } from './hash.ts';
import { createVerifier, isStrictPoint } from './verify.ts';

/** RFC 8032, section 7.1, TEST 3. Hexadecimal. */
export const RFC_8032_TEST_3 = {
  seed: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
  publicKey: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
  message: 'af82',
  signature:
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac' +
    '18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
} as const;

/** Encodings of points of small order; every one must be refused as a key and as R. */
const SMALL_ORDER = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
];

/** SHA-256 of 0x00 and the PAE of `{}`, made with coreutils. */
const LEAF_OF_EMPTY_OBJECT = 'c5c9d7405a164f53241ddb74158c0c075f58b6c1b34a869ea92e3bdca4430b82';

/** Bytes of a constant of this folder; throws when it is not hexadecimal. */
export const bytesOfHex = (hex: string): Uint8Array => {
  const bytes = fromHex(hex);
  if (bytes === undefined) throw new TypeError(`not hexadecimal: ${hex}`);
  return bytes;
};

/** Throws when this build does not do what a pinned vector says. */
export const assureSelfTest = (what: string, holds: boolean): void => {
  if (!holds) throw new Error(`self-test failed: ${what}`);
};

/** For processes that only verify (data planes); throws, so that a broken build never starts. */
export const runVerifySelfTest = (): void => {
  const verify = createVerifier(bytesOfHex(RFC_8032_TEST_3.publicKey));
  const message = bytesOfHex(RFC_8032_TEST_3.message);
  const signature = bytesOfHex(RFC_8032_TEST_3.signature);
  assureSelfTest('a pinned signature is valid', verify(message, signature));
  assureSelfTest('another message is refused', !verify(utf8('af82'), signature));
  const mutant = Uint8Array.from(signature);
  mutant[63] = (mutant[63] ?? 0) ^ 0x10;
  assureSelfTest('S beyond the group order is refused', !verify(message, mutant));
  for (const hex of SMALL_ORDER) {
    assureSelfTest(`small order ${hex} is refused`, !isStrictPoint(bytesOfHex(hex)));
  }
  const leaf = toHex(leafHash(utf8('{}')));
  assureSelfTest('the pinned leaf hash', leaf === LEAF_OF_EMPTY_OBJECT);
};
