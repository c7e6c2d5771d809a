// Opens chunks in SQL, so that the views of MariaDB have old readings, too: `codec/chunk-codec.ts` once more, as stored routines. They
// have no arrays: symbols lie in strings of two bytes each, numbers in strings of `WIDTH` characters each. It takes up to a hundred
// microseconds a reading; the hub itself never asks it.

const WIDTH = 24;

const byteAt = (place: string) => `ASCII(SUBSTRING(data, ${place} + 1, 1))`;
const pairAt = (text: string, place: string) =>
  `(ASCII(SUBSTRING(${text}, ${place}, 1)) * 256 + ASCII(SUBSTRING(${text}, ${place} + 1, 1)))`;
const asPair = (number: string) => `CHAR((${number}) DIV 256, (${number}) MOD 256)`;
const numberAt = (numbers: string, index: string) =>
  `(SUBSTRING(${numbers}, (${index}) * ${WIDTH} + 1, ${WIDTH}) + 0e0)`;
const asNumber = (number: string) => `LPAD(${number}, ${WIDTH}, ' ')`;

const WORD = `CREATE OR REPLACE FUNCTION bramble_word(data LONGBLOB, place INT) RETURNS BIGINT DETERMINISTIC NO SQL
RETURN ${byteAt("place")} + 256 * ${byteAt("place + 1")} + 65536 * ${byteAt("place + 2")} + 16777216 * ${byteAt("place + 3")}`;

/** A number of 8 bytes, from its two halves. */
const DOUBLE = `CREATE OR REPLACE FUNCTION bramble_double(high BIGINT, low BIGINT) RETURNS DOUBLE DETERMINISTIC NO SQL
BEGIN
  DECLARE sign DOUBLE DEFAULT IF((high & 2147483648) = 0, 1, -1);
  DECLARE exponent INT DEFAULT (high >> 20) & 2047;
  DECLARE mantissa DOUBLE DEFAULT (high & 1048575) * 4294967296e0 + low;
  IF exponent = 0 THEN RETURN sign * (mantissa * POW(2, -1074)); END IF;
  RETURN sign * ((1 + mantissa / 4503599627370496e0) * POW(2, exponent - 1023));
END`;

/** The same of 4 bytes. */
const FLOAT = `CREATE OR REPLACE FUNCTION bramble_float(bits BIGINT) RETURNS DOUBLE DETERMINISTIC NO SQL
BEGIN
  DECLARE sign DOUBLE DEFAULT IF((bits & 2147483648) = 0, 1, -1);
  DECLARE exponent INT DEFAULT (bits >> 23) & 255;
  DECLARE mantissa DOUBLE DEFAULT bits & 8388607;
  IF exponent = 0 THEN RETURN sign * (mantissa * POW(2, -149)); END IF;
  RETURN sign * ((1 + mantissa / 8388608e0) * POW(2, exponent - 127));
END`;

/** `place` becomes the byte behind it. */
const VARINT = `CREATE OR REPLACE PROCEDURE bramble_varint(IN data LONGBLOB, INOUT place INT, OUT number BIGINT)
DETERMINISTIC NO SQL
BEGIN
  DECLARE byte INT DEFAULT 128;
  DECLARE shift INT DEFAULT 0;
  SET number = 0;
  WHILE byte >= 128 DO
    SET byte = ${byteAt("place")};
    SET place = place + 1;
    SET number = number | ((byte & 127) << shift);
    SET shift = shift + 7;
  END WHILE;
END`;

