-- Which entries of a long stream are about which serial numbers, so that a few units are found without reading all of it.
-- Made from the log when it is first asked for, and again whenever it is taken away.

-- How far a stream was looked through, and the leaf of the entry there.
CREATE TABLE content_traced (
  stream text PRIMARY KEY,
  revision bigint NOT NULL CHECK (revision >= 0),
  leaf text NOT NULL
);

-- A range stands at the lowest level at which it lies in two neighbouring buckets of 2^level serial numbers at most, under
-- the first of the two: so whoever looks for a range asks at each level for the few buckets about it.
CREATE TABLE content_trace (
  stream text NOT NULL,
  -- Of another registry its number space; else empty.
  space text NOT NULL,
  level smallint NOT NULL,
  bucket bigint NOT NULL,
  index bigint NOT NULL,
  first bigint NOT NULL,
  last bigint NOT NULL CHECK (last >= first),
  PRIMARY KEY (stream, space, level, bucket, index, first)
);
