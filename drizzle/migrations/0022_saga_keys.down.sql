-- Undo of 0022_saga_keys.
DROP POLICY "tenure_sequencer_by_operation" ON "operations";
DROP TABLE "saga_keys";
