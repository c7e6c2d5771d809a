// The page that draws series of several devices over one another, and comparisons that people named.

export const compare = {
  title: "Compare",
  choose: "Add a series…",
  add: "Series",
  remove: (series: string) => `Remove ${series}`,
  missing: (series: string) => `There are no readings of ${series}.`,
  empty: "Choose series of any devices: they are drawn over one another, each unit with an axis of its own.",
  chart: (count: number) => (count === 1 ? "1 series over time" : `${count} series over time`),
  name: "Name",
  save: "Save view",
  saved: (view: string) => `The view ${view} is saved.`,
  forget: "Forget view",
  forgotten: (view: string) => `The view ${view} is forgotten.`,
  notForgotten: (why: string) => `The view is still there. ${why}`,
  failed: (why: string) => `It was not saved. ${why}`,
  notLoaded: "The named comparisons could not be loaded.",
  noSuchView: "There is no such view.",
};
