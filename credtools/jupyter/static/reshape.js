// How rows are made of the records of a file: a form, and the first rows before and after.
function reshape(shapes, act) {
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
  const stack = choice([['no', 'one sheet'], ['yes', 'all sheets with the same headings']], shapes.stack ? 'yes' : 'no', 'Sheets')
  const named = choice(none, shapes.name_as, 'The name of a sheet is')
  const values = () => ({
    pairs: pairs.map(({ heading, means, kind }) => [heading, means.value, kind.value]),
    fill_down: down.value, sections: sections.value, split: split.value, by: by.value, stack: stack.value, name_as: named.value,
  })
  const shown = (title, rows) => h('div', { class: 'ct-scroll' },
    table(rows.headings, rows.rows, `${title}: ${counted(rows.count, 'row', 'rows')}${rows.more ? ', first columns' : ''}`))
  return h('details', { class: 'ct-reading', open: shapes.tried },
    h('summary', { 'data-focus': 'shapes' }, h('strong', {}, 'Rows: '), shapes.in_force ? 'made by the recipe ' : 'one for each record of the file ', h('span', { class: 'ct-link' }, 'Change rows…')),
    h('p', {}, 'If the file has one row per person and columns for each credential, say which column belongs to which type.'),
    kinds,
    table(['Heading in the file', 'Is, of one credential', 'Of the type'], pairs.map(({ heading, means, kind }) => [heading, means, kind])),
    h('div', { class: 'ct-line' },
      field('Cells with several values', split), field('Divided by', by),
      field('Blank cells repeat the value above', down), field('Rows with a single filled cell name', sections),
      shapes.book && field('Sheets', stack), shapes.book && field('The name of a sheet is', named)),
    shapes.problem && h('p', { class: 'ct-warning' }, shapes.problem),
    h('div', { class: 'ct-buttons' },
      button('Preview the rows', () => act('preview_shape', { values: values() })),
      button('Use these rows', () => act('shape', { values: values() })),
      shapes.in_force && button('Back to one row for each record', () => act('unshape'))),
    shown('Before', shapes.before), shapes.after && shown('After', shapes.after))
}
