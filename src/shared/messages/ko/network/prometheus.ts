// What is wrong with a query in PromQL, in Korean.
import type { prometheus as english } from "../../en/network/prometheus.ts";

const EXPECTED: Readonly<Record<string, string>> = {
  expression: "숫자, 선택자 또는 함수",
  operator: "연산자 또는 끝",
  label: "레이블 이름",
  matcher: "=, !=, =~ 또는 !~",
  string: "따옴표로 묶은 글",
  duration: "5m 같은 기간",
};
const UNSUPPORTED: Readonly<Record<string, string>> = {
  function: "이 API에 없는 함수입니다",
  aggregation: "이 API에 없는 집계입니다",
  operator: "이 API에 없는 연산자입니다",
  vectors: "두 벡터 사이에서는 쓸 수 없고 숫자와만 쓸 수 있습니다",
  subquery: "쓸 수 없습니다. 이 API에는 하위 쿼리가 없고 범위는 선택자 뒤에 옵니다",
  at: "쓸 수 없습니다. 이 API에는 @ 대신 offset이 있습니다",
  string: "중괄호 안에만 쓰는 글입니다",
};
const TYPES: Readonly<Record<string, string>> = {
  scalar: "숫자",
  vector: "bramble_reading 같은 순간 벡터",
  range: "bramble_reading[5m] 같은 범위",
};
const FAULTS: Readonly<Record<string, string>> = {
  syntax: "정규식이 아닙니다",
  unsupported: "여기서 쓸 수 없는 것이 들어 있습니다. 문자 클래스, 그룹, 선택, 반복만 쓰세요",
  "too-large": "너무 큽니다",
};
const at = ({ position }: { readonly position: number }) => `${position + 1}번째 문자`;

export const prometheus: typeof english = {
  "bad-request/promql-missing": ({ field }) => `“${field}”이(가) 없습니다.`,
  "bad-request/promql-time": ({ field, value }) =>
    `“${field}”이(가) “${value}”입니다. 1970년부터의 초나 ISO 8601을 쓰세요.`,
  "bad-request/promql-duration": ({ field, value }) =>
    `“${field}”이(가) “${value}”입니다. 0보다 큰 초나 15s 같은 기간을 쓰세요.`,
  "bad-request/promql-limit": ({ field, value }) => `“${field}”이(가) “${value}”입니다. 정수를 쓰세요.`,
  "bad-request/promql-end-before-start": () => "“end”가 “start”보다 앞섭니다.",
  "bad-request/promql-syntax": ({ found, expected, ...rest }) =>
    `${at(rest)}: ${EXPECTED[expected] ?? `“${expected}”`}이(가) 와야 할 곳에서 ${found === "" ? "쿼리가 끝납니다" : `“${found}”이(가) 나왔습니다`}.`,
  "bad-request/promql-open-string": (params) => `${at(params)}: 여기서 시작한 글이 끝나지 않습니다.`,
  "bad-request/promql-escape": ({ value, ...rest }) =>
    `${at(rest)}: 글 안의 “${value}”에는 뜻이 없습니다. 역슬래시는 \\\\로 쓰세요.`,
  "bad-request/promql-unsupported": ({ what, value, answered, ...rest }) =>
    `${at(rest)}: “${value}”은(는) ${UNSUPPORTED[what] ?? what}. 쓸 수 있는 것은 선택자와 offset, 숫자와의 + - * / % ^ 및 비교, 그리고 ${answered}입니다.`,
  "bad-request/promql-type": ({ name, expected, found }) =>
    `“${name}”에는 ${TYPES[expected] ?? expected}을(를) 써야 하는데 ${TYPES[found] ?? found}이(가) 있습니다.`,
  "bad-request/promql-arguments": ({ name, expected, found, ...rest }) =>
    `${at(rest)}: “${name}”의 괄호 안에는 ${expected}개를 써야 하는데 ${found}개가 있습니다.`,
  "bad-request/promql-bool": ({ operator, ...rest }) =>
    `${at(rest)}: 숫자끼리 비교할 때는 “${operator} bool”이라고 쓰세요.`,
  "bad-request/promql-selects-all": (params) =>
    `${at(params)}: 선택자에는 이름이나 비어 있지 않은 레이블이 필요합니다.`,
  "bad-request/promql-empty-range": (params) => `${at(params)}: 범위는 0보다 길어야 합니다.`,
  "bad-request/promql-range-alone": () => "쿼리가 범위뿐입니다. avg_over_time 같은 함수로 감싸세요.",
  "bad-request/promql-no-selector": ({ value }) =>
    `“${value}”은(는) bramble_reading{device="attic"} 같은 선택자가 아닙니다.`,
  "bad-request/promql-pattern": ({ pattern, fault }) => `“${pattern}”: ${FAULTS[fault] ?? fault}.`,
  "bad-request/promql-too-long": ({ limit }) => `쿼리가 최대 길이인 ${limit}자를 넘습니다.`,
  "bad-request/promql-too-deep": ({ limit }) => `쿼리의 연산이 최대 개수인 ${limit}개를 넘습니다.`,
  "bad-request/promql-too-many-steps": ({ steps, limit }) =>
    `시계열마다 ${steps}개의 점을 요청했는데 최대 ${limit}개입니다. “step”을 늘리거나 기간을 줄이세요.`,
  "bad-request/promql-too-many-points": ({ series, steps, limit }) =>
    `${steps}개의 점을 가진 시계열 ${series}개를 요청했는데 점은 모두 합해 최대 ${limit}개입니다. 시계열을 줄이거나 “step”을 늘리세요.`,
  "bad-request/promql-too-many-series": ({ limit }) =>
    `쿼리가 고른 시계열이 최대 개수인 ${limit}개를 넘습니다. 기기나 측정 항목을 지정하세요.`,
  "bad-request/promql-too-many-readings": ({ limit }) =>
    `측정값을 하나씩 ${limit}개 넘게 읽어야 하는 쿼리입니다. 기간이나 시계열을 줄이거나 avg_over_time을 쓰세요.`,
  "bad-request/promql-timeout": ({ seconds }) =>
    `쿼리가 ${seconds}초를 넘겨 중단되었습니다. 기간이나 시계열을 줄이세요.`,
  "bad-request/promql-canceled": () => "클라이언트가 떠나 쿼리가 중단되었습니다.",
  "bad-request/promql-same-labels": () =>
    "레이블이 같은 시계열이 여러 개 생깁니다. bramble_reading 같은 이름 하나만 고르세요.",
  "bad-request/promql-remote-read": () => "본문이 snappy로 압축한 Prometheus 원격 읽기 요청(ReadRequest)이 아닙니다.",
};
