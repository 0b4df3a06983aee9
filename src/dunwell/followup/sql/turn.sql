SELECT * FROM followup_turn(%s::bigint, %s::int, %s::timestamptz, %s::text, %s::varchar,
                            %s::bigint, %s::varchar, %s::timestamptz, %s::interval)
