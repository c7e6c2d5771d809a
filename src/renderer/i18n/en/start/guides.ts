// The page of guides.

export const guides = {
  title: "Guides",
  lead: "A page each for what takes more than this window: servers, outside brokers, encryption, containers, other programs.",
  all: "All guides",
};
