-- How many of these messages of an organization may begin now, by its limit of messages in any 60 minutes; all when it has
-- none. Begun ones count, whatever became of them; those up to an hour ahead as well, so that it holds in whatever order
-- moments come. Whoever asks waits until the one who asked before has committed: no two take the last place.
CREATE FUNCTION messaging_room_for(asking bigint[], moment timestamptz) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    tenant bigint;
    most int;
BEGIN
    SELECT message.organization_id, settings.hourly_limit INTO tenant, most
      FROM messaging_message AS message
      JOIN organizations_organizationsettings AS settings ON settings.organization_id = message.organization_id
     WHERE message.id = asking[1];
    IF most IS NULL THEN
        RETURN cardinality(asking);
    END IF;
    PERFORM pg_advisory_xact_lock(x'44756E78'::int, (tenant % 2147483648)::int);
    -- One that is tried again takes the place it has
    RETURN (SELECT greatest(0, most - count(*)) FROM messaging_message AS message
             WHERE message.organization_id = tenant AND NOT message.id = ANY (asking)
               AND message.sending_at > moment - interval '1 hour' AND message.sending_at < moment + interval '1 hour');
END $$;

-- How many more may begin at a moment, NULL when there is no limit; without any, when there will be room.
CREATE FUNCTION messaging_room(tenant bigint, moment timestamptz, OUT room int, OUT opens_at timestamptz)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    most int;
BEGIN
    SELECT hourly_limit INTO most FROM organizations_organizationsettings WHERE organization_id = tenant;
    IF most IS NOT NULL THEN
        SELECT greatest(0, most - count(*)),
               CASE WHEN count(*) >= most THEN (array_agg(sending_at ORDER BY sending_at))[count(*) - most + 1]
                                               + interval '1 hour' END
          INTO room, opens_at
          FROM messaging_message
         WHERE organization_id = tenant
           AND sending_at > moment - interval '1 hour' AND sending_at < moment + interval '1 hour';
    END IF;
END $$;
