import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryDomainProof } from '../../adapters/memory/domain-proof.ts';
import { domainProofContract } from './domain-proof.ts';

const unreachable = 'always there because it is no server';

domainProofContract('memory', async () => {
  const proof = createMemoryDomainProof();
  return {
    ...{ proof, unreachable, zone: 'example' },
    plant: async (name, texts) => proof.plant(name, texts),
    close: async () => undefined,
  };
});

domainProofContract('a file that another process writes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tenure-zone-'));
  const file = join(folder, 'domain-proof.json');
  const other = createMemoryDomainProof({ file });
  return {
    ...{ proof: createMemoryDomainProof({ file }), unreachable, zone: 'example' },
    plant: async (name, texts) => other.plant(name, texts),
    close: async () => rmSync(folder, { recursive: true }),
  };
});
