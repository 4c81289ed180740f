-- Undo of 0014_state_before.
ALTER TABLE "tenants" DROP COLUMN "state_before";
