DROP FUNCTION organizations_history_is_kept() CASCADE;
DROP TABLE organizations_cache;
DROP TRIGGER membership_keeps_an_owner ON organizations_membership;
DROP FUNCTION organizations_keep_an_owner();