/** A column of whole numbers: bins, the frequencies of their symbols, symbols, places in the bins, and the forecast's errors. */
const INTEGERS = `CREATE OR REPLACE PROCEDURE bramble_integers(
  IN data LONGBLOB, INOUT place INT, IN readings INT, OUT numbers LONGBLOB
) DETERMINISTIC NO SQL
BEGIN
  DECLARE gains INT DEFAULT ${byteAt("place")};
  DECLARE level_gain DOUBLE DEFAULT ELT(gains + 1, '1', '1', '0.25', '0.0625', '0.015625', '0') + 0e0;
  DECLARE step_gain DOUBLE DEFAULT IF(gains = 1, 1, 0);
  DECLARE level_now DOUBLE DEFAULT bramble_double(bramble_word(data, place + 5), bramble_word(data, place + 1));
  DECLARE step_now DOUBLE DEFAULT bramble_double(bramble_word(data, place + 13), bramble_word(data, place + 9));
  DECLARE error_limit BIGINT;
  DECLARE kind INT;
  DECLARE first_bin BIGINT;
  DECLARE kinds BIGINT;
  DECLARE distance BIGINT;
  DECLARE bin INT;
  DECLARE octave INT;
  DECLARE low DOUBLE;
  DECLARE lows LONGBLOB DEFAULT '';
  DECLARE widths BLOB DEFAULT '';
  DECLARE i INT DEFAULT 0;
  DECLARE frequency INT;
  DECLARE most INT DEFAULT -1;
  DECLARE most_at INT DEFAULT 0;
  DECLARE used INT DEFAULT 0;
  DECLARE total INT DEFAULT 0;
  DECLARE spare INT DEFAULT 4096;
  DECLARE weights BLOB DEFAULT '';
  DECLARE shares BLOB DEFAULT '';
  DECLARE starts BLOB DEFAULT '';
  DECLARE symbol_at BLOB DEFAULT '';
  DECLARE start_now INT DEFAULT 0;
  DECLARE symbols LONGBLOB DEFAULT '';
  DECLARE symbol INT;
  DECLARE share INT;
  DECLARE state BIGINT;
  DECLARE a BIGINT;
  DECLARE b BIGINT;
  DECLARE c BIGINT;
  DECLARE d BIGINT;
  DECLARE bit_at BIGINT;
  DECLARE byte_at INT;
  DECLARE width INT;
  DECLARE shift INT;
  DECLARE found BIGINT;
  DECLARE error_now DOUBLE;
  SET place = place + 17;
  CALL bramble_varint(data, place, error_limit);
  SET kind = ${byteAt("place")};
  SET place = place + 1;
  IF kind = 0 THEN
    CALL bramble_varint(data, place, first_bin);
    CALL bramble_varint(data, place, kinds);
    WHILE i < kinds DO
      SET bin = first_bin + i - 208;
      IF bin < 0 THEN SET bin = -1 - bin; END IF;
      SET octave = IF(bin < 8, 0, (bin - 8) DIV 4 + 1);
      SET low = IF(bin < 8, bin, (4 + bin MOD 4) * POW(2, octave));
      IF first_bin + i < 208 THEN SET low = -low - POW(2, octave); END IF;
      SET lows = CONCAT(lows, ${asNumber("low")}), widths = CONCAT(widths, CHAR(octave)), i = i + 1;
    END WHILE;
  ELSE
    CALL bramble_varint(data, place, kinds);
    SET low = bramble_double(bramble_word(data, place + 4), bramble_word(data, place));
    SET place = place + 8;
    WHILE i < kinds DO
      IF i > 0 THEN
        CALL bramble_varint(data, place, distance);
        SET low = low + distance;
      END IF;
      SET lows = CONCAT(lows, ${asNumber("low")}), i = i + 1;
    END WHILE;
    SET widths = REPEAT(CHAR(0), kinds);
  END IF;

  SET i = 0;
  WHILE i < kinds DO
    SET frequency = (${byteAt("place + i DIV 2")} >> (4 * (i MOD 2))) & 15;
    IF frequency > 0 THEN SET used = used + 1; END IF;
    IF frequency > most THEN SET most = frequency, most_at = i; END IF;
    SET frequency = ELT(frequency + 1, 0, 8, 12, 18, 27, 41, 61, 91, 137, 205, 308, 461, 692, 1038, 1557, 2335);
    SET total = total + frequency, weights = CONCAT(weights, ${asPair("frequency")}), i = i + 1;
  END WHILE;
  SET place = place + (kinds + 1) DIV 2, i = 0;
  WHILE i < kinds DO
    SET frequency = ${pairAt("weights", "2 * i + 1")};
    IF frequency > 0 THEN SET spare = spare - 1 - frequency * (4096 - used) DIV total; END IF;
    SET i = i + 1;
  END WHILE;
  SET i = 0;
  WHILE i < kinds DO
    SET frequency = ${pairAt("weights", "2 * i + 1")};
    SET share = IF(frequency > 0, 1 + frequency * (4096 - used) DIV total, 0) + IF(i = most_at, spare, 0);
    SET shares = CONCAT(shares, ${asPair("share")}), starts = CONCAT(starts, ${asPair("start_now")});
    SET symbol_at = CONCAT(symbol_at, REPEAT(${asPair("i")}, share)), start_now = start_now + share, i = i + 1;
  END WHILE;

  SET a = bramble_word(data, place), b = bramble_word(data, place + 4);
  SET c = bramble_word(data, place + 8), d = bramble_word(data, place + 12);
  SET place = place + 16, i = 0;
  WHILE i < readings DO
    SET share = a & 4095;
    SET symbol = ${pairAt("symbol_at", "2 * share + 1")};
    SET state = ${pairAt("shares", "2 * symbol + 1")} * (a >> 12) + share - ${pairAt("starts", "2 * symbol + 1")};
    IF state < 32768 THEN
      SET state = state * 65536 + ${byteAt("place")} + 256 * ${byteAt("place + 1")}, place = place + 2;
    END IF;
    SET symbols = CONCAT(symbols, ${asPair("symbol")}), a = b, b = c, c = d, d = state, i = i + 1;
  END WHILE;

  SET numbers = '', bit_at = place * 8, i = 0;
  WHILE i < readings DO
    SET symbol = ${pairAt("symbols", "2 * i + 1")};
    SET error_now = ${numberAt("lows", "symbol")}, width = ASCII(SUBSTRING(widths, symbol + 1, 1));
    IF width > 0 THEN
      SET byte_at = bit_at DIV 8, shift = 8 - bit_at MOD 8;
      SET found = ${byteAt("byte_at")} >> (8 - shift), bit_at = bit_at + width;
      WHILE shift < width DO
        SET byte_at = byte_at + 1;
        SET found = found | (${byteAt("byte_at")} << shift), shift = shift + 8;
      END WHILE;
      SET error_now = error_now + (found & ((1 << width) - 1));
    END IF;
    SET numbers = CONCAT(numbers, ${asNumber("FLOOR(level_now) + error_now")});
    SET level_now = level_now + (IF(ABS(error_now) > error_limit, error_now, level_gain * error_now) + step_now);
    SET step_now = step_now + step_gain * error_now, i = i + 1;
  END WHILE;
  SET place = (bit_at + 7) DIV 8;
END`;

