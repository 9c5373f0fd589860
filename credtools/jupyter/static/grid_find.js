// Find in all rows of the file, also those that no filter shows and that are not in the page; find and replace.
class FindBar {
  constructor(grid) {
    this.grid = grid
    this.hits = []
    this.at = -1
    this.input = h('input', { type: 'search', autocomplete: 'off', 'data-focus': 'find in all rows' })
    this.told = h('span', { class: 'ct-quiet', role: 'status' })
    this.element = h('div', { class: 'ct-line ct-findbar', role: 'search', 'aria-label': 'Find in all rows of the file', hidden: true, keydown: event => this.key(event) },
      field('Find in all rows', this.input),
      h('div', { class: 'ct-buttons' }, button('Previous', () => this.go(-1)), button('Next match', () => this.go(1)), button('Close', () => this.close(), { focus: 'close find' })),
      this.told)
    this.input.addEventListener('input', () => { this.look(); this.go(1) })
  }

  open() {
    this.element.hidden = false
    this.input.focus()
    this.input.select()
    this.look()
  }

  close() {
    this.element.hidden = true
    this.grid.found = null
    this.grid.element.focus()
    this.grid.draw()
  }

  key(event) {
    if (event.key === 'Escape') this.close()
    else if (event.key === 'Enter' && event.target === this.input) this.go(event.shiftKey ? -1 : 1)
    else if (event.key === 'F3') this.go(event.shiftKey ? -1 : 1)
    else return
    event.preventDefault()
  }

  // All cells that contain the text, row by row in the order of the list.
  look() {
    const { texts, lines } = this.grid, sought = this.input.value.toLowerCase()
    this.hits = []
    this.at = -1
    this.sought = sought
    this.made = texts
    if (sought) {
      const rows = new Set()
      const found = texts.map(column => column.map((text, row) => text.toLowerCase().includes(sought) && rows.add(row)))
      for (const row of this.grid.inOrder([...rows].sort((a, b) => a - b))) found.forEach((column, place) => { if (column[row]) this.hits.push([row, place]) })
    }
    this.told.textContent = !sought ? `${counted(lines.length, 'row', 'rows')} in the file` : this.hits.length ? counted(this.hits.length, 'cell', 'cells') : `No cell contains ‘${this.input.value}’.`
  }

  go(step) {
    if (this.made !== this.grid.texts) this.look() // columns came or went
    if (!this.hits.length) return
    this.at = this.at < 0 ? (step > 0 ? 0 : this.hits.length - 1) : (this.at + step + this.hits.length) % this.hits.length
    const [row, column] = this.hits[this.at], hidden = !this.grid.view.includes(row)
    this.grid.show(row, column)
    this.told.textContent = `${(this.at + 1).toLocaleString('en')} of ${counted(this.hits.length, 'cell', 'cells')}: line ${this.grid.lines[row]}, ${this.grid.columns[column].title}${hidden ? ' (its row joined the list)' : ''}`
  }
}

const MOST_CHANGES = 300

// What a replacement would change: by column and value what it becomes, and in which rows.
function replacements(grid, { find, into, column, exact, whole, shown }) {
  const found = new Map()
  if (!find && !whole) return []
  const pattern = new RegExp(whole ? `^${escaped(find)}$` : escaped(find), exact ? 'gu' : 'giu')
  const rows = shown ? grid.view : grid.lines.map((_, row) => row)
  grid.texts.slice(0, grid.own).forEach((texts, place) => {
    if (column >= 0 && place !== column) return
    const known = new Map() // each different value is looked at once
    for (const row of rows) {
      const old = texts[row]
      if (!known.has(old)) known.set(old, old.replace(pattern, () => into).trim())
      if (known.get(old) === old) continue
      const key = `${place} ${old}`
      if (!found.has(key)) found.set(key, { place, old, now: known.get(old), rows: [] })
      found.get(key).rows.push(row)
    }
  })
  return [...found.values()].sort((a, b) => b.rows.length - a.rows.length)
}

