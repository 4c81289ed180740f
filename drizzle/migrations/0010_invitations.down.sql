-- Undo of 0010_invitations.
DROP TABLE "invitations";
