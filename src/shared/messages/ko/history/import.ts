// The import of history, in Korean.
import type { importing as en } from "../../en/history/import.ts";

const DEVICE_ID = "A-Z a-z 0-9 _ - . : 중 1~64자여야 하고 글자나 숫자로 시작해야 합니다.";

export const importing: typeof en = {
  "import/line-too-long": ({ limit }) => `줄이 ${limit.toLocaleString("ko")}자를 넘습니다. 따옴표가 닫히지 않았나요?`,
  "import/line-no-time": () => "시각이 없습니다.",
  "import/line-time": ({ value }) => `“${value}”은(는) 선택한 형식의 시각이 아닙니다.`,
  "import/line-day-order": ({ value }) => `“${value}”은(는) 이 순서로는 날짜가 아닙니다. 일과 월의 순서를 바꿔 보세요.`,
  "import/line-before-2000": ({ value }) => `“${value}”은(는) 2000년 이전입니다.`,
  "import/line-future": ({ value }) => `“${value}”은(는) 미래입니다. 시간대가 맞나요?`,
  "import/line-skipped-hour": ({ value, zone }) =>
    `${zone}에는 ${value}이(가) 없었습니다. 시계를 앞당기면서 건너뛴 시각입니다. 시간대가 맞나요?`,
  "import/line-no-device": () => "기기 이름이 없습니다.",
  "import/line-device": ({ value }) => `“${value}”은(는) 기기 ID가 아닙니다. ${DEVICE_ID}`,
  "import/line-metric": ({ value }) =>
    `“${value}”은(는) 측정값 이름이 아닙니다. 글자, 숫자, 공백, _ - . : % / 로 1~64자여야 합니다.`,
  "import/line-value": ({ value, column }) => `${column}번째 열의 “${value}”은(는) 숫자가 아닙니다.`,
  "import/line-blocked": ({ device }) => `${device}은(는) 차단되어 있습니다. 먼저 승인하세요.`,
  "import/line-leaving": ({ device }) => `${device}을(를) 삭제하거나 합치는 중입니다. 잠시 후 다시 가져오세요.`,
  "import/line-many-devices": ({ limit }) => `허브에 기기가 ${limit.toLocaleString("ko")}대 있어 더 받을 수 없습니다.`,
  "import/line-many-metrics": ({ device, limit }) => `${device}의 측정값이 ${limit}개라 더 받을 수 없습니다.`,

  "bad-import/no-rows": () => "파일에 행이 없습니다. CSV 파일이 맞나요?",
  "bad-import/no-time": () => "시각으로 선택한 열이 없습니다.",
  "bad-import/no-value": () => "값으로 선택한 열이 없습니다.",
  "bad-import/zone": ({ value }) => `“${value}”은(는) 시간대가 아닙니다. Asia/Seoul처럼 적어 주세요.`,
  "bad-import/device": ({ value }) => `“${value}”은(는) 기기 ID가 아닙니다. ${DEVICE_ID}`,
  "import-running": ({ name }) => `다른 가져오기가 진행 중입니다: ${name}. 취소하거나 끝날 때까지 기다리세요.`,
  "import-running/piece": () => "이 파일의 한 조각을 가져오는 중입니다. 끝난 뒤에 다시 시도하세요.",
  "no-such-import": () => "이 가져오기는 더 이상 없습니다. 취소되었거나 허브가 다시 시작되었습니다.",
  "import-offset": ({ expected }) =>
    `이 조각은 앞 조각에 이어지지 않습니다. 다음 조각은 ${expected}바이트에서 시작합니다.`,
};
