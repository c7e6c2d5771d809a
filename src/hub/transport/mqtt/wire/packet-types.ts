// The types of control packets, in the upper half of a packet's first byte (MQTT 3.1.1, section 2.2.1).

export const CONNECT = 1;
export const PUBLISH = 3;
export const PUBACK = 4;
export const PUBCOMP = 7;
export const SUBSCRIBE = 8;
export const UNSUBSCRIBE = 10;
