// Opens chunks in SQL, so that the views have old readings, too: `codec/chunk-codec.ts` once more, in PL/pgSQL. It takes some
// microseconds a reading; the hub itself never asks it.

/** A number of 8 bytes, from its two halves. */
const DOUBLE = `CREATE OR REPLACE FUNCTION bramble_double(high bigint, low bigint) RETURNS double precision
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  sign double precision := CASE WHEN high & 2147483648 = 0 THEN 1 ELSE -1 END;
  exponent integer := (high >> 20) & 2047;
  mantissa double precision := (high & 1048575) * 4294967296.0::double precision + low;
BEGIN
  IF exponent = 0 THEN RETURN sign * (mantissa * power(2::double precision, -1074)); END IF;
  RETURN sign * ((1 + mantissa / 4503599627370496) * power(2::double precision, exponent - 1023));
END $$`;

/** The same of 4 bytes. */
const FLOAT = `CREATE OR REPLACE FUNCTION bramble_float(bits bigint) RETURNS double precision
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  sign double precision := CASE WHEN bits & 2147483648 = 0 THEN 1 ELSE -1 END;
  exponent integer := (bits >> 23) & 255;
  mantissa double precision := bits & 8388607;
BEGIN
  IF exponent = 0 THEN RETURN sign * (mantissa * power(2::double precision, -149)); END IF;
  RETURN sign * ((1 + mantissa / 8388608) * power(2::double precision, exponent - 127));
END $$`;

const WORD = `CREATE OR REPLACE FUNCTION bramble_word(data bytea, at integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT get_byte(data, at)::bigint + 256 * get_byte(data, at + 1)
    + 65536 * get_byte(data, at + 2) + 16777216::bigint * get_byte(data, at + 3)
$$`;

/** `at` becomes the byte behind it. */
const VARINT = `CREATE OR REPLACE FUNCTION bramble_varint(data bytea, INOUT at integer, OUT number bigint)
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  byte integer;
  shift integer := 0;
BEGIN
  number := 0;
  LOOP
    byte := get_byte(data, at);
    at := at + 1;
    number := number | ((byte & 127)::bigint << shift);
    EXIT WHEN byte < 128;
    shift := shift + 7;
  END LOOP;
END $$`;

