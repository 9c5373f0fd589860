// Uploads: every file that came, page by page; and one of them – its rows, its recipe, and what can be done with it.
const UPLOAD_COLUMNS = ['Batch', 'File', 'Source', 'Uploaded', 'Accepted', 'New', 'Unchanged', 'Rejected', 'To approve', 'State']
const FIGURES = [4, 8]

function uploads(state, { act, ui }) {
  const { text: words, source: of, state: now } = state.filters
  const holder = h('div', { class: 'ct-narrow' })
  const text = h('input', { type: 'search', 'data-focus': 'find uploads' })
  text.value = words
  const source = select([['', 'all'], ...state.choices.source], of, { 'data-focus': 'source of uploads' })
  const kind = select([['', 'all'], ...state.choices.state], now, { 'data-focus': 'state of uploads' })
  let skip = 0, page = 0
  const find = from => act('find', { skip: from, text: text.value, source: source.value, state: kind.value }, true)
  const newer = button('Newer uploads', () => find(skip - page)), older = button('Older uploads', () => find(skip + page))
  ui.fillUploads = list => {
    ({ skip, page } = list)
    holder.replaceChildren(uploadsTable(list, act))
    const turned = document.activeElement
    newer.hidden = skip === 0
    older.hidden = skip + list.rows.length >= list.found
    if (turned.hidden && turned === newer) older.focus()
    if (turned.hidden && turned === older) newer.focus()
  }
  ui.fillUploads(state.uploads)
  text.addEventListener('input', () => find(0))
  for (const choice of [source, kind]) choice.addEventListener('change', () => find(0))
  return region('Uploads',
    h('p', {}, 'Every file that was uploaded, whatever became of it. Open one to see its rejected rows, its recipe and its receipt, or to undo it.'),
    onlyOwn(state),
    h('div', { class: 'ct-buttons' }, button('Back to the credentials', () => act('go', { step: 'home' })),
      can(state, 'upload') && button('Bulk upload (CSV)', () => act('go', { step: 'upload' }), { primary: true })),
    h('div', { class: 'ct-line' }, field('Find by file, person or batch number', text), field('Source', source), field('State', kind)),
    holder, h('div', { class: 'ct-buttons' }, newer, older))
}

function uploadsTable(list, act) {
  if (!list.found) return h('p', {}, 'No upload fits.')
  const number = (text, more) => more ? [text, h('div', { class: 'ct-quiet' }, more)] : text
  const rows = list.rows.map(one => {
    const [accepted, fresh, unchanged, rejected] = one.numbers
    return [String(one.batch), button(one.file, () => act('batch', { batch: one.batch }), { focus: `batch ${one.batch}`, title: 'Show this upload' }), one.source,
      [one.when, h('div', { class: 'ct-quiet' }, one.by)], accepted, fresh, unchanged, number(rejected, one.open > 0 && `${one.open.toLocaleString('en')} open`),
      one.pending > 0 ? one.pending.toLocaleString('en') : '', number(h('span', { class: 'ct-scope' }, one.state), one.waiting > 0 && counted(one.waiting, 'row waits', 'rows wait'))]
  })
  const caption = `${(list.skip + 1).toLocaleString('en')} to ${(list.skip + rows.length).toLocaleString('en')} of ${counted(list.found, 'upload', 'uploads')}, newest first. Times are those of ${list.zone}.`
  return cardTable(UPLOAD_COLUMNS, rows, caption, FIGURES)
}

// A table whose rows become cards where there is no room; it stays a table for a screen reader. `figures`: the columns
// of numbers, from one to another.
function cardTable(headings, rows, caption, [from, to]) {
  const figure = k => k >= from && k <= to && 'ct-figure'
  return h('table', { class: 'ct-cards', role: 'table' }, h('caption', {}, caption),
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, headings.map((name, k) => h('th', { scope: 'col', role: 'columnheader', class: figure(k) }, name)))),
    h('tbody', { role: 'rowgroup' }, rows.map(row => h('tr', { role: 'row' }, row.map((cell, k) =>
      h('td', { role: 'cell', 'data-label': headings[k], class: cell === '' ? 'ct-none' : figure(k) }, h('div', {}, cell)))))))
}

