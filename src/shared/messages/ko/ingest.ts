// What is wrong with a message of a device, in Korean.
import type { ingest as english } from "../en/ingest.ts";

type FieldValue = { readonly field: string; readonly value: string };

const within = (field: string) => (field === "" ? "" : `(“${field}” 안)`);
const subject = (item: string) => (item === "" ? "메시지" : `묶음의 ${item}번 항목`);

const DEVICE_ID_RULE = "A-Z a-z 0-9 _ - . : 로 1~64자, 첫 글자는 영문자나 숫자";
const METRIC_RULE = "문자, 숫자, _ - . : % / 와 안쪽 공백으로 1~64자";
const listed = (fields: readonly FieldValue[]) =>
  fields.map(({ field, value }) => `“${field}”의 값 ${value}`).join(", ");
const foreign = (character: string) =>
  character === "" ? "" : ` (${JSON.stringify(character)} 문자는 쓸 수 없습니다)`;

const notStored = () => "허브가 기록하지 못해 보관하지 않았습니다. 나중에 다시 보내세요.";

/** What the hub calls the types of values. */
const TYPES: Readonly<Record<string, string>> = {
  "a number": "숫자",
  "a string": "글",
  "a boolean": "참/거짓 값",
  "an array": "배열",
  "an object": "객체",
};

/** What the hub finds wrong with JSON. */
const REASONS: Readonly<Record<string, string>> = {
  "the message should end here": "메시지가 여기서 끝나야 합니다",
  "nested too deep": "중첩이 너무 깊습니다",
  "expected a value": "값이 와야 합니다",
  "expected , or }": ", 또는 }이(가) 와야 합니다",
  "expected , or ]": ", 또는 ]이(가) 와야 합니다",
  "expected a name in double quotes": "큰따옴표로 묶은 이름이 와야 합니다",
  "expected :": ":이(가) 와야 합니다",
  "the text in quotes never ends": "따옴표로 시작한 글이 끝나지 않습니다",
  "not an escape that JSON has": "JSON에 없는 이스케이프입니다",
  "a control character inside quotes": "따옴표 안에 제어 문자가 있습니다",
};
const TOO_EARLY = "the message ends too early: ";
const jsonReason = (reason: string): string =>
  reason.startsWith(TOO_EARLY)
    ? `메시지가 너무 일찍 끝납니다: ${jsonReason(reason.slice(TOO_EARLY.length))}`
    : (REASONS[reason] ?? reason);

