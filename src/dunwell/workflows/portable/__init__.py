"""All of one organization: out as an archive, in again, or away. One list of tables serves the three."""