/** A column of whole numbers: bins, the frequencies of their symbols, symbols, places in the bins, and the forecast's errors. */
const INTEGERS = `CREATE OR REPLACE FUNCTION bramble_integers(
  data bytea, INOUT at integer, count integer, OUT numbers double precision[]
) LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  gains integer := get_byte(data, at);
  level_gain double precision := (ARRAY[1, 1, 0.25, 0.0625, 0.015625, 0])[gains + 1];
  step_gain double precision := CASE gains WHEN 1 THEN 1 ELSE 0 END;
  level double precision := bramble_double(bramble_word(data, at + 5), bramble_word(data, at + 1));
  step double precision := bramble_double(bramble_word(data, at + 13), bramble_word(data, at + 9));
  error_limit double precision;
  kind integer;
  first integer;
  kinds integer;
  number bigint;
  low double precision[];
  bits integer[];
  class integer;
  octave integer;
  least double precision;
  weights integer[] := ARRAY[0, 8, 12, 18, 27, 41, 61, 91, 137, 205, 308, 461, 692, 1038, 1557, 2335];
  frequency integer;
  levels integer[];
  used integer := 0;
  total integer := 0;
  top integer := 1;
  shares integer[];
  starts integer[];
  start integer := 0;
  symbol_at integer[] := array_fill(1, ARRAY[4096]);
  symbols integer[] := array_fill(1, ARRAY[count]);
  symbol integer;
  share integer;
  state bigint;
  a bigint;
  b bigint;
  c bigint;
  d bigint;
  bit_at integer;
  width integer;
  offset_bits bigint;
  byte_at integer;
  shift integer;
  error double precision;
BEGIN
  SELECT found.at, found.number INTO at, number FROM bramble_varint(data, at + 17) AS found;
  error_limit := number;
  kind := get_byte(data, at);
  IF kind = 0 THEN
    SELECT found.at, found.number INTO at, first FROM bramble_varint(data, at + 1) AS found;
    SELECT found.at, found.number INTO at, kinds FROM bramble_varint(data, at) AS found;
    low := array_fill(0::double precision, ARRAY[kinds]);
    bits := array_fill(0, ARRAY[kinds]);
    FOR i IN 1..kinds LOOP
      class := first + i - 1 - 208;
      IF class < 0 THEN class := -1 - class; END IF;
      octave := CASE WHEN class < 8 THEN 0 ELSE (class - 8) / 4 + 1 END;
      least := CASE WHEN class < 8 THEN class ELSE (4 + class % 4) * power(2::double precision, octave) END;
      low[i] := CASE WHEN first + i - 1 < 208 THEN -least - power(2::double precision, octave) ELSE least END;
      bits[i] := octave;
    END LOOP;
  ELSE
    SELECT found.at, found.number INTO at, kinds FROM bramble_varint(data, at + 1) AS found;
    low := array_fill(0::double precision, ARRAY[kinds]);
    bits := array_fill(0, ARRAY[kinds]);
    low[1] := bramble_double(bramble_word(data, at + 4), bramble_word(data, at));
    at := at + 8;
    FOR i IN 2..kinds LOOP
      SELECT found.at, found.number INTO at, number FROM bramble_varint(data, at) AS found;
      low[i] := low[i - 1] + number;
    END LOOP;
  END IF;

  levels := array_fill(0, ARRAY[kinds]);
  shares := levels;
  starts := levels;
  FOR i IN 1..kinds LOOP
    frequency := (get_byte(data, at + (i - 1) / 2) >> (4 * ((i - 1) % 2))) & 15;
    levels[i] := frequency;
    IF frequency > 0 THEN used := used + 1; END IF;
    IF frequency > levels[top] THEN top := i; END IF;
    total := total + weights[frequency + 1];
  END LOOP;
  at := at + (kinds + 1) / 2;
  share := 4096;
  FOR i IN 1..kinds LOOP
    frequency := weights[levels[i] + 1];
    IF frequency > 0 THEN shares[i] := 1 + frequency * (4096 - used) / total; END IF;
    share := share - shares[i];
  END LOOP;
  shares[top] := shares[top] + share;
  FOR i IN 1..kinds LOOP
    starts[i] := start;
    FOR j IN start + 1..start + shares[i] LOOP symbol_at[j] := i; END LOOP;
    start := start + shares[i];
  END LOOP;

  a := bramble_word(data, at);
  b := bramble_word(data, at + 4);
  c := bramble_word(data, at + 8);
  d := bramble_word(data, at + 12);
  at := at + 16;
  FOR i IN 1..count LOOP
    share := a & 4095;
    symbol := symbol_at[share + 1];
    symbols[i] := symbol;
    state := shares[symbol] * (a >> 12) + share - starts[symbol];
    IF state < 32768 THEN
      state := (state << 16) | get_byte(data, at) | (get_byte(data, at + 1) << 8);
      at := at + 2;
    END IF;
    a := b;
    b := c;
    c := d;
    d := state;
  END LOOP;

  numbers := array_fill(0::double precision, ARRAY[count]);
  bit_at := at * 8;
  FOR i IN 1..count LOOP
    symbol := symbols[i];
    width := bits[symbol];
    error := low[symbol];
    IF width > 0 THEN
      byte_at := bit_at / 8;
      shift := -(bit_at % 8);
      offset_bits := get_byte(data, byte_at) >> -shift;
      bit_at := bit_at + width;
      LOOP
        shift := shift + 8;
        EXIT WHEN shift >= width;
        byte_at := byte_at + 1;
        offset_bits := offset_bits | (get_byte(data, byte_at)::bigint << shift);
      END LOOP;
      error := error + (offset_bits & ((1::bigint << width) - 1));
    END IF;
    numbers[i] := floor(level) + error;
    level := level + ((CASE WHEN abs(error) > error_limit THEN error ELSE level_gain * error END) + step);
    step := step + step_gain * error;
  END LOOP;
  at := (bit_at + 7) / 8;
END $$`;

