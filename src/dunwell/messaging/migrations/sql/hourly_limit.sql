-- Until the caller's transaction ends, nobody else begins messages of the organization that these belong to, where it has a
-- limit of messages in any 60 minutes. Its limit, NULL: none.
CREATE FUNCTION messaging_hold_room(asking bigint[], OUT tenant bigint, OUT most int) LANGUAGE plpgsql AS $$
BEGIN
    SELECT message.organization_id, settings.hourly_limit INTO tenant, most
      FROM messaging_message AS message
      JOIN organizations_organizationsettings AS settings ON settings.organization_id = message.organization_id
     WHERE message.id = ANY (asking)
     LIMIT 1;
    IF most IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(x'44756E78'::int, (tenant % 2147483648)::int);
    END IF;
END $$;

-- Which of these messages of an organization may begin now, by its limit; all when it has none. Begun ones count, whatever
-- became of them; those up to an hour ahead as well, so that it holds in whatever order moments come. What is tried again
-- within the hour has its place already and goes first, then the others in their order.
CREATE FUNCTION messaging_room_for(asking bigint[], moment timestamptz) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    held record;
    room int;
BEGIN
    SELECT * INTO held FROM messaging_hold_room(asking);
    IF held.most IS NULL THEN
        RETURN asking;
    END IF;
    SELECT greatest(0, held.most - count(*)) INTO room
      FROM messaging_message AS message
     WHERE message.organization_id = held.tenant AND NOT message.id = ANY (asking)
       AND message.sending_at > moment - interval '1 hour' AND message.sending_at < moment + interval '1 hour';
    RETURN ARRAY(
        SELECT asked.message
          FROM unnest(asking) WITH ORDINALITY AS asked (message, place)
          JOIN messaging_message AS message ON message.id = asked.message
         ORDER BY (message.sending_at > moment - interval '1 hour'
                   AND message.sending_at < moment + interval '1 hour') IS TRUE DESC, asked.place
         LIMIT room);
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
