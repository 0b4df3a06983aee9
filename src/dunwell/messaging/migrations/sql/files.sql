-- A PDF is compressed already: to try again costs time and wins nothing
ALTER TABLE messaging_storedfile ALTER COLUMN content SET STORAGE EXTERNAL;
