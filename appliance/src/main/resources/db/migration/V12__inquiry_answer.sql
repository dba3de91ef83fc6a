-- What an organisation answers those who write to it, if it wants to.
ALTER TABLE organisation ADD COLUMN inquiry_answer BOOLEAN DEFAULT FALSE NOT NULL;
ALTER TABLE organisation ADD COLUMN inquiry_answer_ja VARCHAR(2000) DEFAULT '' NOT NULL;
ALTER TABLE organisation ADD COLUMN inquiry_answer_en VARCHAR(2000) DEFAULT '' NOT NULL;
