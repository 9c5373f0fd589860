// Each step: from the facts that the kernel sent to elements. `act(verb, values)` sends a verb.
const STEPS = [['upload', 'Upload CSV'], ['review', 'Review data'], ['media', 'Add media'], ['finish', 'Finish']]
const STEP_OF = { headings: 'upload', corrected: 'upload', done: 'finish' }

function stepList(step) {
  const now = STEPS.findIndex(([name]) => name === (STEP_OF[step] ?? step))
  if (now < 0) return h('span')
  return h('ol', { class: 'ct-steps', 'aria-label': 'Steps' }, STEPS.map(([, title], place) => h('li', {
    'aria-current': place === now && 'step', class: place < now && 'ct-past',
  }, title)))
}

// The second half of a double click counts for nothing: by then another control may stand in the same place.
function button(label, act, { primary, focus, about, title } = {}) {
  const click = event => { if (event.detail < 2) act() }
  return h('button', { type: 'button', class: primary && 'ct-primary', 'data-focus': focus ?? label, 'aria-describedby': about, title, click }, label)
}

function region(title, ...children) {
  const id = freshId()
  return h('section', { 'aria-labelledby': id }, h('h2', { id, tabindex: -1 }, title), children)
}

function fileInput(label, ui, again) {
  const input = h('input', { type: 'file', 'aria-label': label, accept: '.csv,.tsv,.txt,.xlsx,.xls,.ods', multiple: !again, 'data-focus': label })
  input.addEventListener('change', () => { ui.sendFiles([...input.files], again); input.value = '' })
  return input
}

function table(headings, rows, caption) {
  return h('table', {}, caption && h('caption', {}, caption),
    h('thead', {}, h('tr', {}, headings.map(name => h('th', { scope: 'col' }, name)))),
    h('tbody', {}, rows.map(row => h('tr', {}, row.map(cell => h('td', {}, cell))))))
}

const numbersTable = numbers => h('table', { class: 'ct-numbers' }, h('tbody', {}, numbers.map(({ label, count, help }) =>
  h('tr', {}, h('th', { scope: 'row' }, label), h('td', { class: 'ct-number' }, count), h('td', {}, help)))))

// --- the credentials page ------------------------------------------------------------------------------------

const WITHIN = [30, 60, 90]
const SHOWN = ['pending', 'expired', 'expiring soon', 'valid', 'declined']

function home(state, { act, ui }) {
  const holder = h('div', { class: 'ct-scroll', tabindex: 0, role: 'group', 'aria-label': 'List of credentials' })
  ui.fillList = list => holder.replaceChildren(
    table(['User', 'Type', 'Number', 'Issued', 'Expires', 'State'], list.rows,
      `${list.found > list.rows.length ? `The first ${list.rows.length} of ` : ''}${counted(list.found, 'version', 'versions')} of ${counted(list.credentials, 'credential', 'credentials')}`))
  ui.fillList(state.list)
  const text = h('input', { type: 'search', 'data-focus': 'filter' })
  const kind = select([['', 'all'], ...SHOWN.map(name => [name, name])], '')
  const until = select([['', 'whenever'], ...WITHIN.map(days => [String(days), `within ${days} days`])], '')
  const ask = () => act('list', { text: text.value, state: kind.value, days: until.value }, true)
  text.addEventListener('input', ask)
  for (const choice of [kind, until]) choice.addEventListener('change', ask)
  const nothing = !state.totals.total
  return region('Credentials',
    h('dl', { class: 'ct-totals' }, Object.entries(state.totals).map(([name, count]) =>
      h('div', {}, h('dt', {}, name), h('dd', {}, count.toLocaleString('en'))))),
    h('div', { class: 'ct-buttons' }, button('Bulk upload (CSV)', () => act('begin'), { primary: true })),
    state.waiting.length > 0 && h('div', {}, h('h3', {}, 'Not finished yet'), h('ul', { class: 'ct-list' }, state.waiting.map(batch => {
      const id = freshId()
      return h('li', {}, h('span', { id }, `${batch.file} (batch ${batch.batch}, ${batch.state}, by ${batch.by}) `),
        button('Continue', () => act('open', { batch: batch.batch }), { focus: `open ${batch.batch}`, about: id }))
    }))),
    nothing ? h('p', {}, 'There are no credentials yet. Begin with Bulk upload (CSV).')
      : h('div', {}, h('div', { class: 'ct-line' }, field('Filter by user, type or number', text), field('State', kind), field('Expires', until)), holder))
}

