import { createMemoryDomainProof } from '../adapters/memory/domain-proof.ts';
import { createNodeDnsProof } from '../adapters/node-dns/domain-proof.ts';
import type { DomainProof } from '../ports/domain-proof.ts';
import type { Config } from './config/load.ts';
import { journalOf } from './options.ts';

/** The world's DNS; in development, where nobody owns a name, a file. */
export function composeDomainProof(config: Config): DomainProof {
  const { resolvers } = config.domains;
  if (resolvers === undefined && config.service.env === 'dev')
    return createMemoryDomainProof(journalOf(config, 'domain-proof'));
  return createNodeDnsProof({ resolvers });
}
