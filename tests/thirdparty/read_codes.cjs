// Reads the QR codes of a page: node read_codes.cjs JSQR PAGE.pgm COLUMNS ROWS → a JSON list.
const { readFileSync } = require("node:fs");

const [, , jsQRPath, pagePath, columns, rows] = process.argv;
const module_ = { exports: {} };
new Function("module", "exports", readFileSync(jsQRPath, "utf8"))(module_, module_.exports);
const jsQR = module_.exports.default ?? module_.exports;

const page = readFileSync(pagePath);
const [head, width, height] = page.toString("latin1", 0, 40).match(/^P5\s+(\d+)\s+(\d+)\s+255\s/);
const pixels = page.subarray(head.length);

function cell(column, row) {
  const [wide, high] = [Math.floor(width / columns), Math.floor(height / rows)];
  const image = new Uint8ClampedArray(wide * high * 4);
  for (let y = 0; y < high; y++)
    for (let x = 0; x < wide; x++)
      image.fill(pixels[(row * high + y) * width + column * wide + x], 4 * (y * wide + x));
  return jsQR(image, wide, high)?.data ?? null;
}

const found = [];
for (let row = 0; row < rows; row++)
  for (let column = 0; column < columns; column++) found.push(cell(column, row));
process.stdout.write(JSON.stringify(found));
