const socket = new WebSocket(`ws://${process.argv[2]}/ws?device=socket`);
socket.onopen = () =>
  socket.send(JSON.stringify({ type: "about", device_id: "socket", controls: [{ id: "led", kind: "switch" }] }));
socket.onmessage = ({ data }) => {
  const { type, id, value } = JSON.parse(data);
  if (type === "command") socket.send(JSON.stringify({ type: "reply", id, ok: true, value }));
};
