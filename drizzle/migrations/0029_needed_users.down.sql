-- Undo of 0029_needed_users.
DROP INDEX "memberships_by_identity";
DROP INDEX "invitations_open_email";
