// Upload CSV: the drop zone; headings and how a file is read; what came of a correction file.
function fileInput(label, ui, again) {
  const input = h('input', { type: 'file', 'aria-label': label, multiple: !again, 'data-focus': label })
  input.addEventListener('change', () => { ui.sendFiles([...input.files], again); input.value = '' })
  return input
}

function upload(state, { act, ui }) {
  const zone = dropZone(transfer => ui.sendFiles([...transfer.files], false),
    h('strong', {}, 'Drop files here, or click to choose them'),
    h('span', {}, 'CSV and other delimited text, XLSX, XLS or ODS, up to 50 MB and 20,000 rows each. Several files are read one after the other.'),
    h('span', {}, 'Upload rejected rows that you fixed in a spreadsheet here, too.'),
    fileInput('Upload CSV file', ui, false))
  const recipe = select(state.recipes, state.recipe, { 'data-focus': 'recipe' })
  recipe.addEventListener('change', () => act('recipe', { recipe: recipe.value }))
  const encoding = select(state.encodings, state.encoding, { 'data-focus': 'encoding' })
  encoding.addEventListener('change', () => act('encoding', { encoding: encoding.value }))
  return region('Upload CSV',
    h('p', {}, 'No file yet? Fill in the template: it has the right headings, with instructions in the second row.'),
    h('div', { class: 'ct-buttons' },
      button('Download CSV template', () => act('template', { kind: '.csv' }, true)),
      button('Download XLSX template', () => act('template', { kind: '.xlsx' }, true))),
    state.recipes.length > 1 && field('Recipe: how files of this source were read and corrected before', recipe),
    state.encodings.length > 0 && field('Encoding of the next file', encoding),
    zone,
    h('div', { class: 'ct-buttons' }, button('Back to the credentials', () => act('go', { step: 'home' })),
      state.open && button(`Continue with ${state.open}`, () => act('resume'), { focus: 'resume', primary: true })))
}

function headings(state, { act, ui }) {
  const columns = [['', 'not used'], ...state.headings.columns.map(column => [column.name, column.title + (column.required ? ' (required)' : '')])]
  const titles = new Map(state.headings.columns.map(column => [column.name, column.title]))
  const first = firstRows(state.headings.first, { act, ui })
  const chosen = new Map()
  const rows = state.headings.rows.map(row => {
    const choice = select(columns, row.column, { 'aria-label': `${row.heading} stands for`, 'data-focus': `heading ${row.heading}` })
    choice.addEventListener('change', () => first.means(row.heading, titles.get(choice.value)))
    chosen.set(row.heading, choice)
    return [row.heading, row.examples.join(' · '), choice, why(row)]
  })
  const next = () => act('headings', { chosen: Object.fromEntries([...chosen].map(([heading, choice]) => [heading, choice.value])) })
  return region('Upload CSV',
    h('p', {}, `${state.file}: which column does each heading stand for? Columns that aren't used are kept with the row, but not checked.`),
    state.problem && h('p', { class: 'ct-warning' }, state.problem),
    unlike(state.unlike),
    assumptions(state.reading, { act }),
    reshape(state.reading.shapes, { act, ui }),
    table(['Heading in the file', 'For example', 'Stands for', 'Why'], rows),
    h('div', { class: 'ct-buttons' }, button('Back', () => act('back')), button('Discard…', () => ui.discard(state.file), { title: 'Discard the whole upload; nothing of it is uploaded' }), button('Next', next, { primary: true, title: 'Use what is chosen here for all headings' })),
    first.element)
}

// Why a heading stands for a column: by its words, by what lies under it, or perhaps.
function why({ sure, clear, column, why }) {
  if (sure) return why ? `matched: ${why}` : 'matched'
  if (!column) return why
  return h('span', {}, !clear && h('strong', {}, 'Please check: '), why)
}

// The first rows under their headings, with what each column is taken for; the values under one heading on demand.
function firstRows(first, { act, ui }) {
  const meant = new Map()
  const named = ([heading, title]) => {
    const means = h('div', { class: 'ct-quiet' }, title || 'not used')
    meant.set(heading, means)
    return [heading, means]
  }
  const shown = h('div', { class: 'ct-scroll', role: 'region', tabindex: 0, 'aria-label': 'First rows' },
    table(['Line', ...first.headings.map(named)], first.rows.map((row, place) => [first.lines[place].toLocaleString('en'), ...row]),
      `The first ${counted(first.rows.length, 'row', 'rows')} of ${first.count.toLocaleString('en')}, and what each column is taken for${first.more > 0 ? `; ${counted(first.more, 'more column', 'more columns')}` : ''}`))
  const choice = select([['', '–'], ...first.headings.map(([heading]) => [heading, heading])], '', { 'data-focus': 'values under' })
  const facts = h('div', { 'aria-live': 'polite' })
  choice.addEventListener('change', () => { ui.fillColumn = message => facts.replaceChildren(columnFacts(message)); act('column', { heading: choice.value }, true) })
  return {
    element: h('div', { class: 'ct-first' }, shown, field('Values under', choice), facts),
    means: (heading, title) => { if (meant.has(heading)) meant.get(heading).textContent = title || 'not used' },
  }
}

