-- A number from 0 to 1 that depends on nothing but the seed, the row and what it is for.
CREATE OR REPLACE FUNCTION pg_temp.chance(n bigint, what integer) RETURNS double precision LANGUAGE sql IMMUTABLE AS $$
    SELECT (hashint8extended(n, (%(seed)s * 1000 + what)::bigint) & 9007199254740991) / 9007199254740992.0::float8
$$;

-- The index of the last of `edges` (ascending) that is not above `x`; and how far `x` lies on towards the next one.
CREATE OR REPLACE FUNCTION pg_temp.step(x double precision, edges double precision[]) RETURNS integer
    LANGUAGE sql IMMUTABLE AS $$ SELECT width_bucket(x, edges[1:cardinality(edges) - 1]) $$;
CREATE OR REPLACE FUNCTION pg_temp.towards(x double precision, step integer, edges double precision[])
    RETURNS double precision LANGUAGE sql IMMUTABLE AS $$ SELECT (x - edges[step]) / (edges[step + 1] - edges[step]) $$;

-- A booking's reference: as portal.bookings makes them, of hexadecimal digits alone; no two numbers have the same.
CREATE OR REPLACE FUNCTION pg_temp.reference(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_replace(upper(lpad(to_hex((n * 25214903917) & 281474976710655), 12, '0')), '(....)(....)', '\1-\2-')
$$;
