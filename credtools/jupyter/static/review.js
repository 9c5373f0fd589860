// Review data: causes, decisions and the rows below them.
function review(state, tools) {
  return region('Review data', h('div', { class: 'ct-review' }, decided(state, tools), rows(state, tools.ui)))
}

// What each decision changes. The rows below stay: somebody may be typing in them.
function decided(state, { act, ui }) {
  ui.grid.groups = new Map(cards(state).filter(card => card.rows).map(card => [filterOf(card), new Set(card.rows)]))
  const nextId = freshId()
  const file = fileInput('Re-upload file', ui, true)
  file.hidden = true
  const why = 'Choose the corrected file: it replaces this one and is compared with it'
  return h('div', { class: 'ct-decided' },
    h('p', {}, h('strong', {}, state.file), state.later > 0 && ` (${state.later} more ${state.later === 1 ? 'file waits' : 'files wait'})`),
    h('div', { class: 'ct-buttons' },
      button('Back', () => act('back')), button('Discard…', () => ui.discard(state.file), { title: 'Discard the whole upload; nothing of it is uploaded' }),
      button('Re-upload', () => file.click(), { title: why }), file,
      button('Next', () => act('next'), { primary: true, about: nextId }), h('span', { id: nextId, class: 'ct-next' }, state.next)),
    state.comparison && h('p', { class: 'ct-good' }, `Compared with the file before: ${state.comparison}.`),
    assumed(state.assumed, act),
    state.status && statusLine(state, { act }),
    unlike(state.unlike),
    assumptions(state.reading, { act, ui }),
    reshape(state.reading.shapes, { act, ui }),
    !state.status && statusLine(state, { act }),
    h('h3', {}, state.causes.length ? 'What is wrong, largest first' : state.asked.length ? 'No row is wrong' : 'Nothing is left to decide'),
    ui.offers.cards,
    h('ul', { class: 'ct-causes' }, state.causes.map(cause => causeCard(cause, { act, ui, state }))),
    state.more > 0 && button(`Show more causes (${state.more.toLocaleString('en')})`, () => act('more'), { focus: 'more' }),
    state.doubts.length > 0 && h('div', {}, h('h3', {}, 'Not wrong, but doubtful'), h('ul', { class: 'ct-causes ct-asked' }, state.doubts.map(cause => causeCard(cause, { act, ui, state })))),
    state.asked.length > 0 && h('div', {}, h('h3', {}, 'What is stored already'), h('ul', { class: 'ct-causes ct-asked' }, state.asked.map(card => askedCard(card, act)))),
    (state.decisions.length > 0 || state.redo) && decisions(state, act),
    folded(state.idle.found === 1 ? '1 correction does nothing in this file' : `${state.idle.found.toLocaleString('en')} corrections do nothing in this file`,
      state.idle.sentences, state.idle.found),
    notes(state.warnings))
}

function causeCard(cause, { act, ui, state }) {
  const id = freshId()
  const go = (label, click, primary) => button(label, click, { focus: `${label} ${cause.key}`, about: id, primary })
  return h('li', { 'data-card': cause.key, click: event => lookAt(event, cause, ui) },
    h('div', { class: 'ct-what', id }, h('strong', {}, cause.count), ` – ${cause.name}`),
    cause.examples.length > 1 && h('div', {}, `For example: ${cause.examples.map(text => `‘${text}’`).join(', ')}`),
    h('div', {}, cause.resolution),
    cause.changes?.length > 0 && h('ul', { class: 'ct-few' }, cause.changes.map(([before, after, passes]) => h('li', {}, change(before, after), passes === false && h('span', { class: 'ct-still' }, ' still wrong')))),
    cause.swapped && h('div', { class: 'ct-warning' }, cause.swapped),
    cause.before && h('div', { class: 'ct-before' }, cause.before),
    cause.same && h('div', { class: 'ct-suggestion' }, cause.same),
    cause.means.length > 0 && meanings(cause, act),
    cause.suggestion && h('div', { class: 'ct-suggestion' }, h('strong', {}, 'Suggestion: '), cause.suggestion),
    h('div', { class: 'ct-buttons' },
      cause.suggestion && go('Accept', () => act('accept', { cause: cause.key }), true),
      cause.accept && go(cause.accept, () => act('accept', { cause: cause.key }), true),
      cause.likes?.map(([way, label], place) => go(label, () => act('like', { cause: cause.key, way }, true), place === 0 && !cause.accept)),
      cause.choose && go('Choose…', () => act('options', { cause: cause.key }, true)),
      cause.same && can(state, 'administer') && go(cause.users ? 'Same people…' : 'Same person…', () => act('same', { cause: cause.key }, true)),
      cause.users > 0 && go('Download as a file of users', () => act('strangers', {}, true), true),
      cause.each && go('Show each', () => act('each', { cause: cause.key })),
      cause.right ? go(cause.right, () => act('right', { cause: cause.key })) : go('Reject rows', () => act('leave', { cause: cause.key })),
      go('Show rows', () => { mark(cause.key, ui); ui.showRows(filterOf(cause), cause.column) }), h('span', { class: 'ct-quiet' }, cause.lines)))
}

