-- An organization that has an owner keeps one. The organization's row is locked first, so that two owners who
-- step down at the same moment take turns, and the second one is refused.
CREATE FUNCTION organizations_keep_an_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM organizations_organization WHERE id = OLD.organization_id FOR NO KEY UPDATE;
    IF FOUND AND NOT EXISTS (SELECT FROM organizations_membership
                              WHERE organization_id = OLD.organization_id
                                AND role = 'owner' AND deactivated_at IS NULL) THEN
        RAISE EXCEPTION 'Organization % would lose its last owner', OLD.organization_id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'membership_keeps_an_owner';
    END IF;
    RETURN NULL;
END $$;

-- Deferred: ownership may change hands, and a whole organization may go, within one transaction
CREATE CONSTRAINT TRIGGER membership_keeps_an_owner
    AFTER UPDATE OR DELETE ON organizations_membership
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.role = 'owner' AND OLD.deactivated_at IS NULL)
    EXECUTE FUNCTION organizations_keep_an_owner();

-- Django's cache: attempts and requests are counted by all web processes together. Nothing in it outlives a crash.
CREATE UNLOGGED TABLE organizations_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX organizations_cache_expires ON organizations_cache (expires);

-- History is only added to. UPDATE and DELETE are refused by pghistory's own triggers; this one is put on every
-- history table after each migration (organizations/history.py).
CREATE FUNCTION organizations_history_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('dunwell.history_may_be_emptied', true) = 'yes' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'History is only added to: emptying % is refused', TG_TABLE_NAME
          USING ERRCODE = 'insufficient_privilege',
                HINT = 'docs/decisions/0020-history-is-only-added-to.md says how an organization''s history is erased.';
END $$;
