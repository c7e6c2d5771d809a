// TLS: the switch, the certificate, and how others come to trust it.

export const encryption = {
  notLoaded: "The settings could not be loaded.",
  title: "Encrypt what is sent (HTTPS and MQTT over TLS)",
  choices: {
    off: { label: "Off", meaning: "What devices and browsers send can be read by others on this network." },
    own: {
      label: "By the hub’s own authority",
      meaning: "It makes and renews its certificate. Devices and browsers are told to trust it once.",
    },
    acme: {
      label: "By the certificate of its public name",
      meaning: "Browsers trust it as it is. Set the name under “From outside”.",
    },
    files: {
      label: "By files of yours",
      meaning: "PEM files on the hub’s computer. They are read again when they change.",
    },
  },
  certificateFile: "Certificate, with those in between",
  keyFile: "Its key",
  closePlain: "Close the ports without TLS to other computers. Devices that do not speak it are cut off.",
  certificate: "The certificate",
  noCertificate: "There is none yet: the ports open once there is one.",
  ports: (https: number | undefined, mqtts: number | undefined, names: string, renewal: string) =>
    `HTTPS is on port ${https}, MQTT over TLS on port ${mqtts}. It stands for ${names}, and is renewed before ${renewal}.`,
  signedBy: (name: string) =>
    `It is signed by “${name}”, which nobody trusts without having been told to. Compare this fingerprint where you install it:`,
  fingerprint: "fingerprint of the authority",
  authorityAt: (url: string) =>
    `A browser, phone or device gets it from ${url}. On a phone, open it by this code and install it in the settings.`,
  authorityAddress: "Address of the hub’s authority",
  howPiSends: "how a Pi sends over TLS",
};
