-- Undo of 0005_epochs.
ALTER TABLE "log_head" DROP COLUMN "epoch", DROP COLUMN "incarnation";
