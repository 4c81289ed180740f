import { z } from 'zod';
import { challengeNameOf, DOMAIN_STATES } from '../../domain/custom-domain.ts';
import type { CustomDomain, DomainProblem } from '../../domain/custom-domain.ts';
import type { DomainChallenges } from '../../ports/domain-challenges.ts';
import { formatTime, time, uuid } from '../http/schemas.ts';

export const DOMAIN_SENTENCES: Readonly<Record<DomainProblem, string>> = {
  'domain-malformed': 'Must be a domain name such as shop.example.com.',
  'domain-ours': 'Is one of ours; name a domain of your own.',
  'domain-suffix': 'Is a public suffix, below which people register; name a domain of your own.',
};

export const domainSchema = z
  .object({
    id: uuid('That of the saga that adds it as well.'),
    tenant: uuid('The tenant.'),
    name: z.string().meta({ description: 'As DNS has it (IDNA, lower case).' }),
    state: z.enum(DOMAIN_STATES),
    record: z
      .object({
        name: z.string().meta({ example: '_tenure-challenge.shop.example.com' }),
        type: z.literal('TXT'),
        text: z.string(),
      })
      .meta({
        description:
          'What proves the domain, to be published in its DNS. Leave it there: without it another tenant that proves the domain gets it.',
      }),
    claimedAt: time('When it was asked for.'),
    provenAt: time('When the record was seen; null before.').nullable(),
    endedAt: time('When it was removed, lost or expired; null before.').nullable(),
  })
  .meta({ id: 'Domain' });

const formatMaybe = (ms: number | null) => (ms === null ? null : formatTime(ms));

export function formatDomain(
  domain: CustomDomain,
  challenges: DomainChallenges,
): z.input<typeof domainSchema> {
  const { id, tenant, name, state } = domain;
  const text = challenges.textOf(tenant, id);
  return {
    ...{ id, tenant, name, state, record: { name: challengeNameOf(name), type: 'TXT', text } },
    claimedAt: formatTime(domain.claimedAtMs),
    provenAt: formatMaybe(domain.provenAtMs),
    endedAt: formatMaybe(domain.endedAtMs),
  };
}
