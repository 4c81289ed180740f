import type { Operation, OperationStore } from '../ports/registry-store.ts';
import type { SagaRef } from '../workflows/shared/contract.ts';

/** The accepted request of a saga. It is written before the saga starts, so absence is a bug. */
export async function readOperation(
  operations: Pick<OperationStore, 'findOperation'>,
  ref: SagaRef,
): Promise<Operation> {
  const operation = await operations.findOperation(ref.operation);
  if (operation?.tenant !== ref.tenant) throw new Error(`no operation ${ref.operation}`);
  return operation;
}
