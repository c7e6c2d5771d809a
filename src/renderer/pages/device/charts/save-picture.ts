// Saves a chart as a PNG: the drawing under its title and summary, on the colour of its panel.
const PADDING_PX = 16;
const TITLE_HEIGHT_PX = 52;

/** `card` holds the drawing and, in its header, the summary. */
export function savePicture(card: HTMLElement, title: string): void {
  const drawing = card.querySelector("canvas");
  if (drawing === null) return;
  const scale = drawing.width / drawing.clientWidth;
  const style = getComputedStyle(card);
  const summary = card.querySelector("header span")?.textContent ?? "";
  const picture = document.createElement("canvas");
  picture.width = drawing.width + 2 * PADDING_PX * scale;
  picture.height = drawing.height + (TITLE_HEIGHT_PX + PADDING_PX) * scale;
  const pen = picture.getContext("2d");
  if (pen === null) return;
  pen.scale(scale, scale);
  pen.fillStyle = style.backgroundColor;
  pen.fillRect(0, 0, picture.width, picture.height);
  pen.fillStyle = style.getPropertyValue("--text");
  pen.font = `600 15px ${style.fontFamily}`;
  pen.fillText(title, PADDING_PX, 24);
  pen.fillStyle = style.getPropertyValue("--soft");
  pen.font = `12px ${style.fontFamily}`;
  pen.fillText(summary, PADDING_PX, 42);
  pen.drawImage(drawing, PADDING_PX, TITLE_HEIGHT_PX, drawing.clientWidth, drawing.clientHeight);
  picture.toBlob((blob) => {
    if (blob === null) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${title.replaceAll(/[^\p{L}\p{N}]+/gu, "-")}.png`;
    link.click();
    URL.revokeObjectURL(link.href);
  });
}