export const ingest: typeof english = {
  "not-json/empty": () => "메시지가 비어 있습니다.",
  "not-json/not-utf8": ({ byte, position, isLatin1 }) =>
    `메시지가 UTF-8 글이 아닙니다. ${position + 1}번째 바이트가 ${byte}입니다. ${isLatin1 ? "Latin-1로 보입니다. UTF-8로 인코딩하세요." : "어떤 문자의 끝도 아닙니다."}`,
  "not-json/binary": () => "이진 메시지가 아니라 글로 보내세요.",
  "not-json/broken": ({ position, field, reason, found }) =>
    `JSON의 ${position + 1}번째 문자${within(field)}가 잘못되었습니다: ${jsonReason(reason)}${found === "" ? "" : `, ${JSON.stringify(found)}이(가) 있습니다`}.`,
  "not-an-object": ({ item, type }) =>
    `${subject(item)}이(가) {"device_id":"raspi-01","temperature":25.5} 같은 JSON 객체가 아니라 ${TYPES[type] ?? type}입니다.${type === "a number" && item === "" ? " MQTT에서 숫자 하나만 보내려면 bramble/<device>/metric/<metric>을 쓰세요." : ""}`,
  "not-an-object/envelope": () => "메시지는 “type”이 있는 객체입니다.",
  "no-device": ({ item }) =>
    `${item === "" ? "" : `묶음의 ${item}번 항목에 `}기기 이름이 없습니다. 직접 정한 이름으로 "device_id": "raspi-01"을 추가하세요.`,
  "no-device/envelope": () => "메시지에 기기 이름이 없습니다. “device_id”를 넣거나 /ws?device=…로 연결하세요.",
  "bad-device-id": ({ field, value, character }) =>
    `“${field}”의 값 ${value}은(는) 기기 ID가 아닙니다${foreign(character)}. ${DEVICE_ID_RULE}여야 합니다.`,
  "device-mismatch": ({ field, value, device, namedBy }) =>
    `“${field}”은(는) ${value}인데 ${namedBy === "" ? "토픽, 경로 또는 키" : `“${namedBy}”`}는 ${device}입니다. 이름을 하나만 보내세요.`,
  "bad-metric": ({ field, character }) =>
    `“${field}”은(는) 측정 항목 이름이 아닙니다${foreign(character)}. ${METRIC_RULE}여야 합니다.`,
  "forbidden-key": ({ field }) => `“${field}”은(는) 이름으로 쓸 수 없습니다.`,
  "bad-time/no-time": ({ field, value }) =>
    `“${field}”의 값 ${value}은(는) 시각이 아닙니다. 1970년부터의 초나 밀리초, 또는 2026-01-31T12:00:00Z 같은 ISO 8601을 보내세요.`,
  "bad-time/not-set": ({ field, value }) =>
    `“${field}”의 값 ${value}은(는) 2000년 이전입니다. 기기의 시계가 맞춰져 있지 않습니다. 시각을 보내지 않으면 허브의 시각을 씁니다.`,
  "bad-time/counts-from-2000": ({ field, value }) =>
    `“${field}”의 값 ${value}은(는) MicroPython처럼 2000년부터 센 값입니다. 946684800을 더하거나 시각을 보내지 마세요.`,
  "bad-time/future": ({ field, value }) =>
    `“${field}”의 값 ${value}은(는) 하루 넘게 미래입니다. 기기의 시계를 확인하거나 시각을 보내지 마세요.`,
  "no-usable-value": ({ item }) => `${subject(item)}에 숫자가 없습니다. "temperature": 25.5 같은 숫자를 추가하세요.`,
  "no-usable-value/fields": ({ item, fields, meant }) =>
    `${subject(item)}에 숫자가 없습니다: ${listed(fields)}. ${meant === "" ? "25.5 같은 숫자를 보내세요." : `소수점을 써서 ${meant}(으)로 보내세요.`}`,
  "no-usable-value/bare": ({ field, value }) =>
    `“${field}”이(가) “${value}”입니다. 숫자, true, false, ON 또는 OFF를 보내세요.`,
  "no-usable-value/empty-batch": () => "묶음이 비어 있어 측정값이 없습니다.",
  "too-deep": ({ field, limit }) => `${field === "" ? "메시지" : `“${field}”`}의 중첩이 ${limit}단계를 넘습니다.`,
  "too-large": ({ limit }) => `메시지가 최대 크기인 ${limit}바이트를 넘습니다. 나눠서 보내세요.`,
  "too-large/unpacked": ({ limit }) => `압축을 풀면 메시지가 최대 크기인 ${limit}바이트를 넘습니다. 나눠서 보내세요.`,
  "too-large/dropped": ({ bytes, limit }) =>
    `메시지가 ${bytes}바이트인데 ${limit}바이트까지 받습니다. 나눠서 보내고, 사진은 다른 곳으로 보내세요.`,
  "too-large/about": ({ limit }) => `“about”이 기기 소개로 보관하는 최대 크기인 ${limit}바이트를 넘습니다.`,
  "too-many-readings": ({ limit }) => `메시지에 값이 ${limit}개 넘게 들어 있습니다. 나눠서 보내세요.`,
  "too-many-readings/texts": ({ limit }) => `메시지에 텍스트 값이 ${limit}개 넘게 들어 있습니다. 나눠서 보내세요.`,
  "bad-about": ({ field, fault }) =>
    `“about”을 이해할 수 없습니다: ${field === "" ? "메시지" : `“${field}”`}${fault === "" ? "의 형식이 다릅니다" : ` ${fault}`}.`,
  "bad-status": ({ value }) => `“${value}”은(는) 상태가 아닙니다. online이나 offline을 보내세요.`,
  "bad-state": () => '“state”는 {"led":true}처럼 제어와 그 값을 담은 객체입니다.',
  "bad-reply": () => '응답은 {"id":"…","ok":true,"value":…} 또는 {"id":"…","ok":false,"error":"이유"}입니다.',
  "disk-full": () => "허브의 디스크가 가득 차서 보관하지 않았습니다. 나중에 다시 보내세요.",
  "store-failed/not-stored": notStored,
  "internal/not-stored": notStored,
  "bad-request/seq": ({ limit }) => `“seq”는 숫자이거나 최대 ${limit}자의 글입니다.`,
  "bad-request/envelope-type": ({ kinds }) => `“type”은 ${kinds} 중 하나입니다.`,

  "skipped/no-value": ({ value }) => `${value}은(는) 값이 아닙니다.`,
  "skipped/no-number": () => "항목에 숫자가 없습니다.",
  "skipped/array": () => "배열은 숫자나 불리언이 1~64개일 때만 받습니다.",
};
