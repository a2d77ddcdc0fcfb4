-- Copies of what somebody wrote, and leaving, read in the order of an index however much somebody wrote.

ALTER TABLE post ADD KEY written (author_id, post_id);

-- Whose name is taken off when somebody of the staff is erased.
ALTER TABLE user_ban ADD KEY closed_by (by_id);
ALTER TABLE picture ADD KEY uploader (uploader_id);
ALTER TABLE sale ADD KEY maker (created_by);
