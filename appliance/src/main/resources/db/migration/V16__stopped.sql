-- What is asked of each mail before it is claimed: whether its address is still mailed. Named, so that it can be said
-- that they are to be used.
CREATE INDEX contact_by_id ON contact(id, state, member_id);
CREATE INDEX member_by_id ON member(id, state);
