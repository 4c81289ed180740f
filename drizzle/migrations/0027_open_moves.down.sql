-- Undo of 0027_open_moves.
DROP INDEX "operations_open_move";