const DOUBLES = `CREATE OR REPLACE PROCEDURE bramble_doubles(
  IN data LONGBLOB, INOUT place INT, IN readings INT, OUT numbers LONGBLOB
) DETERMINISTIC NO SQL
BEGIN
  DECLARE way INT DEFAULT ${byteAt("place")};
  DECLARE misfits BIGINT DEFAULT 0;
  DECLARE places LONGBLOB DEFAULT '';
  DECLARE others LONGBLOB DEFAULT '';
  DECLARE distance BIGINT;
  DECLARE whole LONGBLOB;
  DECLARE low LONGBLOB;
  DECLARE at_row INT DEFAULT 0;
  DECLARE i INT DEFAULT 0;
  SET place = place + 1;
  IF way <= 9 THEN
    CALL bramble_varint(data, place, misfits);
    WHILE i < misfits DO
      CALL bramble_varint(data, place, distance);
      SET at_row = at_row + distance, places = CONCAT(places, ${asPair("at_row")});
      SET others = CONCAT(others, ${asNumber("bramble_double(bramble_word(data, place + 4), bramble_word(data, place))")});
      SET place = place + 8, i = i + 1;
    END WHILE;
  END IF;
  CALL bramble_integers(data, place, readings, whole);
  IF way = 11 THEN CALL bramble_integers(data, place, readings, low); END IF;
  SET numbers = IF(way = 0, whole, ''), i = 0;
  WHILE way > 0 AND i < readings DO
    SET numbers = CONCAT(numbers, LPAD(CASE way
      WHEN 10 THEN bramble_float(CAST(${numberAt("whole", "i")} AS SIGNED) & 4294967295)
      WHEN 11 THEN bramble_double(
        CAST(${numberAt("whole", "i")} AS SIGNED) & 4294967295, CAST(${numberAt("low", "i")} AS SIGNED) & 4294967295)
      ELSE ${numberAt("whole", "i")} / POW(10, way) END, ${WIDTH}, ' '));
    SET i = i + 1;
  END WHILE;
  SET i = 0;
  WHILE i < misfits DO
    SET at_row = ${pairAt("places", "2 * i + 1")};
    SET numbers = INSERT(numbers, at_row * ${WIDTH} + 1, ${WIDTH}, SUBSTRING(others, i * ${WIDTH} + 1, ${WIDTH})), i = i + 1;
  END WHILE;
END`;

