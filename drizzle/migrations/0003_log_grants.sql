-- Least grants per role. The owner alone publishes key sets.
GRANT SELECT ON "key_sets", "log_nodes", "log_notes" TO "tenure_operator";
GRANT SELECT ON "key_sets" TO "tenure_sequencer";
GRANT SELECT, INSERT ON "log_nodes" TO "tenure_sequencer";
GRANT SELECT, INSERT, UPDATE ON "log_notes" TO "tenure_sequencer";
