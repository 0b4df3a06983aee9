-- rules.channels.channel_for, set-based: which channel a step takes for one customer. `usable` are the channels that are set
-- up and have the step's text, `reachable` those on which the customer has an address that may be used.
CREATE FUNCTION followup_channel(own varchar, preferred varchar, reachable text[], usable text[])
RETURNS varchar LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN own NOT IN ('email', 'sms', 'letter') OR NOT own = ANY (usable) THEN own
                WHEN preferred = ANY (usable) AND preferred = ANY (reachable) THEN preferred
                WHEN own = ANY (reachable) THEN own
                WHEN 'email' = ANY (usable) AND 'email' = ANY (reachable) THEN 'email'
                WHEN 'sms' = ANY (usable) AND 'sms' = ANY (reachable) THEN 'sms'
                WHEN 'letter' = ANY (usable) AND 'letter' = ANY (reachable) THEN 'letter'
                ELSE own END
$$;