// --- Upload CSV ----------------------------------------------------------------------------------------------

function upload(state, { act, ui }) {
  const zone = h('div', { class: 'ct-zone' },
    h('strong', {}, 'Drop files here, or click to choose them'),
    h('span', {}, 'CSV, TSV, XLSX, XLS or ODS, up to 50 MB and 20,000 rows each. Several files are taken one after the other.'),
    h('span', {}, 'Rejected rows that were mended in a spreadsheet go here, too.'),
    fileInput('Upload CSV file', ui, false))
  zone.addEventListener('dragover', event => { event.preventDefault(); event.stopPropagation(); zone.classList.add('ct-over') })
  zone.addEventListener('dragleave', () => zone.classList.remove('ct-over'))
  zone.addEventListener('drop', event => {
    event.preventDefault()
    event.stopPropagation()
    zone.classList.remove('ct-over')
    ui.sendFiles([...event.dataTransfer.files], false)
  })
  const recipe = select(state.recipes, state.recipe, { 'data-focus': 'recipe' })
  recipe.addEventListener('change', () => act('recipe', { recipe: recipe.value }))
  return region('Upload CSV',
    h('p', {}, 'No file yet? Fill in the template: it has the right headings, and instructions in its second row.'),
    h('div', { class: 'ct-buttons' },
      button('Download CSV template', () => act('template', { kind: '.csv' }, true)),
      button('Download XLSX template', () => act('template', { kind: '.xlsx' }, true))),
    state.recipes.length > 1 && field('Recipe: how files of this source were read and mended before', recipe),
    zone,
    h('div', { class: 'ct-buttons' }, button('Back to the credentials', () => act('home')),
      state.open && button(`Continue with ${state.open}`, () => act('resume'), { focus: 'resume', primary: true })))
}

function headings(state, { act, ui }) {
  const columns = [['', 'not used'], ...state.headings.columns.map(column => [column.name, column.title + (column.required ? ' (required)' : '')])]
  const chosen = new Map()
  const rows = state.headings.rows.map(row => {
    const choice = select(columns, row.column, { 'aria-label': `${row.heading} stands for`, 'data-focus': `heading ${row.heading}` })
    chosen.set(row.heading, choice)
    const note = row.sure ? 'matched' : row.column ? 'a suggestion: please look' : ''
    return [row.heading, row.examples.join(' · '), choice, note]
  })
  const next = () => act('headings', { chosen: Object.fromEntries([...chosen].map(([heading, choice]) => [heading, choice.value])) })
  return region('Upload CSV',
    h('p', {}, `${state.file}: which heading of the file stands for which column? What isn't used is kept with the row, but not checked.`),
    state.problem && h('p', { class: 'ct-warning' }, state.problem),
    unlike(state.unlike),
    assumptions(state.reading, act),
    table(['Heading in the file', 'For example', 'Stands for', ''], rows),
    h('div', { class: 'ct-buttons' }, button('Back', () => act('back')), button('Discard…', () => ui.discard(state.file)), button('Next', next, { primary: true })))
}

