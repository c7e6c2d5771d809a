// The form for a control that a person adds to a device.

export const addedControl = {
  addTitle: "Add a control",
  changeTitle: "Change a control",
  about: "For a plug or a script that listens on an MQTT topic of its own. Pressed, the control publishes there.",
  kind: "Kind",
  kinds: { switch: "Switch", number: "Number" },
  name: "Name",
  topic: "MQTT topic",
  sentForOn: "Sent for on",
  sentForOff: "Sent for off",
  template: (placeholder: string) => `Sent, with ${placeholder} where the number goes`,
  from: "From",
  to: "To",
  step: "Step",
  unit: "Unit",
};
