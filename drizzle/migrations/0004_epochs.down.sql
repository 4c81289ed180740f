-- Undo of 0004_epochs.
ALTER TABLE "log_head" DROP COLUMN "epoch", DROP COLUMN "incarnation";
