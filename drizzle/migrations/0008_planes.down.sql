-- Undo of 0008_planes.
DROP TABLE "plane_receipts", "planes";
