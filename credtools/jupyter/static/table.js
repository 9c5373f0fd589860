// Cells as spreadsheets put them on the clipboard: tabs, lines ended by CRLF, quoted cells with doubled quotation marks.
function parseCells(text) {
  const rows = [[]]
  let at = 0
  while (at <= text.length) {
    let cell = ''
    const quoted = /^"((?:[^"]|"")*)"(?=[\t\r\n]|$)/.exec(text.slice(at))
    if (quoted) {
      cell = quoted[1].replaceAll('""', '"')
      at += quoted[0].length
    } else {
      const end = text.slice(at).search(/[\t\r\n]/)
      cell = end < 0 ? text.slice(at) : text.slice(at, at + end)
      at += cell.length
    }
    rows.at(-1).push(cell)
    if (at >= text.length) break
    if (text[at] === '\t') { at += 1; continue }
    at += text.startsWith('\r\n', at) ? 2 : 1
    if (at >= text.length) break
    rows.push([])
  }
  return rows
}

const quotedCell = text => /[\t\r\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
const writeCells = rows => rows.map(row => row.map(quotedCell).join('\t')).join('\r\n')

// A block in a range: one value fills it, a block repeats in a larger one, and goes beyond a single cell.
function spread(block, { top, bottom, left, right }) {
  const single = top === bottom && left === right
  const height = single ? block.length : bottom - top + 1
  const width = single ? Math.max(...block.map(row => row.length)) : right - left + 1
  const cells = []
  for (let r = 0; r < height; r++) {
    const row = block[r % block.length]
    for (let c = 0; c < width; c++) cells.push([top + r, left + c, row[c % row.length] ?? ''])
  }
  return cells
}

async function unpack(buffer) {
  const stream = new Blob([buffer]).stream().pipeThrough(new DecompressionStream('gzip'))
  return JSON.parse(await new Response(stream).text())
}