const escaped = text => text.replace(/[.*+?^${}()|[\]\\\/-]/g, '\\$&').replace(/\\-/g, '\\x2d')

// The dialog: each value before and after, ticked, with its cells; what is ticked becomes one decision.
function openReplace(host, grid, replace) {
  const find = h('input', { type: 'text', class: 'ct-wide', autocomplete: 'off', 'data-first': true })
  const into = h('input', { type: 'text', class: 'ct-wide', autocomplete: 'off' })
  const own = grid.columns.slice(0, grid.own)
  const column = select([['-1', 'all columns'], ...own.map(({ title }, place) => [String(place), title])], String(grid.active.column - 1 < grid.own ? grid.active.column - 1 : -1))
  const tick = (name, checked) => h('input', { type: 'checkbox', name, checked })
  const exact = tick('exact'), whole = tick('whole'), shown = tick('shown')
  const list = h('div', { class: 'ct-values', role: 'group', 'aria-label': 'What changes' })
  const told = h('p', { role: 'status' })
  let changes = [], left = new Set()
  const { row, column: at } = grid.active
  if (row >= 0 && at >= 1 && at <= grid.own) find.value = grid.texts[at - 1][grid.view[row]] ?? ''
  const chosen = () => changes.filter(change => !left.has(change))
  const cells = () => chosen().reduce((sum, change) => sum + change.rows.length, 0)
  const tell = () => {
    const count = cells()
    told.textContent = changes.length ? `${counted(count, 'cell changes', 'cells change')}:` : find.value || whole.checked ? 'No cell would change.' : ''
    if (dialog) dialog.querySelector('.ct-primary').textContent = count ? `Replace in ${counted(count, 'cell', 'cells')}` : 'Replace'
  }
  const one = (some, ...said) => h('label', {}, h('input', { type: 'checkbox', checked: true, change: event => {
    for (const change of some) event.target.checked ? left.delete(change) : left.add(change)
    tell()
  } }), h('span', {}, said), h('span', { class: 'ct-quiet' }, counted(some.reduce((sum, { rows }) => sum + rows.length, 0), 'cell', 'cells')))
  const look = () => {
    changes = replacements(grid, { find: find.value, into: into.value, column: Number(column.value), exact: exact.checked, whole: whole.checked, shown: shown.checked })
    left = new Set()
    const rest = changes.slice(MOST_CHANGES)
    list.replaceChildren(...changes.slice(0, MOST_CHANGES).map(change => one([change],
      Number(column.value) < 0 && `${grid.columns[change.place].title}: `, `‘${shownText(change.old)}’ → ‘${shownText(change.now)}’`)),
    ...(rest.length ? [one(rest, `and ${counted(rest.length, 'more value', 'more values')}, changed likewise`)] : []))
    tell()
  }
  let dialog = null
  const problem = h('p', { role: 'alert' })
  dialog = openDialog(host, {
    title: 'Find and replace',
    body: [field('Find', find), field('Replace with', into), field('In', column),
      h('div', { class: 'ct-ticks' }, h('label', {}, exact, ' Match case'), h('label', {}, whole, ' Whole cell (nothing to find: blank cells)'), h('label', {}, shown, ' Only rows that are shown')),
      told, list, problem],
    buttons: [{ label: 'Cancel' }, { label: 'Replace', primary: true, ready: () => {
      if (!cells()) problem.textContent = 'Nothing would change: look for something else, or tick what is to change.'
      return cells() > 0
    } }],
    safe: 'Cancel',
    onAnswer: answer => {
      grid.element.focus()
      if (answer === 'Replace') replace(chosen().flatMap(({ place, now, rows }) => rows.map(row => [grid.lines[row], grid.columns[place].name, now])))
    },
  })
  for (const input of [find, into]) input.addEventListener('input', look)
  for (const input of [column, exact, whole, shown]) input.addEventListener('change', look)
  for (const input of [find, into]) input.addEventListener('keydown', event => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    dialog.querySelector('.ct-primary').click()
  })
  look()
  find.select()
}
