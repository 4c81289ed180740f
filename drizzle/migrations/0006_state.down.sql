-- Undo of 0006_state.
DROP TABLE "state_nodes";
DELETE FROM "log_notes" WHERE "kind" = 'state';
