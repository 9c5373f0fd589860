// What can be done in the list of rows: its buttons and keys, the menu of its rows, and the fields of a row as read.
function gridTools(host, { grid, act }) {
  const find = new FindBar(grid)
  const chips = h('div', { class: 'ct-line ct-chips', hidden: true })
  const unused = h('input', { type: 'checkbox', 'data-focus': 'unused' })
  const unusedLabel = h('label', { hidden: true }, unused, ' ', h('span'))
  unused.addEventListener('change', () => unused.checked ? act('unused', {}, true) : grid.showUnused())
  const replace = () => openReplace(host, grid, cells => act('edit', { cells }))
  const menu = anchor => openMenu(anchor, grid.element, 'Row actions', rowActions(grid, act, replace))
  const column = () => { if (grid.active.column > 0) openFacet(grid, grid.active.column - 1) }
  grid.onMenu = menu
  grid.onFilter = () => {
    const some = [...grid.facets]
    chips.hidden = !some.length
    chips.replaceChildren(h('span', { class: 'ct-quiet' }, 'Filtered by'), ...some.map(([place, facet]) => {
      const said = `${grid.columns[place].title}: ${told(facet)}`
      return button(`${said} ✕`, () => { grid.filterBy(place); grid.element.focus() }, { focus: said, title: 'Take this filter away' })
    }))
    unusedLabel.hidden = !grid.unused
    unusedLabel.lastChild.textContent = `Show ${counted(grid.unused ?? 0, 'column that isn’t used', 'columns that aren’t used')}`
    unused.checked = grid.columns.length > grid.own
  }
  const keys = event => {
    const key = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase()
    if (key === 'h') replace()
    else if (key === 'f' && event.target !== find.input) find.open() // once more: the browser's own
    else return
    event.preventDefault()
  }
  return {
    keys,
    element: h('div', {},
      h('div', { class: 'ct-buttons' },
        button('Find…', () => find.open(), { title: 'Ctrl+F: in all rows of the file' }),
        button('Find and replace…', replace, { title: 'Ctrl+H' }),
        button('Filter column…', column, { title: 'Alt+↓: the values of the column of the chosen cell, with counts' }),
        button('Fill down', () => grid.fillDown(), { title: 'Ctrl+D: the first chosen cell fills those below' }),
        button('Copy with headings', () => grid.copyBy(true)),
        button('Row actions…', () => menu(document.getElementById(grid.cellId(grid.active.row, grid.active.column)) ?? grid.element), { title: 'Shift+F10, or the right mouse button' }),
        unusedLabel),
      find.element, chips),
  }
}

const told = ({ text, values }) => [text && `contains ‘${text}’`, values.size > 3 ? `${values.size} values` : [...values].map(value => `‘${shownText(value)}’`).join(', ')].filter(Boolean).join(', ')

function rowActions(grid, act, replace) {
  const rows = grid.rows(), lines = rows.map(row => grid.lines[row]), [first] = rows
  const { row, column } = grid.active
  const all = code => rows.length > 0 && rows.every(one => grid.offered[code].has(one))
  const alone = code => rows.length === 1 && all(code)
  const cell = row >= 0 && column > 0 && grid.texts[column - 1][grid.view[row]]
  return [
    all('row_rejected') ? [rows.length === 1 ? 'Take the rejection of this row back' : `Take the rejection of these ${rows.length} rows back`, () => act('unreject', { lines })]
      : rows.length > 0 && [rows.length === 1 ? 'Reject this row' : `Reject these ${rows.length.toLocaleString('en')} rows`, () => act('reject', { lines })],
    alone('field_count') && ['Fields as read…', () => act('fields', { line: grid.lines[first] }, true)],
    alone('not_repeated') && ['Keep this one, reject the others', () => act('keep', { line: grid.lines[first] })],
    cell !== false && [`Show only rows with ‘${shownText(cell).slice(0, 40)}’`, () => { grid.filterBy(column - 1, { values: new Set([cell]) }); grid.element.focus() }],
    column > 0 && ['Filter this column…', () => openFacet(grid, column - 1), 'Alt+↓'],
    ['Fill down', () => grid.fillDown(), 'Ctrl+D'],
    ['Find and replace…', replace, 'Ctrl+H'],
    ['Copy', () => grid.copyBy(false), 'Ctrl+C'],
    ['Copy with headings', () => grid.copyBy(true)],
  ].filter(Boolean)
}

// A row with too many or too few fields: as they were read, each under its heading; joined until there is one for each.
function openFields(host, { line, fields, headings, by }, complete) {
  let now = [...fields]
  const list = h('ol', { class: 'ct-fields' }), problem = h('p', { role: 'status' })
  const redo = (change, focus) => {
    change()
    fill()
    list.querySelectorAll('li')[Math.min(focus, now.length - 1)]?.querySelector('button')?.focus()
  }
  const fill = () => {
    list.replaceChildren(...now.map((text, k) => h('li', {},
      h('span', { class: 'ct-quiet' }, headings[k] ?? 'no heading'), h('span', {}, shownText(text.trim())),
      now.length > headings.length && k + 1 < now.length && button('Join with the next', () => redo(() => now.splice(k, 2, now[k] + by + now[k + 1]), k), { focus: `join ${k}` }),
      now.length < headings.length && button('Insert a blank before', () => redo(() => now.splice(k, 0, ''), k), { focus: `blank ${k}` }))),
    ...(now.length < headings.length ? [h('li', {}, button('Add a blank at the end', () => redo(() => now.push(''), now.length)))] : []))
    problem.textContent = now.length === headings.length ? 'Each field has its heading.'
      : `${counted(now.length, 'field', 'fields')}, ${counted(headings.length, 'heading', 'headings')}: ${now.length > headings.length ? 'join two that belong together' : 'insert blanks where fields are missing'}.`
  }
  fill()
  openDialog(host, {
    title: `Fields of line ${line} as read`,
    body: [problem, list, button('Start again', () => redo(() => { now = [...fields] }, 0))],
    buttons: [{ label: 'Cancel' }, { label: 'Use these fields', primary: true, ready: () => now.length === headings.length }],
    safe: 'Cancel',
    onAnswer: answer => { if (answer === 'Use these fields') complete(now) },
  })
}
