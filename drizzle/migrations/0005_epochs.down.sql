-- Undo of 0005_epochs.
REVOKE SELECT ("epoch") ON "log_head" FROM "tenure_worker";
ALTER TABLE "log_head" DROP COLUMN "epoch", DROP COLUMN "incarnation";
