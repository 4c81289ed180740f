-- Undo of 0007_planes.
DROP TABLE "plane_receipts", "planes";
