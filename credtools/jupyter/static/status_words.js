// The status: which heading says what still stands, and what each of its words means, seen before it is used.
const STATUS_BUTTON = 'Say what the status means…'
const ROWS_ARE = { valid: 'valid', withdrawn: 'withdrawn', leave_out: 'left out', '': 'rejected until it is said' }

function statusLine({ status: warning, status_line: line }, { act }) {
  const go = id => button(STATUS_BUTTON, () => act('status', {}, true), { focus: STATUS_BUTTON, about: id, primary: Boolean(warning), title: 'Choose the heading, and say of each of its words: valid, withdrawn or leave out' })
  const id = freshId()
  if (warning) return h('div', { class: 'ct-warning ct-line', role: 'group', 'aria-labelledby': id }, h('span', { id }, `⚠ ${warning}`), go(id))
  return line && h('div', { class: 'ct-reading ct-line' }, h('span', { id }, h('strong', {}, 'Status: '), line), go(id))
}

// `ask`: for another heading, after which `renew` of what is returned gets the answer; `done`: heading and words, or null.
function openStatus(host, asked, { ask, done }) {
  const told = h('p', { role: 'status', class: 'ct-quiet' }), problem = h('p', { role: 'alert' }), list = h('div')
  const heading = select([['', '– no heading: all rows count as valid'], ...asked.headings.map(name => [name, name])], asked.heading, { class: 'ct-wide', 'data-first': true })
  let shown = asked, choices = []
  const named = meaning => meaning === '' ? 'not said' : shown.means.find(([key]) => key === meaning)[1]
  const sums = of => Object.keys(ROWS_ARE).map(meaning => [meaning, shown.words.reduce((sum, word, place) => sum + (of(place) === meaning ? word[1] : 0), 0)])
    .filter(([, rows]) => rows).map(([meaning, rows]) => `${counted(rows, 'row', 'rows')} ${ROWS_ARE[meaning]}`).join(', ')
  const tell = () => {
    problem.textContent = ''
    told.textContent = shown.words.length ? `Now: ${sums(place => shown.words[place][2])}. Then: ${sums(place => choices[place].value)}.` : ''
  }
  const fill = facts => {
    if (facts.heading !== heading.value) return // an answer to an earlier question
    shown = facts
    choices = facts.words.map(([word, , , then]) => {
      const choice = select([['', 'not said: ask'], ...facts.means], then, { 'data-focus': `word ${word || '(blank)'}`, 'aria-label': `${word === '' ? 'A blank cell' : word} means` })
      choice.addEventListener('change', tell)
      return choice
    })
    list.replaceChildren(...(facts.words.length ? [
      table(['Word', 'Rows', 'Now', 'Then'], facts.words.map(([word, rows, now], place) => [shownValue(word), rows.toLocaleString('en'), named(now), choices[place]]), `What is under ‘${facts.heading}’`),
      ...(facts.more ? [h('p', { class: 'ct-quiet' }, `and ${counted(facts.more, 'other word', 'other words')}, which are asked about one by one`)] : []),
    ] : []))
    tell()
  }
  heading.addEventListener('change', () => {
    if (heading.value) ask({ heading: heading.value })
    else fill({ ...shown, heading: '', words: [], more: 0 })
  })
  const ready = () => {
    const said = heading.value ? choices.some(choice => choice.value) : shown.used
    if (!said) problem.textContent = heading.value ? 'Say what at least one word means first.' : 'Choose a heading first.'
    return Boolean(said)
  }
  const dialog = openDialog(host, {
    title: 'What the status means',
    body: [h('p', {}, 'A heading may say whether each credential still stands. Rows that are withdrawn end the credential; those that are left out change nothing. It becomes part of the recipe, for every file of this source.'),
      field('The status is under', heading), list, told, problem],
    buttons: [{ label: 'Cancel' }, { label: 'Use this status', primary: true, ready }],
    safe: 'Cancel',
    onAnswer: answer => done(answer === 'Cancel' ? null : { heading: heading.value, words: Object.fromEntries(shown.words.map(([word], place) => [word, choices[place].value])) }),
  })
  dialog.classList.add('ct-long')
  fill(asked)
  return { renew: fill, get isOpen() { return dialog.isConnected } }
}