// Where the rows lie beside the causes, a click on a card shows its rows; the cause of the rows that are shown is marked.
function lookAt(event, cause, ui) {
  if (event.target.closest('button, a, summary, input, select, details') || !ui.beside()) return
  mark(cause.key, ui)
  ui.showRows(filterOf(cause), cause.column, true)
}

function mark(key, ui) {
  for (const card of ui.host.querySelectorAll('[data-card]')) card.classList.toggle('ct-current', card.dataset.card === key)
}

// What follows from the last decision: seen before it is done, as everything is. Shown where the decision was made.
function showOffer(offer, { act, ui }) {
  const id = freshId()
  for (const [place, element] of Object.entries(ui.offers)) {
    element.replaceChildren(...(offer?.at === place ? [h('div', { class: 'ct-line', role: 'group', 'aria-labelledby': id },
      h('span', { id }, h('strong', {}, 'The same for all like these? '), `${offer.what}: ${offer.more}.`),
      button('The same for all like these…', () => act('like', {}, true), { focus: 'like', primary: true, about: id }),
      button('Not now', () => act('no_offer'), { focus: 'no offer', about: id }))] : []))
  }
}

// What a word can mean, in every file of the source: under the status, a date, or elsewhere.
function meanings(cause, act) {
  const id = freshId()
  return h('div', { class: 'ct-buttons', role: 'group', 'aria-labelledby': id }, h('span', { id }, `In every file of this source ${cause.word} means:`),
    cause.means.map(([meaning, label]) => button(label, () => act('means', { cause: cause.key, meaning }), { focus: `means ${meaning} ${cause.key}`, about: id, title: MEANS[meaning] })))
}

const MEANS = { valid: 'The credential stands', withdrawn: 'The credential no longer stands', leave_out: 'Nothing is stored for such a row',
  blank: 'The cell counts as blank', never: 'The credential doesn’t expire, also where its type requires an expiration date' }

// What a person is asked about stored values: what each row would change, and the answers.
function askedCard(card, act) {
  const id = freshId()
  return h('li', { 'data-card': card.key },
    h('div', { class: 'ct-what', id }, h('strong', {}, card.count), ` – ${card.name}`),
    h('div', {}, card.says),
    card.items.length > 0 && h('ul', {}, card.items.map(({ sentence, examples, more }) =>
      h('li', {}, sentence, ' ', h('span', { class: 'ct-quiet' }, `Stored now: ${examples.join(', ')}${more ? ` and ${more.toLocaleString('en')} more` : ''}`)))),
    h('div', { class: 'ct-buttons' }, card.answers.map(([answer, label, title]) => button(label, () => act(card.key, { answer }), { focus: `${label} ${card.key}`, about: id, title }))))
}

function decisions({ decisions: list, redo }, act) {
  return h('div', {}, h('h3', {}, 'What was decided'),
    redo && h('div', { class: 'ct-buttons' }, button('Redo', () => act('redo'), { title: 'Ctrl+Y: what was undone last is decided again' })),
    h('ul', { class: 'ct-list ct-decisions' }, list.map(decision => {
    const id = freshId()
    return h('li', { 'data-card': `decision ${decision.number}` },
      h('span', { id }, decision.sentence), h('span', { class: 'ct-scope' }, decision.scope),
      decision.idle && h('span', { class: 'ct-scope ct-idle' }, 'changes nothing in this file'),
      decision.turn && button(decision.turn, () => act('turn', { number: decision.number }), { focus: `turn ${decision.number}`, about: id }),
      button('Undo', () => act('undo', { number: decision.number }), { focus: `undo ${decision.number}`, about: id }))
  })))
}

const cards = state => [...state.causes, ...state.doubts]
const filterOf = ({ rows, key, place }) => rows ? `rows ${key}` : `cause ${place}`
const filtersOf = state => [['bad', 'rows with errors'], ['all', 'all rows'], ['fixed', 'changed rows'],
  ...cards(state).map(card => [filterOf(card), card.name])]

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
  const tools = gridTools(ui.host, ui)
  const beside = () => getComputedStyle(ui.host.querySelector('.ct-review')).display === 'grid'
  Object.assign(ui, { filter, text, tools, beside })
  return h('div', { class: 'ct-rows' }, h('h3', {}, 'Rows'),
    h('div', { class: 'ct-line' }, field('Show', filter), field('Find in the rows', text), button('Refresh the list', ask, { title: 'Rows that were fixed leave the list' }), ui.count),
    tools.element,
    h('p', { class: 'ct-quiet' }, 'Type or press Enter to change a cell, Esc to leave it as it was. Pasting from a spreadsheet fills the rows that are shown. Ctrl+Z undoes the last decision, Ctrl+Y does it again.'),
    ui.offers.grid, ui.grid.element, ui.grid.detail)
}

// The causes have changed: what can be filtered by has, too. The rows of a cause stay as long as somebody is among them.
function renewFilter(state, ui) {
  const ofCause = ofCard(ui.grid.filter)
  const options = [...(ofCause ? [['', 'the rows shown so far']] : []), ...filtersOf(state)]
  ui.filter.replaceChildren(...options.map(([value, name]) => h('option', { value }, name)))
  ui.filter.value = ofCause ? '' : ui.grid.filter
}