// What was assumed to read the file: one line, and a form behind it to change it.
function assumptions(reading, act) {
  const fields = new Map(reading.choices.map(choice => {
    const input = choice.options ? select(choice.options, choice.value) : h('input', { type: 'text' })
    if (!choice.options) input.value = choice.value
    const note = choice.notes && h('span', { class: 'ct-quiet', id: freshId() })
    if (note) {
      const tell = () => { note.textContent = choice.notes[input.value] ?? '' }
      input.addEventListener('change', tell)
      input.setAttribute('aria-describedby', note.id)
      tell()
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
      h('div', { class: 'ct-buttons' }, button('Read again like this', change))))
}

// --- Review data ---------------------------------------------------------------------------------------------

function review(state, tools) {
  return region('Review data', decided(state, tools), rows(state, tools.ui))
}

// What each decision changes. The rows below stay: somebody may be typing in them.
function decided(state, { act, ui }) {
  const nextId = freshId()
  const file = fileInput('Re-upload file', ui, true)
  file.hidden = true
  const why = 'Choose the corrected file: it takes the place of this one and is compared with it'
  return h('div', { class: 'ct-decided' },
    h('p', {}, h('strong', {}, state.file), state.later > 0 && ` (${state.later} more ${state.later === 1 ? 'file waits' : 'files wait'})`),
    h('div', { class: 'ct-buttons' },
      button('Back', () => act('back')), button('Discard…', () => ui.discard(state.file), { title: 'Give this file up; nothing is uploaded' }),
      button('Re-upload', () => file.click(), { title: why }), file,
      button('Next', () => act('next'), { primary: true, about: nextId }), h('span', { id: nextId, class: 'ct-next' }, state.next)),
    state.comparison && h('p', { class: 'ct-good' }, `Compared with the attempt before: ${state.comparison}.`),
    unlike(state.unlike),
    assumptions(state.reading, act),
    h('h3', {}, state.causes.length ? 'What is wrong, largest first' : 'Nothing is left to decide'),
    h('ul', { class: 'ct-causes' }, state.causes.map(cause => causeCard(cause, { act, ui }))),
    state.more > 0 && button(`Show more causes (${state.more.toLocaleString('en')})`, () => act('more'), { focus: 'more' }),
    state.decisions.length > 0 && decisions(state.decisions, act),
    folded(state.idle.found === 1 ? '1 correction does nothing in this file' : `${state.idle.found.toLocaleString('en')} corrections do nothing in this file`,
      state.idle.sentences, state.idle.found),
    notes(state.warnings))
}

// What is unlike the last files of the source; what its recipe lets an unattended run wait for a person is marked.
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

function causeCard(cause, { act, ui }) {
  const id = freshId()
  const go = (label, click, primary) => button(label, click, { focus: `${label} ${cause.key}`, about: id, primary })
  return h('li', { 'data-card': cause.key },
    h('div', { class: 'ct-what', id }, h('strong', {}, cause.count), ` – ${cause.name}`),
    cause.examples.length > 1 && h('div', {}, `For example: ${cause.examples.map(text => `‘${text}’`).join(', ')}`),
    h('div', {}, cause.resolution),
    cause.proposal && h('div', { class: 'ct-suggestion' }, h('strong', {}, 'Suggestion: '), cause.proposal),
    h('div', { class: 'ct-buttons' },
      cause.proposal && go('Accept', () => act('accept', { cause: cause.key }), true),
      cause.choose && go('Choose…', () => act('options', { cause: cause.key }, true)),
      go('Reject rows', () => act('leave', { cause: cause.key })),
      go('Show rows', () => ui.showRows(`cause ${cause.place}`)), h('span', { class: 'ct-quiet' }, cause.lines)))
}

function decisions(list, act) {
  return h('div', {}, h('h3', {}, 'What was decided'), h('ul', { class: 'ct-list ct-decisions' }, list.map(decision => {
    const id = freshId()
    return h('li', { 'data-card': `decision ${decision.number}` },
      h('span', { id }, decision.sentence), h('span', { class: 'ct-scope' }, decision.scope),
      decision.idle && h('span', { class: 'ct-scope ct-idle' }, 'no hit in this file'),
      decision.turn && button(decision.turn, () => act('turn', { number: decision.number }), { focus: `turn ${decision.number}`, about: id }),
      button('Undo', () => act('undo', { number: decision.number }), { focus: `undo ${decision.number}`, about: id }))
  })))
}

const filtersOf = state => [['bad', 'rows with errors'], ['all', 'all rows'], ['fixed', 'changed rows'],
  ...state.names.map((name, place) => [`cause ${state.places[place]}`, name])]

function rows(state, ui) {
  const filter = select(filtersOf(state), ui.grid.filter, { 'data-focus': 'rows' })
  const text = h('input', { type: 'search', 'data-focus': 'find' })
  text.value = ui.grid.text
  const ask = () => {
    filter.value ||= 'bad'
    ui.grid.select(filter.value, text.value)
  }
  filter.addEventListener('change', ask)
  text.addEventListener('input', ask)
  Object.assign(ui, { filter, text })
  return h('div', {}, h('h3', {}, 'Rows'),
    h('div', { class: 'ct-line' }, field('Show', filter), field('Find in the rows', text), button('Show the list anew', ask, { title: 'Rows that were fixed leave the list' }), ui.count),
    h('p', { class: 'ct-quiet' }, 'Type or press Enter to change a cell, Esc to keep it. Paste from a spreadsheet fills the rows that are shown. Ctrl+Z takes the last decision back.'),
    ui.grid.element, ui.grid.detail)
}

// The causes have changed: what can be filtered by has, too. The rows of a cause stay as long as somebody is among them.
function renewFilter(state, ui) {
  const ofCause = ui.grid.filter.startsWith('cause')
  const options = [...(ofCause ? [['', 'the rows shown so far']] : []), ...filtersOf(state)]
  ui.filter.replaceChildren(...options.map(([value, name]) => h('option', { value }, name)))
  ui.filter.value = ofCause ? '' : ui.grid.filter
}

// --- Finish --------------------------------------------------------------------------------------------------

function finish(state, { act }) {
  const id = freshId()
  return region('Finish',
    h('p', {}, h('strong', {}, state.file)), h('p', { id }, state.next), numbersTable(state.numbers), notes(state.warnings),
    h('div', { class: 'ct-buttons' }, button('Back', () => act('back')),
      !state.media && button('Add media', () => act('media_step'), { title: 'Nothing here requires media; they can be added all the same' }),
      button('Finish and upload', () => act('finish'), { primary: true, about: id })))
}

function done(state, { act, ui }) {
  const rejectsId = freshId()
  const waits = `${state.pending.toLocaleString('en')} credentials wait for approval.`
  return region('Finish',
    h('p', { class: 'ct-good' }, `${state.file} is uploaded.`), numbersTable(state.numbers),
    receipt(state.receipt),
    state.rejected > 0 && h('div', {}, h('p', { id: rejectsId }, `${counted(state.rejected, 'row was', 'rows were')} rejected. Mend them in a spreadsheet – the reasons stand beside – and upload that file like any other.`),
      h('div', { class: 'ct-buttons' }, [['.xlsx', 'XLSX'], ['.csv', 'CSV']].map(([kind, name]) =>
        button(`Download rejected rows (${name})`, () => act('rejects', { kind }, true), { about: rejectsId })))),
    state.pending > 0 && h('p', {}, state.may_approve ? waits : `${waits} They were sent to the approvers.`),
    state.pending > 0 && state.may_approve && h('div', { class: 'ct-buttons' }, button('Decide on approval…', () => ui.approve(state))),
    saving(state, act),
    h('div', { class: 'ct-buttons' }, button(state.later > 0 ? 'Next file' : 'To the credentials', () => act('close'), { primary: !state.changes.length })))
}

// How the file was read and mended, for the next one. For a source that has a recipe that file is what to save over.
function saving(state, act) {
  const name = h('input', { type: 'text', placeholder: 'for example hr', 'data-focus': 'recipe name' })
  const another = h('div', { class: 'ct-line' }, field('Save how this file was read and mended, as a recipe called', name),
    button('Save recipe', () => act('save', { name: name.value })))
  if (!state.recipe) {
    name.value = state.source
    return another
  }
  const id = freshId()
  return h('div', {},
    state.changes.length ? h('div', {}, h('p', { id }, `What was decided isn't in ${state.recipe} yet. Saving changes these lines and leaves the rest, comments too, as it is:`),
      h('pre', { class: 'ct-changes', tabindex: 0, 'aria-label': `Changes of ${state.recipe}` }, state.changes.join('\n')),
      h('div', { class: 'ct-buttons' }, button(`Save over ${state.recipe}`, () => act('save', { name: state.source }), { primary: true, focus: 'save over', about: id })))
      : h('p', {}, `${state.recipe} says how this file was read and mended.`),
    h('details', {}, h('summary', { 'data-focus': 'another recipe' }, 'Save under another name…'), another))
}

const receipt = text => text && h('details', {}, h('summary', { 'data-focus': 'receipt' }, 'Receipt'), h('pre', {}, text))
const counted = (count, one, many) => `${count.toLocaleString('en')} ${count === 1 ? one : many}`

// What came of a correction file: its rows were rejected before, were mended in a spreadsheet, and are judged again.
function corrected(state, { act }) {
  return region('Upload CSV',
    h('p', { class: 'ct-good' }, `${state.file} is a correction file: its rows were judged again, and those that are right now are uploaded.`),
    numbersTable(state.numbers),
    state.found > 0 && h('div', {}, h('h3', {}, 'To look at'), listed(state.lines, state.found)),
    receipt(state.receipts),
    h('div', { class: 'ct-buttons' }, button('Upload another file', () => act('begin')),
      state.open ? button(`Continue with ${state.open}`, () => act('resume'), { focus: 'resume', primary: true })
        : button('To the credentials', () => act('home'), { primary: true })))
}
