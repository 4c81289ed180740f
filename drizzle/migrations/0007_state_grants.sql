-- Least grants per role: the sequencer makes the tree, whoever serves it reads it.
GRANT SELECT ON "state_nodes" TO "tenure_operator";
GRANT SELECT, INSERT, UPDATE, DELETE ON "state_nodes" TO "tenure_sequencer";
