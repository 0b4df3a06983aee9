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
