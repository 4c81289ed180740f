import type { PortErrorCode } from '../../ports/call.ts';
import type { DomainErrorCode } from '../../domain/decision.ts';

/** Per code of a port's error, for every port alike: `<port>.<code>` is the saga's reason. */
export const PORT_ADVICE: Readonly<Record<PortErrorCode, string>> = {
  foreign:
    'An object of that name is there and is not ours. Remove or rename it there, or choose another slug; then send a new request.',
  invalid:
    'The outside system refuses the request as such. Correct what the message names, then send a new request.',
  forbidden:
    'The outside system refuses our credentials or rights. Correct them in the configuration or over there; the saga resumes by itself, or with `resume`.',
  unavailable:
    'The outside system does not take requests. Bring it back; the saga resumes by itself, or with `resume`.',
  unknown:
    'The outside system does not answer. Bring it or the network back; the saga resumes by itself, or with `resume`.',
};

/** Per refusal of a domain rule. */
export const DOMAIN_ADVICE: Readonly<Record<DomainErrorCode, string>> = {
  'tenant-not-found': 'The tenant is gone; nothing was changed.',
  'tenant-state': 'Look at the tenant’s state; send a new request when it allows this.',
  'member-not-found': 'Check the member’s id; nothing was changed.',
  'member-state': 'Look at the member’s state; send a new request when it allows this.',
  'role-unknown': 'Name tenant-scoped roles of the catalog; then send a new request.',
  'plan-unknown': 'Name a plan of the catalog; then send a new request.',
  'last-owner': 'Give another active member the owner role first; then send a new request.',
};

export const COMMAND_ADVICE: Readonly<Record<string, string>> = {
  cancelled: 'It was cancelled and nothing remains. Send a new request to try again.',
  'unwound-by-operator':
    'An operator unwound it and nothing remains. Send a new request to try again.',
};

const OTHERWISE =
  'Look at the saga in the Temporal UI; `resume` tries the step again, `unwind` gives up before `activate`.';

/** What an operator can do about a saga's reason. */
export function adviseOn(reasonCode: string): string {
  const portCode = reasonCode.split('.').at(-1) ?? reasonCode;
  const tables: Readonly<Record<string, string>>[] = [COMMAND_ADVICE, DOMAIN_ADVICE, PORT_ADVICE];
  for (const table of tables) {
    const advice = table[table === PORT_ADVICE ? portCode : reasonCode];
    if (advice !== undefined) return advice;
  }
  return OTHERWISE;
}
