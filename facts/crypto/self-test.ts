import { toHex } from '../core/bytes.ts';
import { createSigner } from './sign.ts';
import { createOpensslSigner } from './sign-openssl.ts';
import { RFC_8032_TEST_3, assureSelfTest, bytesOfHex } from './verify-self-test.ts';
import { runVerifySelfTest } from './verify-self-test.ts';

/**
 * For processes that sign: the verifier's test, and that both signers make exactly the pinned key
 * and signature. Throws, so that a process with a broken build never starts.
 */
export const runSelfTest = (): void => {
  runVerifySelfTest();
  for (const create of [createSigner, createOpensslSigner]) {
    const signer = create(bytesOfHex(RFC_8032_TEST_3.seed));
    const signature = signer.sign(bytesOfHex(RFC_8032_TEST_3.message));
    const { publicKey } = signer;
    assureSelfTest('the pinned public key', toHex(publicKey) === RFC_8032_TEST_3.publicKey);
    assureSelfTest('the pinned signature', toHex(signature) === RFC_8032_TEST_3.signature);
  }
};