const DOUBLES = `CREATE OR REPLACE FUNCTION bramble_doubles(
  data bytea, INOUT at integer, count integer, OUT numbers double precision[]
) LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  way integer := get_byte(data, at);
  unit double precision;
  misfits bigint := 0;
  distance bigint;
  place integer := 1;
  places integer[] := '{}';
  others double precision[] := '{}';
  low double precision[];
BEGIN
  at := at + 1;
  IF way <= 9 THEN
    SELECT found.at, found.number INTO at, misfits FROM bramble_varint(data, at) AS found;
    FOR i IN 1..misfits LOOP
      SELECT found.at, found.number INTO at, distance FROM bramble_varint(data, at) AS found;
      place := place + distance;
      places := places || place;
      others := others || bramble_double(bramble_word(data, at + 4), bramble_word(data, at));
      at := at + 8;
    END LOOP;
  END IF;
  SELECT found.at, found.numbers INTO at, numbers FROM bramble_integers(data, at, count) AS found;
  IF way BETWEEN 1 AND 9 THEN
    unit := power(10::double precision, way);
    FOR i IN 1..count LOOP numbers[i] := numbers[i] / unit; END LOOP;
  ELSIF way = 10 THEN
    FOR i IN 1..count LOOP numbers[i] := bramble_float(numbers[i]::bigint & 4294967295); END LOOP;
  ELSIF way = 11 THEN
    SELECT found.at, found.numbers INTO at, low FROM bramble_integers(data, at, count) AS found;
    FOR i IN 1..count LOOP
      numbers[i] := bramble_double(numbers[i]::bigint & 4294967295, low[i]::bigint & 4294967295);
    END LOOP;
  END IF;
  FOR i IN 1..misfits LOOP numbers[places[i]] := others[i]; END LOOP;
END $$`;

const CHUNK = `CREATE OR REPLACE FUNCTION bramble_chunk(stored bytea) RETURNS TABLE (ts bigint, value double precision)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 4096 COST 100000 SET search_path FROM CURRENT AS $$
DECLARE
  -- Out of the table's own storage, once.
  data bytea := stored || ''::bytea;
  count integer;
  at integer;
  times double precision[];
  numbers double precision[];
BEGIN
  IF get_byte(data, 0) <> 1 THEN RAISE EXCEPTION 'The format of a chunk is unknown.'; END IF;
  SELECT found.at, found.number INTO at, count FROM bramble_varint(data, 1) AS found;
  SELECT found.at, found.numbers INTO at, times FROM bramble_doubles(data, at, count) AS found;
  SELECT found.at, found.numbers INTO at, numbers FROM bramble_doubles(data, at, count) AS found;
  RETURN QUERY SELECT one.ts::bigint, one.value FROM unnest(times, numbers) AS one (ts, value);
END $$`;

/** `time` is for reading, `ts` for conditions: of rows the index knows it; of chunks each one of the series is opened. */
const READINGS = `CREATE OR REPLACE VIEW bramble_reading AS
  SELECT to_timestamp(found.ts / 1000.0) AS time, named.device, named.metric, named.unit, found.value, found.ts
  FROM bramble_series AS named CROSS JOIN LATERAL (
    SELECT ts, value FROM reading WHERE series_id = named.id
    UNION ALL
    SELECT old.ts, old.value FROM reading_chunk AS chunk CROSS JOIN LATERAL bramble_chunk(chunk.data) AS old
    WHERE chunk.series_id = named.id
      AND NOT EXISTS (SELECT 1 FROM reading WHERE series_id = named.id AND reading.ts = old.ts)
  ) AS found`;

/** The readings of one series and stretch of time: opens no other chunk. */
const READINGS_BETWEEN = `CREATE OR REPLACE FUNCTION bramble_readings(
  device text, metric text, from_time timestamptz, to_time timestamptz
) RETURNS TABLE ("time" timestamptz, value double precision)
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  WITH wanted AS (
    SELECT id, ceil(extract(epoch FROM from_time) * 1000)::bigint AS from_ts, ceil(extract(epoch FROM to_time) * 1000)::bigint AS to_ts
    FROM series WHERE series.device = $1 AND series.metric = $2
  ), found AS (
    SELECT ts, reading.value FROM wanted JOIN reading ON series_id = id AND ts >= from_ts AND ts < to_ts
    UNION ALL
    SELECT old.ts, old.value
    FROM wanted JOIN reading_chunk AS chunk ON series_id = id AND first_ts < to_ts AND last_ts >= from_ts
    CROSS JOIN LATERAL bramble_chunk(chunk.data) AS old
    WHERE old.ts >= from_ts AND old.ts < to_ts
      AND NOT EXISTS (SELECT 1 FROM reading WHERE series_id = id AND reading.ts = old.ts)
  )
  SELECT to_timestamp(ts / 1000.0), found.value FROM found ORDER BY ts
$$`;

export const CHUNK_VIEWS: readonly string[] = [
  DOUBLE,
  FLOAT,
  WORD,
  VARINT,
  INTEGERS,
  DOUBLES,
  CHUNK,
  READINGS_BETWEEN,
  READINGS,
];
