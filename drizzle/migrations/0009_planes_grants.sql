-- Least grants per role. Operators say which planes there are; the API takes receipts as one of them.
GRANT SELECT, INSERT, UPDATE, DELETE ON "planes" TO "tenure_operator";
GRANT SELECT, INSERT, DELETE ON "plane_receipts" TO "tenure_operator";
-- Which facts an operation made.
GRANT SELECT ON "commits" TO "tenure_operator";
