// Valid window positions: the title bar has to be on a screen, or the window cannot be dragged back, and of a window that is larger
// than its screens nobody reaches the rest. Pure, in screen pixels.

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** About as high as the title bar of every desktop. */
const TITLE_BAR_HEIGHT_PX = 32;
const MIN_TITLE_BAR_WIDTH_PX = 100;
/** Wider or higher than any frame: such a distance comes from a user who moved the window. */
const MAX_FRAME_WIDTH_PX = 32;
const MAX_FRAME_HEIGHT_PX = 64;

/** Whether enough of the title bar is on one of the screens' work areas. */
export function isGraspable(bounds: Area, workAreas: readonly Area[]): boolean {
  return workAreas.some((area) => {
    const isAcross = overlap(bounds.x, bounds.width, area.x, area.width) >= MIN_TITLE_BAR_WIDTH_PX;
    return isAcross && bounds.y >= area.y && bounds.y + TITLE_BAR_HEIGHT_PX <= area.y + area.height;
  });
}

/**
 * The bounds themselves where they are graspable and no larger than the screens that they are on; else moved, and shrunk if need be,
 * onto these or the nearest one.
 */
export function withinReach(bounds: Area, workAreas: readonly Area[]): Area {
  const [nearest] = [...workAreas].sort((a, b) => distance(bounds, a) - distance(bounds, b));
  if (nearest === undefined) return bounds;
  if (!isGraspable(bounds, workAreas)) return movedInto(nearest, bounds);
  const around = surrounding(workAreas.filter((area) => touches(bounds, area)));
  return bounds.width <= around.width && bounds.height <= around.height ? bounds : movedInto(around, bounds);
}

function movedInto(area: Area, bounds: Area): Area {
  const width = Math.min(bounds.width, area.width);
  const height = Math.min(bounds.height, area.height);
  return {
    x: clamp(bounds.x, area.x, area.x + area.width - width),
    y: clamp(bounds.y, area.y, area.y + area.height - height),
    width,
    height,
  };
}

/** In the middle of the screen, no larger than it. */
export function centredOn(area: Area, size: Pick<Area, "width" | "height">): Area {
  const width = Math.min(size.width, area.width);
  const height = Math.min(size.height, area.height);
  const x = area.x + Math.floor((area.width - width) / 2);
  return { x, y: area.y + Math.floor((area.height - height) / 2), width, height };
}

/**
 * How far the window stands from where it was asked to be, if that is because of its frame. Under X11 a position that
 * is set is the frame's, but one that is read is that of what the frame holds.
 */
export function frameOffset(asked: Area, actual: Area): { readonly x: number; readonly y: number } {
  const [x, y] = [actual.x - asked.x, actual.y - asked.y];
  const isFrame = x >= 0 && x <= MAX_FRAME_WIDTH_PX && y >= 0 && y <= MAX_FRAME_HEIGHT_PX;
  return isFrame ? { x, y } : { x: 0, y: 0 };
}

/** The smallest area that holds all of them. */
function surrounding(areas: readonly Area[]): Area {
  const x = Math.min(...areas.map((area) => area.x));
  const y = Math.min(...areas.map((area) => area.y));
  const width = Math.max(...areas.map((area) => area.x + area.width)) - x;
  return { x, y, width, height: Math.max(...areas.map((area) => area.y + area.height)) - y };
}

function touches(a: Area, b: Area): boolean {
  return overlap(a.x, a.width, b.x, b.width) > 0 && overlap(a.y, a.height, b.y, b.height) > 0;
}

function overlap(start: number, length: number, otherStart: number, otherLength: number): number {
  return Math.min(start + length, otherStart + otherLength) - Math.max(start, otherStart);
}

/** Between the middles, squared. */
function distance(a: Area, b: Area): number {
  const across = a.x + a.width / 2 - (b.x + b.width / 2);
  const down = a.y + a.height / 2 - (b.y + b.height / 2);
  return across * across + down * down;
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