/** A chunk as JSON: pairs of a time and a value. */
const CHUNK = `CREATE OR REPLACE FUNCTION bramble_chunk(data LONGBLOB) RETURNS LONGTEXT CHARACTER SET utf8mb4 DETERMINISTIC NO SQL
BEGIN
  DECLARE place INT DEFAULT 1;
  DECLARE readings BIGINT;
  DECLARE times LONGBLOB;
  DECLARE numbers LONGBLOB;
  DECLARE pairs LONGBLOB DEFAULT '[';
  DECLARE i INT DEFAULT 0;
  CALL bramble_varint(data, place, readings);
  CALL bramble_doubles(data, place, readings, times);
  CALL bramble_doubles(data, place, readings, numbers);
  WHILE i < readings DO
    SET pairs = CONCAT(pairs, IF(i = 0, '[', ',['), CAST(${numberAt("times", "i")} AS SIGNED), ',',
      LTRIM(SUBSTRING(numbers, i * ${WIDTH} + 1, ${WIDTH})), ']');
    SET i = i + 1;
  END WHILE;
  RETURN CONVERT(CONCAT(pairs, ']') USING utf8mb4);
END`;

const NAMED = "named.device, named.metric, named.unit";
const TIME_OF = (ts: string) =>
  `CAST(DATE_ADD('1970-01-01', INTERVAL ${ts} * 1000 MICROSECOND) AS DATETIME(3)) AS time`;
/**
 * The series by its own table: where device and metric are given it is one, the server looks it up before anything else, and a condition
 * on ts counts in the index of its rows. Of several series it reads all rows, whatever that condition says.
 */
export const ROWS_OF_SERIES = `
  SELECT ${TIME_OF("reading.ts")}, series.device, series.metric, named.unit, reading.value, reading.ts
  FROM series STRAIGHT_JOIN bramble_series AS named ON named.id = series.id
    STRAIGHT_JOIN reading ON reading.series_id = series.id`;
/** Conditions on device, metric and ts reach both parts; of chunks all of the series are opened. */
const READINGS = `CREATE OR REPLACE VIEW bramble_reading AS ${ROWS_OF_SERIES}
  UNION ALL
  SELECT ${TIME_OF("old.ts")}, ${NAMED}, old.value, old.ts
  FROM bramble_series AS named JOIN reading_chunk AS chunk ON chunk.series_id = named.id,
    JSON_TABLE(bramble_chunk(chunk.data), '$[*]' COLUMNS (ts BIGINT PATH '$[0]', value DOUBLE PATH '$[1]')) AS old
  WHERE NOT EXISTS (SELECT 1 FROM reading WHERE reading.series_id = chunk.series_id AND reading.ts = old.ts)`;

export const CHUNK_VIEWS: readonly string[] = [WORD, DOUBLE, FLOAT, VARINT, INTEGERS, DOUBLES, CHUNK, READINGS];
