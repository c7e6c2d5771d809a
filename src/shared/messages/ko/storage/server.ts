// Why a database server does not do what the hub asks, in Korean.
import type { server as english } from "../../en/storage/server.ts";

const wrongPassword = (product: string) => `${product}에 이 사용자와 비밀번호로 로그인할 수 없습니다.`;
const readOnly = (product: string) =>
  `${product}이(가) 지금 쓰기를 받지 않습니다. 복제 서버이거나 읽기 전용으로 설정되어 있습니다.`;
const newer = (step: number, known: number) =>
  `이 데이터베이스는 더 새로운 버전의 Bramble이 기록했습니다(테이블 단계 ${step}, 이 버전이 아는 단계 ${known}).`;
const foreign = (product: string, table: string) =>
  `데이터베이스에 다른 프로그램의 테이블 “${table}”이(가) 있습니다. ${product}에 Bramble만 쓰는 데이터베이스를 만드세요.`;

export const server: typeof english = {
  "store/unreachable/alone": ({ product, reason }) => `${product}에 연결할 수 없습니다(${reason}).`,
  "store/starting/alone": ({ product }) => `${product}이(가) 시작하거나 종료하는 중입니다.`,
  "store/disk-full/alone": ({ product }) => `${product}의 디스크가 가득 찼습니다.`,
  "store/read-only/alone": ({ product }) => readOnly(product),
  "store/unreachable": ({ product, reason }) =>
    `${product}에 연결할 수 없습니다(${reason}). 다시 연결될 때까지 수신을 확인해 주지 않습니다.`,
  "store/starting": ({ product }) =>
    `${product}이(가) 시작하거나 종료하는 중입니다. 준비될 때까지 수신을 확인해 주지 않습니다.`,
  "store/wrong-password": ({ product }) => `${wrongPassword(product)} --store 또는 BRAMBLE_STORE를 고치세요.`,
  "store/wrong-password/desktop": ({ product }) => `${wrongPassword(product)} 데이터베이스 주소에서 고치세요.`,
  "store/not-admitted": ({ product }) =>
    `${product}이(가) 이 컴퓨터에서 이 사용자의 연결을 받지 않거나, 암호화하지 않은 연결을 받지 않습니다. 데이터베이스 주소 끝에 ?sslmode=verify-full을 붙여 보세요.`,
  "store/no-database": ({ product }) =>
    `${product}에 이 이름의 데이터베이스가 없습니다. 이 사용자 소유로 만든 뒤 다시 시작하세요.`,
  "store/not-allowed": ({ product, reason }) =>
    `${product}에서 이 사용자에게 허용하지 않는 작업입니다(${reason}). 사용자를 데이터베이스의 소유자로 지정하세요.`,
  "store/disk-full": ({ product }) =>
    `${product}의 디스크가 가득 찼습니다. 공간이 생길 때까지 수신을 확인해 주지 않습니다.`,
  "store/read-only": ({ product }) => `${readOnly(product)} 다시 받을 때까지 수신을 확인해 주지 않습니다.`,
  "store/failed": ({ product, reason }) => `${product} 오류: ${reason}.`,
  "store/newer": ({ step, known }) =>
    `${newer(step, known)} 더 새로운 버전을 시작하거나 --store로 다른 데이터베이스를 지정하세요.`,
  "store/newer/desktop": ({ step, known }) => `${newer(step, known)} 더 새로운 버전을 시작하세요.`,
  "store/foreign-table": ({ product, table }) => `${foreign(product, table)} 그리고 --store로 지정하세요.`,
  "store/foreign-table/desktop": ({ product, table }) => foreign(product, table),
  "store/unusable": ({ address, reason }) => `저장소 ${address}을(를) 사용할 수 없습니다. ${reason}`,
};