const columnFacts = ({ heading, lines, most }) => h('div', {}, lines.map(line => h('p', {}, line)),
  most.length > 0 && table(['Most frequent', 'Cells'], most, `Values under ‘${heading}’`))

// The headings that nobody was asked about, because what lies under them says it: said first, with the evidence.
function assumed(list, act) {
  return list.length > 0 && h('div', { class: 'ct-assumed' },
    h('details', {},
      h('summary', { 'data-focus': 'assumed' }, h('strong', {}, 'Headings taken by their content: '),
        list.map(({ heading, title }) => `‘${heading}’ as ${title}`).join(', '), ' ', h('span', { class: 'ct-link' }, 'Why…')),
      h('ul', {}, list.map(({ heading, title, why }) => h('li', {}, `‘${heading}’ as ${title}: ${why}`)))),
    button('Change headings…', () => act('go', { step: 'headings' }), { title: 'Say yourself what each heading stands for' }))
}

// What was assumed to read the file: one line, and a form behind it to change it.
function assumptions(reading, { act, ui }) {
  const fields = new Map(reading.choices.map(choice => {
    const input = choice.options ? select(choice.options, choice.value) : h('input', { type: 'text' })
    if (!choice.options) input.value = choice.value
    const note = choice.notes && h('span', { class: 'ct-quiet', id: freshId() })
    if (note) {
      const explain = () => { note.textContent = choice.notes[input.value] ?? '' }
      input.addEventListener('change', explain)
      input.setAttribute('aria-describedby', note.id)
      explain()
    }
    return [choice.name, { label: choice.label, input, note }]
  }))
  const change = () => act('reading', { values: Object.fromEntries([...fields].map(([name, { input }]) => [name, input.value])) })
  return h('div', {},
    reading.warnings.map(text => h('p', { class: 'ct-warning' }, `⚠ ${text}`)),
    h('details', { class: 'ct-reading' },
      h('summary', { 'data-focus': 'reading' }, h('strong', {}, 'Read as: '), reading.line, ' ', h('span', { class: 'ct-link' }, 'Change…')),
      h('div', { class: 'ct-line' }, [...fields.values()].map(({ label, input }) => field(label, input))),
      [...fields.values()].map(({ note }) => note),
      h('div', { class: 'ct-buttons' }, button('Read again like this', change)),
      ui && firstRows(reading.first, { act, ui }).element))
}

// What differs from the last files of the source; what would hold an unattended run is marked.
function unlike(findings) {
  return findings.length > 0 && h('div', {}, h('h3', {}, findings.some(({ holds }) => holds) ? 'What holds an unattended run, or is unlike the last files' : 'Unlike the last files of this source'),
    h('ul', { class: 'ct-list ct-unlike' }, findings.map(({ sentence, holds }) =>
      h('li', { class: holds && 'ct-holds' }, h('span', {}, sentence), holds && h('span', { class: 'ct-scope' }, 'holds an unattended run')))))
}

const listed = (sentences, found) => h('ul', {}, sentences.map(text => h('li', {}, text)),
  found > sentences.length && h('li', {}, `and ${(found - sentences.length).toLocaleString('en')} more`))

const folded = (title, sentences, found = sentences.length) => found > 0
  && h('details', {}, h('summary', { 'data-focus': title }, title), listed(sentences, found))

function notes(warnings) {
  return folded(warnings.length === 1 ? '1 note that blocks nothing' : `${warnings.length} notes that block nothing`, warnings)
}

// What came of a correction file: its rows were rejected before, were fixed in a spreadsheet, and are checked again.
function corrected(state, { act }) {
  return region('Upload CSV',
    h('p', { class: 'ct-good' }, `${state.file} is a correction file: its rows were checked again, and those that now pass are uploaded.`),
    numbersTable(state.numbers),
    state.found > 0 && h('div', {}, h('h3', {}, 'Please check'), listed(state.lines, state.found)),
    receipt(state.receipts),
    h('div', { class: 'ct-buttons' }, button('Upload another file', () => act('go', { step: 'upload' })),
      state.open ? button(`Continue with ${state.open}`, () => act('resume'), { focus: 'resume', primary: true })
        : button('To the credentials', () => act('go', { step: 'home' }), { primary: true })))
}
