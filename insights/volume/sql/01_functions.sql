-- A number from 0 to 1 that depends on nothing but the seed, the row and what it is for.
CREATE OR REPLACE FUNCTION pg_temp.chance(n bigint, what integer) RETURNS double precision LANGUAGE sql IMMUTABLE AS $$
    SELECT (hashint8extended(n, (%(seed)s * 1000 + what)::bigint) & 9007199254740991) / 9007199254740992.0::float8
$$;

-- The index of the last of `edges` (ascending) that is not above `x`; and how far `x` lies on towards the next one.
CREATE OR REPLACE FUNCTION pg_temp.step(x double precision, edges double precision[]) RETURNS integer
    LANGUAGE sql IMMUTABLE AS $$ SELECT width_bucket(x, edges[1:cardinality(edges) - 1]) $$;
CREATE OR REPLACE FUNCTION pg_temp.towards(x double precision, step integer, edges double precision[])
    RETURNS double precision LANGUAGE sql IMMUTABLE AS $$ SELECT (x - edges[step]) / (edges[step + 1] - edges[step]) $$;

-- A booking's reference: twelve symbols of Crockford's base 32, as portal.bookings makes them.
CREATE OR REPLACE FUNCTION pg_temp.reference(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT string_agg(
        substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', ((h.bits >> (5 * place)) & 31)::integer + 1, 1)
            || CASE WHEN place IN (3, 7) THEN '-' ELSE '' END,
        '' ORDER BY place
    )
    FROM (SELECT hashint8extended(n, %(seed)s * 1000) AS bits) h, generate_series(0, 11) place
$$;
