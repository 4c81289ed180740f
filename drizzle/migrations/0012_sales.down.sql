-- Undo of 0012_sales.
DROP TABLE "product_requests", "trials", "usage";