function batch(state, { act, ui }) {
  const id = freshId(), open = state.rejects?.open ?? 0, uploads = can(state, 'upload')
  return region(`Batch ${state.batch}: ${state.file}`,
    h('p', { id, class: state.finished && 'ct-good' }, state.about),
    h('div', { class: 'ct-buttons' }, button('Back to the uploads', () => act('go', { step: 'uploads' })),
      state.waits && uploads && button('Open again', () => act('open', { batch: state.batch }), { primary: true, about: id, title: 'Continue its review' }),
      state.finished && button('Open again', () => act('last_page'), { primary: true, about: id, title: 'Its last page, with the receipt and the recipe' }),
      !state.waits && !state.erased && uploads && button('Check again', () => act('judge_again'), { about: id, title: 'Its file as a new draft, checked as things are now' }),
      state.finished && can(state, 'approve') && button('Undo…', () => act('undoing', {}, true), { about: id, title: 'What it would do is shown first' }),
      state.waits && can(state, 'upload', 'administer') && button('Discard…', () => ui.discardBatch(state), { about: id, title: 'Discard the whole upload; nothing of it is uploaded' })),
    h('dl', { class: 'ct-facts' }, [['Source', state.source], [`Uploaded (${state.zone})`, `${state.when} by ${state.by}`],
      state.follows && ['Follows', button(`Batch ${state.follows}`, () => act('batch', { batch: state.follows }), { title: 'Of which it is a correction, or which was checked again' })]]
      .filter(Boolean).map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value)))),
    state.numbers.length > 0 && numbersTable(state.numbers),
    notes(state.warnings), receipt(state.receipt), recipeOf(state, act),
    h('details', {}, h('summary', { 'data-focus': 'what happened' }, 'What happened'), table([`When (${state.zone})`, 'Who', 'What'], state.happened)),
    state.rejects && rejectsOf(state, { act, ui }, open))
}

function recipeOf(state, act) {
  const name = h('input', { type: 'text', placeholder: 'for example hr', 'data-focus': 'recipe of the batch' })
  return h('details', {}, h('summary', { 'data-focus': 'recipe' }, 'Recipe: how it was read and corrected'),
    h('pre', { class: 'ct-changes', tabindex: 0, 'aria-label': 'Recipe' }, state.recipe),
    state.saves && can(state, 'upload') && h('div', { class: 'ct-line' }, field('Save it for the next file, as a recipe called', name),
      button('Save recipe', () => act('save_of', { name: name.value }))))
}

