// What is wrong with what people and devices ask of devices, their controls and commands, in Korean.
import type { devices as english } from "../en/devices.ts";

type Range = { readonly min: number | null; readonly max: number | null };
type ControlOf = { readonly field: string; readonly control: string };

const range = ({ min, max }: Range) => {
  if (min !== null && max !== null) return `${min}부터 ${max}까지의 `;
  if (min !== null) return `${min} 이상의 `;
  return max === null ? "" : `${max} 이하의 `;
};
const duplicateControl = ({ control }: ControlOf) => `“${control}” 제어가 두 개 있습니다.`;
const emptyRange = ({ control, min, max }: ControlOf & { readonly min: number; readonly max: number }) =>
  `“${control}”에 설정할 수 있는 값이 없습니다. 최솟값 ${min}이(가) 최댓값 ${max}보다 큽니다.`;

export const devices: typeof english = {
  "bad-value/switch": ({ control }) => `${control}에는 true나 false를 보내세요.`,
  "bad-value/number": ({ control, min, max }) => `${control}에는 ${range({ min, max })}숫자를 보내세요.`,
  "bad-value/step": ({ control, step, from }) => `${control}에는 ${from}부터 ${step} 간격의 숫자를 보내세요.`,
  "bad-value/select": ({ control, options }) => `${control}에는 ${options} 중 하나를 보내세요.`,
  "bad-value/button": ({ control }) => `${control}에는 값을 보내지 않습니다.`,
  "bad-value/text": ({ control, maxCharacters }) => `${control}에는 최대 ${maxCharacters}자의 글을 보내세요.`,
  "bad-value/color": ({ control }) => `${control}에는 #ff8800 같은 색을 보내세요.`,
  "bad-about/duplicate-control": duplicateControl,
  "bad-about/empty-range": emptyRange,
  "bad-request/duplicate-control": duplicateControl,
  "bad-request/empty-range": emptyRange,
  "bad-request/unknown-change": ({ value }) => `“${value}”은(는) 바꿀 수 있는 항목이 아닙니다.`,
  "bad-request/change": ({ field, fault }) =>
    `${field === "" ? "변경 내용" : `“${field}”`}을(를) 이해할 수 없습니다${fault === "" ? "" : ` (${fault})`}.`,
  "bad-request/topic-of-hub": ({ topic }) =>
    `“${topic}”은(는) 허브가 쓰는 토픽입니다. 기기가 구독하는 토픽을 지정하세요.`,
  "bad-request/no-single-topic": ({ topic }) =>
    `“${topic}”은(는) 하나의 토픽이 아닙니다. +, # 또는 제어 문자가 들어 있습니다.`,
  "bad-request/no-placeholder": ({ placeholder }) =>
    `페이로드에 숫자가 들어갈 자리가 없습니다. 그 자리에 ${placeholder}을(를) 쓰세요.`,
  "bad-request/merge-into-itself": ({ device }) => `${device}을(를) 자기 자신과 합칠 수 없습니다.`,
  "not-joined/blocked": ({ device }) => `${device}은(는) 차단되어 있습니다. 참여한 기기끼리만 합칠 수 있습니다.`,
  "not-joined/waiting": ({ device }) => `${device}은(는) 참여를 기다리고 있습니다. 참여한 기기끼리만 합칠 수 있습니다.`,
  "too-many-metrics/merged": ({ from, into, count, limit }) =>
    `${from}과(와) ${into}의 측정 항목을 합치면 ${count}개인데, 한 기기는 ${limit}개까지 가질 수 있습니다.`,
  "too-many-metrics": ({ device, field, limit }) =>
    `${device}의 측정 항목이 이미 최대인 ${limit}개입니다(--max-metrics). “${field}”을(를) 더 추가할 수 없습니다.`,
  "too-many-devices": ({ limit }) => `허브의 기기가 이미 최대인 ${limit}대입니다(--max-devices).`,
  "too-many-devices/another": ({ device, limit }) =>
    `허브의 기기가 이미 최대인 ${limit}대입니다(--max-devices). ${device}을(를) 더 추가할 수 없습니다.`,
  "no-such-device": ({ device }) => `“${device}”라는 기기가 없습니다.`,
  "device-blocked": ({ device }) => `${device}은(는) 차단되었습니다. 누군가 참여를 허용할 때까지 받지 않습니다.`,
  "waiting-device-full": ({ device, readings, limit }) =>
    `${device}은(는) 참여를 기다리고 있고 측정값 ${readings}개가 보관되어 있습니다. 최대 ${limit}개이므로 누군가 참여를 허용할 때까지 더 받지 않습니다.`,
  "joining-closed": ({ device }) => `${device}은(는) 모르는 기기이고, 이 허브는 새 기기를 받지 않습니다.`,
  "waiting-list-full": ({ device, limit }) =>
    `${device}은(는) 모르는 기기이고, 이미 ${limit}대가 참여를 기다리고 있습니다. 누군가 결정할 때까지 더 받지 않습니다.`,
  "waiting-list-full/address": ({ device, address, limit }) =>
    `${device}은(는) 모르는 기기이고, ${address}의 기기 ${limit}대가 이미 참여를 기다리고 있습니다. 누군가 결정할 때까지 더 받지 않습니다.`,
  "device-leaving": ({ device }) => `${device}을(를) 삭제하거나 다른 기기와 합치는 중입니다. 잠시 후 다시 시도하세요.`,
  "device-leaving/takes-in": ({ device }) =>
    `다른 기기의 기록을 ${device}(으)로 옮기는 중입니다. 잠시 후 다시 시도하세요.`,
  "no-such-control": ({ device, control }) => `${device}에는 “${control}” 제어가 없습니다.`,
  "too-many-commands": ({ device, limit }) => `${device}을(를) 기다리는 명령이 이미 최대인 ${limit}개입니다.`,
};
