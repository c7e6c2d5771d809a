// The access page and its sections.

export const accessPage = {
  title: "Access",
  sections: {
    devices: "Devices",
    people: "People",
    programs: "Programs",
    encryption: "Encryption",
    outside: "From outside",
    log: "Log",
  },
};
