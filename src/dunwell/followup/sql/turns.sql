SELECT * FROM followup_turns(%s::jsonb, %s::jsonb)
