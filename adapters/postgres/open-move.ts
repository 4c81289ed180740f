/** Of rows of `operations`: a move goes on behind its lock, and removes the place that it left. */
export const OPEN_MOVE = `operations.kind = 'moveTenant' and operations.ended_at is null`;
