import type { FindingCode } from '../../domain/reconcile/finding.ts';

/** What an operator can do about a finding that the doctor did not mend. */
export const FINDING_ADVICE: Readonly<Record<FindingCode, string>> = {
  missing:
    'Run `tenure doctor --repair`: it is made anew, empty; what was in it comes from your backup. Of a frozen tenant: unfreeze it first.',
  drift: 'Run `tenure doctor --repair`. If it comes back, somebody else manages that attribute.',
  open: 'Run `tenure doctor --repair`: it is closed again, and sessions end. See who opened it.',
  foreign:
    'An object of that name is there and is not ours: it is never touched. Remove or rename it, then run `tenure doctor --repair`.',
  unseen: 'The system could not be looked at. Bring it back, and look again.',
  misplaced:
    'It carries the tenant’s mark, and the tenant has its object elsewhere. If nobody needs it, remove it by hand.',
  orphan:
    'Its tenant failed, is archived, or is not known. `tenure doctor --repair` removes it; one of an unknown tenant only after an hour, and never when the log has facts of the tenant: then run `tenure recover`.',
  'row-differs':
    'Somebody changed the row by hand. `tenure doctor --repair` brings it back to what was decided.',
  'row-missing': 'Somebody removed the row by hand. `tenure doctor --repair` writes it again.',
  'row-without-fact':
    'Somebody wrote the row by hand; no data plane knows of it. Remove it, and make the change by a request.',
  'saga-unstarted': 'Run `tenure doctor --repair`, and see whether the workers run.',
  'saga-lost':
    'Its saga was terminated or is past retention. `tenure doctor --repair` closes it where it knows what is left; otherwise compare the tenant by hand, then ask for the change again.',
  'saga-parked': 'See `tenure sagas show`: it has the reason and what to do.',
  'saga-without-row':
    'A saga runs that no operation asked for, as after a restored backup. `tenure doctor --repair` terminates it.',
};
