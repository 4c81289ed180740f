import { currentStep, isEnded } from '../../domain/operation.ts';
import type { SagaReason, StepProgress } from '../../domain/operation.ts';
import type { Operation } from '../../ports/registry-store.ts';
import type { LiveSaga } from '../../ports/saga-engine.ts';
import { INVITE_LINK_SECRET } from '../../ports/secrets.ts';
import { withDeadline } from '../http/deadline.ts';
import { formatTime } from '../http/schemas.ts';
import type { ApiPorts } from '../ports.ts';
import type { SagaBody } from './schema.ts';
import { adviseOn } from './what-to-do.ts';

/** Longer than a query of a warm worker takes, shorter than a person minds. */
const LIVE_DETAIL_DEADLINE_MS = 750;

/** The row as it is, without asking anyone. */
export function formatSaga(operation: Operation): SagaBody {
  const { id, kind, tenant, state, reason, steps } = operation;
  return {
    id,
    kind,
    tenant,
    state,
    live: false,
    step: reason?.step ?? currentStep(steps)?.name ?? null,
    attempts: null,
    reason: reason === null ? null : formatReason(reason),
    steps: steps.map(formatStep),
    acceptedAt: formatTime(operation.acceptedAtMs),
    endedAt: operation.endedAtMs === null ? null : formatTime(operation.endedAtMs),
  };
}

/** The row with what the saga itself says, when it answers in time, and the invite link. */
export async function showSaga(
  operation: Operation,
  ports: Pick<ApiPorts, 'engine' | 'secrets' | 'showsInviteLinks'>,
): Promise<SagaBody> {
  const [live, inviteLink] = await Promise.all([
    askLive(operation, ports),
    findInviteLink(operation, ports),
  ]);
  const row = formatSaga(operation);
  return {
    ...row,
    ...(live === undefined ? {} : formatLive(live, operation.reason)),
    ...(inviteLink === undefined ? {} : { inviteLink }),
  };
}

/** Undefined when there is nothing to ask, or no answer in time: the row stands then. */
async function askLive(
  { id, kind, state }: Operation,
  { engine }: Pick<ApiPorts, 'engine'>,
): Promise<LiveSaga | undefined> {
  if (isEnded(state) || state === 'accepted') return undefined;
  try {
    return await withDeadline(engine.ask(id, kind), LIVE_DETAIL_DEADLINE_MS);
  } catch {
    return undefined;
  }
}

function formatLive(live: LiveSaga, recorded: SagaReason | null): Partial<SagaBody> {
  const { state, step, reason, attempts, steps } = live;
  return {
    state,
    live: true,
    step: step ?? null,
    attempts,
    reason: formatLiveReason(step, reason, recorded),
    steps: steps.map(formatStep),
  };
}

/** The engine knows the code; the sentence was recorded with the change of state. */
function formatLiveReason(
  step: string | undefined,
  code: string | undefined,
  recorded: SagaReason | null,
): SagaBody['reason'] {
  if (code === undefined) return null;
  if (recorded?.code === code) return formatReason(recorded);
  return formatReason({ code, step: step ?? '', message: `The step fails with ${code}.` });
}

function formatReason({ code, step, message }: SagaReason): SagaBody['reason'] {
  return { code, step, message, whatToDo: adviseOn(code) };
}

function formatStep({ name, state, startedAtMs, endedAtMs }: StepProgress) {
  return {
    name,
    state,
    startedAt: startedAtMs === undefined ? null : formatTime(startedAtMs),
    endedAt: endedAtMs === undefined ? null : formatTime(endedAtMs),
    ms: startedAtMs === undefined || endedAtMs === undefined ? null : endedAtMs - startedAtMs,
  };
}

async function findInviteLink(
  { kind, tenant }: Operation,
  { secrets, showsInviteLinks }: Pick<ApiPorts, 'secrets' | 'showsInviteLinks'>,
): Promise<string | undefined> {
  if (!showsInviteLinks || kind !== 'provisionTenant') return undefined;
  return secrets.find(tenant, INVITE_LINK_SECRET);
}
