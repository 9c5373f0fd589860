// Which rows are made of a file: sheets, rows that don't count, cells, one row per person; the first rows before and after.
function reshape(shapes, { act, ui }) {
  const none = [['', '–'], ...shapes.columns]
  const choice = (options, value, label) => select(options, value, { 'aria-label': label, 'data-focus': `shape ${label}` })
  const kinds = h('datalist', { id: freshId() }, shapes.types.map(name => h('option', { value: name })))
  const pairs = shapes.headings.map(({ heading, column, type }) => {
    const means = choice(none, column, `${heading} is, of one credential`)
    const kind = h('input', { type: 'text', list: kinds.id, 'aria-label': `${heading} is of the type`, 'data-focus': `type ${heading}` })
    kind.value = type
    return { heading, means, kind }
  })
  const down = choice(none, shapes.fill_down, 'Blank cells repeat the value above')
  const sections = choice(none, shapes.sections, 'Rows with a single filled cell name')
  const split = choice(none, shapes.split.column, 'Cells hold several values')
  const by = h('input', { type: 'text', 'aria-label': 'Values are divided by', 'data-focus': 'shape by' })
  by.value = shapes.split.by.replaceAll('\n', '\\n')
  const sheets = sheetsForm(shapes, choice(none, shapes.name_as, 'The name of a sheet is'))
  const leaving = leaveForm(shapes.leave_out, { act, ui })
  const values = () => ({
    pairs: pairs.map(({ heading, means, kind }) => [heading, means.value, kind.value]),
    fill_down: down.value, sections: sections.value, split: split.value, by: by.value, ...sheets.values(), ...leaving.values(),
  })
  const shown = (title, rows) => h('div', { class: 'ct-scroll', tabindex: 0, role: 'group', 'aria-label': title },
    table(rows.headings, rows.rows, `${title}: ${counted(rows.count, 'row', 'rows')}${rows.told}${rows.more ? ', first columns' : ''}`))
  const now = shapes.in_force ? 'made by the recipe' : 'one for each record of the file'
  return h('details', { class: 'ct-reading', open: shapes.tried },
    h('summary', { 'data-focus': 'shapes' }, h('strong', {}, 'Rows: '), now, shapes.left_out > 0 && `, ${shapes.left_out.toLocaleString('en')} left out`, ' ', h('span', { class: 'ct-link' }, 'Change rows…')),
    sheets.element, leaving.element,
    group('Cells', h('div', { class: 'ct-line' },
      field('Cells with several values', split), field('Divided by', by),
      field('Blank cells repeat the value above', down), field('Rows with a single filled cell name', sections))),
    group('One row per person',
      h('p', {}, 'If the file has one row per person and columns for each credential, say which column belongs to which type.'),
      kinds,
      table(['Heading in the file', 'Is, of one credential', 'Of the type'], pairs.map(({ heading, means, kind }) => [heading, means, kind]))),
    shapes.problem && h('p', { class: 'ct-warning' }, shapes.problem),
    h('div', { class: 'ct-buttons' },
      button('Preview the rows', () => act('preview_shape', { values: values() })),
      button('Use these rows', () => act('shape', { values: values() })),
      shapes.in_force && button('Back to one row for each record', () => act('unshape'))),
    shown('Before', shapes.before), shapes.after && shown('After', shapes.after))
}

const group = (title, ...children) => h('fieldset', {}, h('legend', {}, title), children)

function ticked(label, checked, focus) {
  const box = h('input', { type: 'checkbox', 'data-focus': focus, checked })
  return { box, element: h('label', { class: 'ct-tick' }, box, ` ${label}`) }
}

// Which sheets of a workbook are read: one, some, or all that have the same headings, also those of later files.
function sheetsForm(shapes, named) {
  if (shapes.sheets.length < 2) return { element: null, values: () => ({ name_as: named.value }) }
  const every = ticked('all with the same headings, in later files, too', shapes.every_sheet, 'every sheet')
  const boxes = shapes.sheets.map(([name, hidden, chosen]) => ({ name, hidden, ...ticked(hidden ? `${name} (hidden)` : name, chosen, `sheet ${name}`) }))
  const follow = () => boxes.forEach(({ box, hidden }) => { box.disabled = every.box.checked; if (every.box.checked) box.checked = !hidden })
  every.box.addEventListener('change', follow)
  follow()
  return {
    element: group('Sheets', h('div', { class: 'ct-ticks' }, boxes.map(({ element }) => element), every.element),
      h('div', { class: 'ct-line' }, field('Of several, the name of the sheet is', named))),
    values: () => ({ sheets: boxes.filter(({ box }) => box.checked).map(({ name }) => name), every_sheet: every.box.checked, name_as: named.value }),
  }
}

// Rows that don't count, by what is under a heading: the values that are there, with how often, and others.
function leaveForm(leaving, { act, ui }) {
  const heading = select([['', '–'], ...leaving.headings], leaving.heading, { 'data-focus': 'leave out' })
  const list = h('div', { class: 'ct-ticks', 'aria-live': 'polite' })
  const others = h('input', { type: 'text', 'data-focus': 'leave out others' })
  const typed = field('Other values, divided by ;', others)
  let boxes = []
  const fill = ({ heading: of, values, more }) => {
    if (of !== heading.value) return // an answer to an earlier question
    const said = leaving.words.filter(([name]) => name === of).flatMap(([, words]) => words)
    const folded = text => text.trim().replace(/\s+/g, ' ').toLowerCase()
    const there = new Set(values.map(([text]) => folded(text)))
    const wanted = new Set(said.map(folded))
    const all = [...values, ...said.filter(word => !there.has(folded(word))).map(word => [word, 'not in this file'])]
    boxes = all.map(([text, rows]) => ({ text, ...ticked(`${text || '(blank)'} – ${rows}`, wanted.has(folded(text)), `leave out ${text}`) }))
    list.replaceChildren(...boxes.map(({ element }) => element), ...(more ? [h('span', { class: 'ct-quiet' }, `and ${counted(more, 'other value', 'other values')}`)] : []))
    list.hidden = typed.hidden = !of
  }
  heading.addEventListener('change', () => {
    fill({ heading: heading.value, values: [], more: 0 })
    if (heading.value) act('values', { heading: heading.value }, true)
  })
  ui.fillValues = fill
  fill(leaving)
  return {
    element: group('Rows that don’t count', h('div', { class: 'ct-line' }, field('Leave out rows by what is under', heading), typed), list),
    values: () => ({
      leave_out: heading.value,
      words: [...boxes.filter(({ box }) => box.checked).map(({ text }) => text), ...others.value.split(';').map(text => text.trim()).filter(Boolean)],
    }),
  }
}
