-- Undo of 0002_log.
ALTER TABLE "log_head" DROP COLUMN "key_set";
DROP TABLE "key_sets", "log_nodes", "log_notes";
