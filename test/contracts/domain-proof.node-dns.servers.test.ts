import { createNodeDnsProof } from '../../adapters/node-dns/domain-proof.ts';
import { server } from '../support/servers/server.ts';
import { plantTexts } from './dig.ts';
import { domainProofContract } from './domain-proof.ts';

domainProofContract('node:dns on Knot', async () => {
  const knot = await server('knot');
  const { host, port, zone } = knot;
  return {
    proof: createNodeDnsProof({
      resolvers: [`${host}:${port}`],
      nameServers: { port, mayAsk: () => true },
    }),
    zone: zone.replace(/\.$/u, ''),
    plant: (name, texts) => plantTexts(knot, name, texts),
    unreachable: createNodeDnsProof({ resolvers: ['127.0.0.1:1'] }),
    close: async () => undefined,
  };
});
