// The access page and its sections.

export const accessPage = {
  title: "Access",
  forAdmins: "Who may do what is for administrators to see and to set.",
  sections: {
    devices: "Devices",
    people: "People",
    programs: "Programs",
    encryption: "Encryption",
    outside: "From outside",
    log: "Log",
  },
};
