import { expect, test } from '@jest/globals';
import {
  ActivityFailure,
  defaultPayloadConverter,
  TimeoutFailure,
  type Payload,
} from '@temporalio/common';
import { reasonOf } from '../../../workflows/shared/failures.ts';

const MESSAGE = 'Keycloak does not answer.';
const applicationFailureInfo = { type: 'identity.unavailable' };

/** A budget that ended; `last`: its last attempt's failure, as Temporal tells it. */
function budgetEnded(last: object): ActivityFailure {
  const timeout = new TimeoutFailure('activity timed out', undefined, 'SCHEDULE_TO_CLOSE');
  timeout.failure = { cause: last };
  return new ActivityFailure('failed', 'ensureIdentity', 'identity', 'TIMEOUT', 'w', timeout);
}

const encoded = (): Payload =>
  defaultPayloadConverter.toPayload({ message: MESSAGE, stack_trace: '' }) as Payload;

test.each([
  ['plain', { message: MESSAGE, applicationFailureInfo }],
  ['encoded', { message: 'Encoded failure', encodedAttributes: encoded(), applicationFailureInfo }],
])('a budget that ends tells the last attempt’s own words: %s', (_name, last) => {
  const reason = { step: 'identity', code: applicationFailureInfo.type, message: MESSAGE };
  expect(reasonOf('identity', budgetEnded(last))).toEqual(reason);
});
