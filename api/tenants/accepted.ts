import type { DomainErrorCode, Refused } from '../../domain/decision.ts';
import type { AcceptResult } from '../../registry/accept.ts';
import type { Operation } from '../../ports/registry-store.ts';
import type { ApiPorts } from '../ports.ts';
import { DOMAIN_SENTENCES } from '../domains/schema.ts';
import { notFound, Problem } from '../problem.ts';
import type { MemberError } from '../problem.ts';
import type { ProblemCode } from '../problem-codes.ts';
import { showNow } from '../sagas/begin.ts';
import { EMAIL_SENTENCE, SLUG_SENTENCES } from './create-body.ts';
import { formatTenant } from './schema.ts';

type Accepted = Extract<AcceptResult, { operation: Operation }>;

/** The operation that acceptance gave, or its refusal as a problem. */
export function assureAccepted(result: AcceptResult): Accepted['operation'] {
  switch (result.outcome) {
    case 'accepted':
    case 'replayed':
      return result.operation;
    case 'slug-taken':
      throw new Problem('slug-taken', 'Another tenant has this slug.');
    case 'host-taken':
      throw new Problem('host-taken', 'Another tenant has this host.');
    case 'tenant-busy':
      throw new Problem('tenant-busy', 'One operation at a time works on a tenant.', {
        saga: result.by,
      });
    case 'idempotency-key-reused':
      throw new Problem('idempotency-key-reused', 'It was used with another request before.');
    case 'idempotency-in-flight':
      throw new Problem('idempotency-in-flight', 'The first request has no answer yet.');
    case 'tenant-not-found':
    case 'member-not-found':
    case 'domain-not-found':
      throw notFound();
    case 'member-exists':
      throw new Problem('member-exists', 'Who has this address has a membership here already.');
    case 'invitation-pending':
      throw new Problem('invitation-pending', 'This address has an invitation that is pending.');
    case 'invitation-limit':
      throw new Problem('invitation-limit', 'Too many invitations of this tenant are pending.');
    case 'domain-exists':
      throw new Problem('domain-exists', 'It is claimed, active or being removed.');
    case 'domain-limit':
      throw new Problem('domain-limit', 'Too many domains of this tenant are claimed or active.');
    case 'tenant-state':
    case 'member-state':
    case 'domain-state':
      throw new Problem(result.outcome, 'Its state does not allow a change.');
    case 'tenant-leaving':
      throw new Problem('tenant-leaving', 'It can be revoked until its retention ends.', {
        saga: result.by,
      });
    case 'tenant-frozen':
      throw new Problem('tenant-frozen', 'Everything of it is refused already.');
    case 'tenant-not-frozen':
      throw new Problem('tenant-not-frozen', 'There is no freeze to take back.');
    case 'isolation-same':
      throw new Problem('isolation-same', 'There is nothing to move.');
    case 'last-owner':
      throw new Problem('last-owner', 'Without this member nobody could manage the tenant.');
    case 'not-owner':
      throw new Problem('not-owner', 'Only an owner can give ownership away.');
    case 'invalid':
      throw invalid(result.problems);
    case 'refused':
      throw refusedByRule(result.refusal);
  }
}

/** Those of rules that acceptance asks; what has a problem of another name, or none of its own. */
const RULE_PROBLEMS: Partial<Record<DomainErrorCode, ProblemCode>> = {
  'tenant-state': 'tenant-state',
  'plan-unknown': 'plan-unknown',
  'plan-below-use': 'plan-below-use',
  'product-unknown': 'product-unknown',
  'request-state': 'request-state',
};

function refusedByRule({ refused, message }: Refused): Problem {
  const code = RULE_PROBLEMS[refused];
  return code === undefined ? notFound() : new Problem(code, message);
}

type FieldProblem = Extract<AcceptResult, { outcome: 'invalid' }>['problems'][number];

const SENTENCES: Readonly<Record<FieldProblem['code'], string>> = {
  ...SLUG_SENTENCES,
  ...DOMAIN_SENTENCES,
  'email-malformed': EMAIL_SENTENCE,
  'plan-unknown': 'Is not in the catalog.',
  'role-unknown': 'Is not a tenant-scoped role of the catalog.',
};

/** Where the accepted request's own words differ from the body's. */
const BODY_PLACES: Readonly<Record<string, string>> = { adminEmail: '/admin/email' };

function invalid(problems: readonly FieldProblem[]): Problem {
  const errors: MemberError[] = problems.map(({ field, code }) => ({
    at: BODY_PLACES[field] ?? `/${field.replaceAll('.', '/')}`,
    detail: SENTENCES[code],
  }));
  const catalog = problems.find(({ code }) => code === 'plan-unknown' || code === 'role-unknown');
  const code = (catalog?.code ?? 'request-invalid') as ProblemCode;
  return new Problem(code, 'The body is not valid.', { errors });
}

/** The operation's tenant and its saga, as they are now. */
export async function showAccepted(accepted: Operation, ports: ApiPorts) {
  const [saga, tenant] = await Promise.all([
    showNow(accepted, ports),
    ports.tenants.findTenant(accepted.tenant),
  ]);
  // Both were written by the acceptance; rows are never deleted.
  if (tenant === undefined) throw new Error(`tenant of operation ${accepted.id} is not there`);
  return { tenant: formatTenant(tenant), saga };
}
