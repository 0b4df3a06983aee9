-- Django's cache: attempts and requests are counted by all web processes together. Nothing in it outlives a crash.
CREATE UNLOGGED TABLE organizations_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);

CREATE INDEX organizations_cache_expires ON organizations_cache (expires);
