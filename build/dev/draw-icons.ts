// Draws the icons of the installers from resources/icon.svg, by a browser: `node build/node.js build/dev/draw-icons.ts [CHROMIUM]`
// takes that program, or Playwright's own. They lie in build/icons: PNGs for Linux, icon.ico for Windows, icon.icns for macOS.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { projectFolder } from "../electron.ts";

const LINUX_SIZES = [16, 24, 32, 48, 64, 128, 256, 512];
const ICO_SIZES = [16, 24, 32, 48, 64, 128, 256];
/** The types of Apple's format whose content is a PNG, each with its size in pixels. */
const ICNS_TYPES = [
  ["ic11", 32],
  ["ic12", 64],
  ["ic07", 128],
  ["ic13", 256],
  ["ic08", 256],
  ["ic14", 512],
  ["ic09", 512],
  ["ic10", 1024],
] as const;
const SIZES = [...new Set([...LINUX_SIZES, ...ICO_SIZES, ...ICNS_TYPES.map(([, size]) => size)])];

type Pictures = ReadonlyMap<number, Buffer>;

const folder = join(projectFolder, "build", "icons");
const pictures = await draw(readFileSync(join(projectFolder, "resources", "icon.svg"), "utf8"));
mkdirSync(folder, { recursive: true });
for (const size of LINUX_SIZES) writeFileSync(join(folder, `${size}x${size}.png`), pictureOf(pictures, size));
writeFileSync(join(folder, "icon.ico"), ico(pictures));
writeFileSync(join(folder, "icon.icns"), icns(pictures));

/** A PNG of each size. */
async function draw(svg: string): Promise<Pictures> {
  const [executablePath] = process.argv.slice(2);
  const browser = await chromium.launch(executablePath === undefined ? {} : { executablePath });
  try {
    const drawn = new Map<number, Buffer>();
    for (const size of SIZES) {
      const page = await browser.newPage({ viewport: { width: size, height: size } });
      await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`);
      drawn.set(size, await page.screenshot({ omitBackground: true }));
      await page.close();
    }
    return drawn;
  } finally {
    await browser.close();
  }
}

function pictureOf(drawn: Pictures, size: number): Buffer {
  const picture = drawn.get(size);
  if (picture === undefined) throw new Error(`nothing of ${size} px was drawn`);
  return picture;
}

/** A directory of 16 bytes a picture, then the pictures. A size of 256 is written as 0. */
function ico(drawn: Pictures): Buffer {
  const entries = ICO_SIZES.map((size) => ({ size, png: pictureOf(drawn, size) }));
  const head = Buffer.alloc(6 + 16 * entries.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(entries.length, 4);
  let offset = head.length;
  for (const [index, { size, png }] of entries.entries()) {
    const at = 6 + 16 * index;
    head.writeUInt8(size % 256, at);
    head.writeUInt8(size % 256, at + 1);
    // Planes, and bits a pixel.
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(png.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([head, ...entries.map(({ png }) => png)]);
}

/** Each picture behind its type and its length, both included in the length. */
function icns(drawn: Pictures): Buffer {
  const chunk = (type: string, content: Buffer) => {
    const head = Buffer.alloc(8);
    head.write(type, 0, "latin1");
    head.writeUInt32BE(8 + content.length, 4);
    return Buffer.concat([head, content]);
  };
  return chunk("icns", Buffer.concat(ICNS_TYPES.map(([type, size]) => chunk(type, pictureOf(drawn, size)))));
}
