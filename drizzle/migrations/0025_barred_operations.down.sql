-- Undo of 0025_barred_operations.
ALTER TABLE "operations" DROP COLUMN "barred";
