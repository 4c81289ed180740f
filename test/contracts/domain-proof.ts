import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DomainProof } from '../../ports/domain-proof.ts';

const LOOK_WITHIN_MS = 10_000;

export interface DomainProofSubject {
  readonly proof: DomainProof;
  /** A zone in which `plant` makes records. */
  readonly zone: string;
  /** TXT records of a name, in the place of all that are there. */
  plant(name: string, texts: readonly string[]): Promise<void>;
  /** Where nobody listens; or the reason why there is none. */
  readonly unreachable: DomainProof | string;
  close(): Promise<void>;
}

/** Every adapter of the port runs this suite; a category is left out only with its reason. */
export function domainProofContract(name: string, make: () => Promise<DomainProofSubject>): void {
  describe(`domain proof contract: ${name}`, () => {
    let subject: DomainProofSubject;
    beforeAll(async () => {
      subject = await make();
    });
    afterAll(() => subject?.close());
    const aName = () => `_tenure-challenge.${randomUUID()}.${subject.zone}`;
    const soon = () => AbortSignal.timeout(LOOK_WITHIN_MS);

    test('shows every text of the name, long ones whole', async () => {
      const at = aName();
      const long = 'x'.repeat(300);
      await subject.plant(at, ['tenure-domain=a', 'v=spf1 -all', long]);
      const texts = await subject.proof.look(at, soon());
      expect(texts.toSorted()).toEqual(['tenure-domain=a', 'v=spf1 -all', long]);
    });

    test('a name without records shows none', async () => {
      expect(await subject.proof.look(aName(), soon())).toEqual([]);
    });

    test('what changes is seen at once, also after nothing was there', async () => {
      const at = aName();
      await subject.proof.look(at, soon());
      await subject.plant(at, ['one']);
      expect(await subject.proof.look(at, soon())).toEqual(['one']);
      await subject.plant(at, ['two']);
      expect(await subject.proof.look(at, soon())).toEqual(['two']);
      await subject.plant(at, []);
      expect(await subject.proof.look(at, soon())).toEqual([]);
    });

    test('a stopped look says that it could not look', async () => {
      const code = expect.stringMatching(/^(unknown|unavailable)$/);
      const failure = { port: 'domain-proof', code };
      const stopped = AbortSignal.abort();
      await expect(subject.proof.look(aName(), stopped)).rejects.toMatchObject(failure);
      await expect(subject.proof.probe(stopped)).rejects.toMatchObject(failure);
    });

    test('where nobody answers we cannot look: that is no answer', async () => {
      const { unreachable } = subject;
      if (typeof unreachable === 'string') return expect(unreachable).toMatch(/ because /);
      const failure = { port: 'domain-proof', code: 'unavailable' };
      await expect(unreachable.look(aName(), soon())).rejects.toMatchObject(failure);
      await expect(unreachable.probe(soon())).rejects.toMatchObject(failure);
    });

    test('the probe succeeds while somebody answers', async () => {
      await expect(subject.proof.probe(soon())).resolves.toBeUndefined();
    });
  });
}
