// Refused access, and errors of keys, people and links.

type Device = { readonly device: string };
type Limit = { readonly limit: number };
const minutes = (seconds: number) => (seconds < 60 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`);

export const access = {
  "foreign-host/several": () => "The request names more than one host.",
  "foreign-host": ({ host }: { readonly host: string }) =>
    `“${host}” is no name of this hub. Use its address, or start it with --allowed-host.`,
  "foreign-origin": () => "A page of another site may not use this hub.",

  // Devices.
  "key-required": ({ device }: Device) =>
    `${device} has a key, and this message came without it. Give it the key: over MQTT the id is the user name and the key the password, over HTTP it is “Authorization: Bearer KEY”.`,
  "key-required/all": ({ device }: Device) =>
    `This hub takes nothing without a key, and ${device} has shown none. Make it one on its page, or with “bramble key create ${device}”.`,
  "wrong-key": ({ device }: Device) =>
    `That is not the key of ${device}. Make it a new one on its page if the old one is lost.`,
  "wrong-key/request": () => "That key or token counts for nothing here: it is wrong, or it was revoked.",
  "wrong-key/other-offered": ({ device, code }: Device & { readonly code: string }) =>
    `${device} waits to join with another key. This one has the code ${code}.`,
  "key-not-accepted": ({ device, code }: Device & { readonly code: string }) =>
    `${device} shows a key that nobody has accepted yet, and this hub takes nothing without one. Compare the code ${code} on its page, and accept it.`,
  "forbidden/device": ({ device }: Device) => `This may not speak for ${device}.`,
  "forbidden/other-device": ({ device, own }: Device & { readonly own: string }) =>
    `With the key of ${own} nothing may be sent for ${device}.`,

  // Keys, people, sessions, links.
  "no-such-key": ({ device }: Device) => `${device} has no key.`,
  "no-such-key/none-offered": ({ device }: Device) => `${device} has shown no key that could be accepted.`,
  "no-such-key/api": ({ id }: { readonly id: string }) => `There is no API key “${id}”.`,
  "key-changed": ({ device, code }: Device & { readonly code: string }) =>
    `${device} now shows a key with the code ${code}. Compare it with the device, and accept that one.`,
  "too-many-keys": ({ limit }: Limit) => `There are ${limit} API keys already. Revoke some that are not used.`,
  "no-such-person": ({ name }: { readonly name: string }) => `Nobody is called “${name}” here.`,
  "person-exists": ({ name }: { readonly name: string }) => `“${name}” is taken. Choose another name.`,
  "too-many-people": ({ limit }: Limit) => `There are ${limit} people already. Remove some first.`,
  "bad-value/person": ({ name }: { readonly name: string }) => `“${name}” begins or ends with a space.`,
  "bad-value/network": ({ value }: { readonly field: string; readonly value: string }) =>
    `“${value}” is no network: use one such as 203.0.113.0/24, or an address.`,
  "no-such-session": () => "There is no such session: it has ended, or has expired.",
  "no-such-share": ({ id }: { readonly id: string }) =>
    `There is no shared link “${id}”: it was revoked, or has expired.`,
  "no-such-view": ({ id }: { readonly id: string }) => `There is no named comparison “${id}”.`,
  "bad-request/share": () => "Say what the link is to show: either “device” or “view”.",
  "too-many-shares": ({ limit }: Limit) => `There are ${limit} shared links already. Revoke some first.`,
  "wrong-password/sign-in": () => "Name or password is wrong.",
  "wrong-password/current": () => "That is not your password.",
  "link-expired/share": () => "This link shows nothing any more: it was revoked, or has expired. Ask for a new one.",
  "locked-out": ({ seconds }: { readonly seconds: number }) =>
    `There were too many wrong attempts from your address. Try again in ${minutes(seconds)}.`,
  "too-many-requests": ({ perSecond }: { readonly perSecond: number }) =>
    `Your address sends more than ${perSecond} requests a second. Send several readings in one, or slow down.`,
  "too-many-requests/passwords": () => "Too many people sign in at this moment. Try again in a few seconds.",
  "cut-off": () =>
    "Whoever comes in like this is let in no more: the connection is one from before the change. It undoes itself.",
  "set-by-flag": ({ field }: { readonly field: string }) =>
    `“${field}” is set by a flag or the environment of the hub: change it there, and start the hub again.`,
};