// Rejected rows: some are ticked, and waived or opened again.
function rejectsOf(state, { act, ui }, open) {
  const { rows, found, state: shown, choices } = state.rejects
  if (choices.length < 2) return h('p', {}, 'No row of it was rejected.')
  const kind = select(choices, shown, { 'data-focus': 'state of rows' })
  kind.addEventListener('change', () => act('of_state', { state: kind.value }, true))
  const ticked = new Map(), closes = can(state, 'upload', 'approve')
  const selected = h('span', { class: 'ct-next', 'aria-live': 'polite' })
  const tell = () => { selected.textContent = ticked.size ? `${ticked.size} selected` : '' }
  const boxes = []
  const of = wanted => [...ticked].filter(([, now]) => now === wanted).map(([row]) => row)
  const items = rows.map(one => {
    const may = closes && (one.state === 'open' || one.state === 'waived')
    const box = h('input', { type: 'checkbox', 'aria-label': `Select line ${one.line}`, disabled: !may })
    if (may) boxes.push(box)
    box.addEventListener('change', () => { box.checked ? ticked.set(one.row, one.state) : ticked.delete(one.row); tell() })
    return h('li', {}, h('label', {}, closes && box, h('strong', {}, ` Line ${one.line}`)), ' ', h('span', { class: 'ct-scope' }, one.state), one.note && h('span', { class: 'ct-quiet' }, ` ${one.note}`),
      one.errors.map(text => h('div', {}, text)))
  })
  const all = h('input', { type: 'checkbox', 'aria-label': 'Select all shown' })
  all.addEventListener('change', () => boxes.forEach(box => { if (box.checked !== all.checked) box.click() }))
  const none = () => ui.problem('Select some rows first: tick the boxes on the left.')
  return h('div', {}, h('h3', {}, 'Rejected rows'),
    open > 0 && h('div', { class: 'ct-buttons' }, [['.xlsx', 'XLSX'], ['.csv', 'CSV']].map(([end, name]) =>
      button(`Download rejected rows (${name})`, () => act('rejects_of', { kind: end }, true), { title: 'Fix them in a spreadsheet, then upload that file' }))),
    h('div', { class: 'ct-line' }, field('Show', kind), boxes.length > 0 && h('label', {}, all, ' Select all shown'), h('div', { class: 'ct-buttons' },
      closes && rows.some(one => one.state === 'open') && button('Waive…', () => of('open').length ? ui.waive(of('open')) : none(), { title: 'Close rows that nobody will fix' }),
      closes && rows.some(one => one.state === 'waived') && button('Reopen', () => of('waived').length ? act('reopen', { rows: of('waived') }) : none(), { title: 'Waived rows are to be fixed after all' }), selected)),
    h('ul', { class: 'ct-list ct-rejected', 'aria-label': 'Rejected rows' }, items),
    found > rows.length && button(`Show more rows (${(found - rows.length).toLocaleString('en')})`, () => act('more_rejects'), { focus: 'more rows' }))
}

// Why nobody will fix some rows; Enter is the button.
function openWaive(host, rows, done) {
  const why = h('input', { type: 'text', class: 'ct-wide', 'data-first': true, autocomplete: 'off' })
  const forGood = h('input', { type: 'checkbox' })
  const problem = h('p', { role: 'alert' })
  const ready = () => {
    if (!why.value.trim()) { problem.textContent = 'Give a reason, for example: left the company.'; why.focus() }
    return Boolean(why.value.trim())
  }
  const dialog = openDialog(host, {
    title: `Waive ${counted(rows.length, 'row', 'rows')}?`,
    body: [h('p', {}, 'They are closed: nobody will fix them. They can be opened again.'), field('Reason', why),
      h('label', {}, forGood, ' Waive the same records again whenever they come'), problem],
    buttons: [{ label: 'Cancel' }, { label: 'Waive them', primary: true, ready }],
    safe: 'Cancel',
    onAnswer: answer => done(answer === 'Waive them' ? { rows, reason: why.value.trim(), for_good: forGood.checked } : null),
  })
  why.addEventListener('keydown', event => {
    if (event.key !== 'Enter') return
    event.preventDefault() // else the key would also press the button that gets the focus when the dialog closes
    dialog.querySelector('.ct-primary').click()
  })
}

// A file whose bytes are a batch already: that is said before anything else.
function openKnown(host, { file, said, others, more, batch: number, again }, done) {
  const open = `Open batch ${number}`
  openDialog(host, {
    title: `${file} was uploaded before`,
    body: [h('p', {}, h('strong', {}, said)), others.length > 0 && h('ul', {}, others.map(one => h('li', {}, one))),
      more > 0 && h('p', {}, `And ${counted(more, 'more batch', 'more batches')}: see Uploads.`), h('p', {}, again), h('p', { class: 'ct-quiet' }, 'Nothing is stored until you choose.')].filter(Boolean),
    buttons: [{ label: 'Cancel' }, { label: 'Check it again' }, { label: open, primary: true }],
    safe: 'Cancel',
    onAnswer: answer => done(answer === open ? 'open' : answer === 'Cancel' ? 'cancel' : 'again'),
  })
}
