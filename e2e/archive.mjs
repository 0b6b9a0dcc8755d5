// Zip archives and spreadsheets by hand: also such as no program would write.
import { crc32, deflateRawSync } from "node:zlib";

const number = (value, bytes) => {
  const out = Buffer.alloc(bytes);
  out.writeUIntLE(value, 0, bytes);
  return out;
};

/** A zip archive of [name, content] pairs. */
export function zip(parts) {
  const files = [];
  const directory = [];
  let offset = 0;
  for (const [name, content] of parts) {
    const plain = Buffer.from(content);
    const packed = deflateRawSync(plain, { level: 9 });
    const label = Buffer.from(name);
    const what = [number(20, 2), number(0, 2), number(8, 2), number(0, 4), number(crc32(plain), 4), number(packed.length, 4), number(plain.length, 4), number(label.length, 2), number(0, 2)];
    const file = [number(0x04034b50, 4), ...what, label, packed];
    directory.push(number(0x02014b50, 4), number(20, 2), ...what, number(0, 2), number(0, 2), number(0, 2), number(0, 4), number(offset, 4), label);
    files.push(...file);
    offset += file.reduce((sum, piece) => sum + piece.length, 0);
  }
  const list = Buffer.concat(directory);
  const end = [number(0x06054b50, 4), number(0, 4), number(parts.length, 2), number(parts.length, 2), number(list.length, 4), number(offset, 4), number(0, 2)];
  return Buffer.concat([...files, list, ...end]);
}

const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";

/** A workbook of one sheet. */
export function workbook(rows, strings = "") {
  return zip([
    ["[Content_Types].xml", `<?xml version="1.0"?><Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>`],
    ["_rels/.rels", `<?xml version="1.0"?><Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`],
    ["xl/workbook.xml", `<?xml version="1.0"?><workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`],
    ["xl/_rels/workbook.xml.rels", `<?xml version="1.0"?><Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`],
    ["xl/worksheets/sheet1.xml", `<?xml version="1.0"?><worksheet xmlns="${MAIN}"><sheetData>${rows}</sheetData></worksheet>`],
    ["xl/sharedStrings.xml", `<sst xmlns="${MAIN}">${strings}</sst>`],
  ]);
}

/** A cell with its own text. */
export const cell = (at, text) => `<c r="${at}" t="inlineStr"><is><t>${text}</t></is></c>`;
