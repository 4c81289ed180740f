-- Undo of 0018_domains.
DROP TABLE "domains";
