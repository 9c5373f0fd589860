// The rows of a file: only what is in sight is in the page, so 20,000 rows are as light as 20.
// Focus stays on the grid itself; `aria-activedescendant` says which cell is meant, also while rows come and go.
const ROW_HEIGHT = 28
const BEYOND = 8 // rows drawn above and below what is in sight

const ofCard = filter => /^(cause|rows) /.test(filter) // the rows of a card: those with its error, or just these

class Grid {
  constructor({ onEdit, onUndo, onCount }) {
    Object.assign(this, { onEdit, onUndo, onCount })
    this.columns = []
    this.lines = []
    this.view = [] // places of the rows that are shown, in their order
    this.filter = 'bad'
    this.groups = new Map() // rows that a filter means, where no error says it
    this.text = ''
    this.sort = { column: -1, down: false }
    this.active = { row: 0, column: 1 } // row -1: the headings; column 0: the line
    this.anchor = { ...this.active }
    this.id = freshId()
    this.head = h('div', { role: 'rowgroup', class: 'ct-head' })
    this.body = h('div', { role: 'rowgroup', class: 'ct-body' })
    this.element = h('div', {
      class: 'ct-grid', role: 'grid', tabindex: 0, 'aria-label': 'Rows of the file', 'aria-multiselectable': 'true',
      keydown: event => this.key(event), copy: event => this.copy(event), paste: event => this.paste(event),
      scroll: () => requestAnimationFrame(() => this.draw()),
      mousedown: event => this.press(event), mouseover: event => this.drag(event),
      dblclick: event => this.cellAt(event) && this.edit(),
    }, this.head, this.body)
    this.detail = h('p', { class: 'ct-detail', id: freshId() })
    this.element.setAttribute('aria-describedby', this.detail.id)
  }

  // --- what is shown ---------------------------------------------------------------------------------------

  load({ columns, lines, texts, ...marks }) {
    Object.assign(this, { columns, lines, texts, filter: 'bad', text: '', sort: { column: -1, down: false } })
    this.active = { row: 0, column: 1 }
    this.anchor = { ...this.active }
    this.mark(marks)
    const widths = texts.map((column, place) => Math.max(columns[place].title.length + 3, ...column.slice(0, 300).map(text => text.length)))
      .map(letters => Math.min(320, Math.max(110, letters * 7.5 + 20)))
    this.element.style.setProperty('--ct-widths', widths.map(width => `minmax(${width}px, ${width}fr)`).join(' '))
    this.element.style.setProperty('--ct-width', `${72 + widths.reduce((sum, width) => sum + width, 0)}px`)
    this.select()
  }

  // Changed cells and all errors again. Rows that pass now stay in sight until somebody refreshes the list;
  // rows that fit now join them, unless somebody is at work in the list: then no row moves.
  change({ changed, ...marks }) {
    for (const [row, column, text] of changed) this.texts[column][row] = text
    this.mark(marks)
    if (!this.element.contains(document.activeElement)) {
      if (ofCard(this.filter)) this.filter = 'bad' // what the cause was, nobody can ask for any more
      const active = this.view[this.active.row]
      this.fill()
      if (this.active.row >= 0) this.active.row = Math.max(0, this.view.indexOf(active))
      this.anchor = { ...this.active }
    }
    this.showCount()
    this.draw()
  }

  mark({ errors, sentences, before }) {
    this.errors = new Map()
    for (const [row, column, cause, sentence, suggestion] of errors) {
      const found = this.errors.get(row) ?? []
      found.push({ column, cause, sentence: sentences[sentence], suggestion })
      this.errors.set(row, found)
    }
    this.before = new Map(before.map(([row, column, text]) => [`${row} ${column}`, text]))
    this.fixedRows = new Set(before.map(([row]) => row))
  }

  select(filter = this.filter, text = this.text) {
    Object.assign(this, { filter, text, view: [] })
    this.fill()
    this.active.row = Math.min(this.active.row, this.view.length - 1)
    this.anchor = { ...this.active }
    this.showCount()
    this.element.scrollTop = 0
    this.draw()
  }

  // What fits the filter joins what is shown already.
  fill() {
    const wanted = {
      all: () => true,
      bad: row => this.errors.has(row),
      fixed: row => this.fixedRows.has(row),
    }[this.filter] ?? (row => this.groups.get(this.filter)?.has(row) ?? this.errors.get(row)?.some(error => `cause ${error.cause}` === this.filter))
    const sought = this.text.toLowerCase()
    const shown = new Set(this.view)
    this.view = this.lines.map((_, row) => row).filter(row => shown.has(row)
      || (wanted(row) && (!sought || this.texts.some(column => column[row].toLowerCase().includes(sought)))))
    if (this.sort.column >= 0) {
      const { compare } = new Intl.Collator(undefined, { numeric: true })
      // Rows stand in the order of the file, whatever their lines are called.
      const order = this.sort.column === 0 ? (a, b) => a - b : (a, b) => compare(this.texts[this.sort.column - 1][a], this.texts[this.sort.column - 1][b])
      this.view.sort((a, b) => (this.sort.down ? order(b, a) : order(a, b)) || a - b)
    }
  }

  showCount() {
    this.element.setAttribute('aria-rowcount', this.view.length + 1)
    this.element.setAttribute('aria-colcount', this.columns.length + 1)
    this.onCount(this.view.length, this.lines.length, this.errors.size)
  }

  draw() {
    if (!this.columns.length || this.input) return
    const titles = ['Line', ...this.columns.map(column => column.title)]
    const sorted = column => column === this.sort.column ? (this.sort.down ? 'descending' : 'ascending') : 'none'
    this.head.replaceChildren(h('div', { role: 'row', class: 'ct-row', 'aria-rowindex': 1 }, titles.map((title, column) => h('div', {
      role: 'columnheader', 'aria-colindex': column + 1, 'aria-sort': sorted(column), id: this.cellId(-1, column),
      class: joined('ct-cell', this.active.row === -1 && this.active.column === column && 'ct-active'),
      'data-row': -1, 'data-column': column, title: 'Sort by this column',
    }, title, { ascending: ' ▲', descending: ' ▼' }[sorted(column)]))))
    this.body.style.height = `${this.view.length * ROW_HEIGHT}px`
    const first = Math.max(0, Math.floor(this.element.scrollTop / ROW_HEIGHT) - BEYOND)
    const last = Math.min(this.view.length, Math.ceil((this.element.scrollTop + this.element.clientHeight) / ROW_HEIGHT) + BEYOND)
    const rows = []
    for (let place = first; place < last; place++) rows.push(this.row(place))
    this.body.replaceChildren(...rows)
    const active = document.getElementById(this.cellId(this.active.row, this.active.column))
    if (active) this.element.setAttribute('aria-activedescendant', active.id)
    else this.element.removeAttribute('aria-activedescendant')
    this.detail.textContent = this.describe(this.view[this.active.row], this.active.column - 1) || ' '
  }

  row(place) {
    const row = this.view[place]
    const cells = [this.lines[row], ...this.texts.map(column => column[row])].map((text, column) => {
      const wrong = this.wrong(row, column - 1)
      const words = this.describe(row, column - 1)
      return h('div', {
        role: 'gridcell', id: this.cellId(place, column), 'aria-colindex': column + 1, 'data-row': place, 'data-column': column,
        class: joined('ct-cell', wrong.length && 'ct-wrong', this.before.has(`${row} ${column - 1}`) && 'ct-fixed',
          this.inRange(place, column) && 'ct-chosen', this.active.row === place && this.active.column === column && 'ct-active'),
        'aria-invalid': wrong.length > 0 && 'true', 'aria-description': words, title: words,
        'aria-readonly': column === 0 && 'true', 'aria-selected': this.inRange(place, column) && 'true',
      }, String(text))
    })
    return h('div', { role: 'row', class: 'ct-row', 'aria-rowindex': place + 2, style: `top:${place * ROW_HEIGHT}px` }, cells)
  }

  wrong(row, column) {
    return (this.errors.get(row) ?? []).filter(error => error.column === column)
  }

  describe(row, column) {
    if (row === undefined) return ''
    const was = this.before.get(`${row} ${column}`)
    return [
      was !== undefined && (was === this.texts[column][row] ? 'This was an error and is correct now.' : `Changed from ‘${was || '(blank)'}’ to ‘${this.texts[column][row]}’.`),
      ...this.wrong(row, column).map(error => error.sentence + (error.suggestion && ` Suggestion: ${error.suggestion}`)),
    ].filter(Boolean).join(' ')
  }

  cellId(place, column) {
    return `${this.id}-${place}-${column}`
  }

  // --- moving and choosing ---------------------------------------------------------------------------------

  range() {
    const [a, b] = [this.anchor, this.active]
    return {
      top: Math.max(0, Math.min(a.row, b.row)), bottom: Math.max(a.row, b.row),
      left: Math.min(a.column, b.column), right: Math.max(a.column, b.column),
    }
  }

  inRange(row, column) {
    const { top, bottom, left, right } = this.range()
    return (top !== bottom || left !== right) && row >= top && row <= bottom && column >= left && column <= right
  }

  go(row, column, extend = false) {
    this.active = {
      row: Math.max(-1, Math.min(this.view.length - 1, row)),
      column: Math.max(0, Math.min(this.columns.length, column)),
    }
    if (!extend) this.anchor = { ...this.active }
    const top = this.active.row * ROW_HEIGHT
    const room = this.element.clientHeight - 2 * ROW_HEIGHT
    if (this.active.row >= 0) {
      if (top < this.element.scrollTop) this.element.scrollTop = top
      else if (top > this.element.scrollTop + room) this.element.scrollTop = top - room
    }
    this.draw()
    document.getElementById(this.cellId(this.active.row, this.active.column))?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }

  cellAt(event) {
    const cell = event.target.closest('[data-row]')
    return cell && { row: Number(cell.dataset.row), column: Number(cell.dataset.column) }
  }

  press(event) {
    const at = this.cellAt(event)
    if (!at || event.target === this.input) return
    if (at.row === -1) this.sortBy(at.column)
    else this.go(at.row, at.column, event.shiftKey)
  }

  drag(event) {
    const at = event.buttons & 1 && !this.input && this.cellAt(event)
    if (at && at.row >= 0) this.go(at.row, at.column, true)
  }

  sortBy(column) {
    const again = this.sort.column === column
    this.sort = again && this.sort.down ? { column: -1, down: false } : { column, down: again }
    this.active = { row: -1, column }
    this.select()
  }

  key(event) {
    if (event.target === this.input || event.altKey) return
    const { row, column } = this.active
    const page = Math.floor(this.element.clientHeight / ROW_HEIGHT) - 2
    const control = event.ctrlKey || event.metaKey
    const moves = {
      ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
      PageUp: [Math.max(0, row - page), column], PageDown: [row + page, column],
      Home: control ? [0, 0] : [row, 0], End: control ? [this.view.length - 1, this.columns.length] : [row, this.columns.length],
    }
    if (moves[event.key]) this.go(...moves[event.key], event.shiftKey && row >= 0)
    else if (control && event.key === 'z') this.onUndo()
    else if (control) return
    else if (event.key === 'Enter' && row === -1) this.sortBy(column)
    else if (event.key === 'Enter' || event.key === 'F2') this.edit()
    else if (event.key === 'Delete' || event.key === 'Backspace') this.write(spread([['']], this.range()))
    else if (event.key === 'Escape') this.go(row, column)
    else if (event.key.length === 1) this.edit(event.key)
    else return
    event.preventDefault()
  }

  // --- changing --------------------------------------------------------------------------------------------

  edit(typed) {
    const { row, column } = this.active
    if (row < 0 || column < 1) return
    const cell = document.getElementById(this.cellId(row, column))
    const title = this.columns[column - 1].title
    const input = h('input', { class: 'ct-input', 'aria-label': `${title}, line ${this.lines[this.view[row]]}`, autocomplete: 'off' })
    input.value = typed ?? this.texts[column - 1][this.view[row]]
    const end = (keep, down = 0, right = 0) => {
      if (!this.input) return
      this.input = null
      if (keep) this.write([[row, column, input.value]])
      this.element.focus()
      this.go(row + down, column + right)
    }
    input.addEventListener('keydown', event => {
      const ends = { Enter: () => end(true, 1), Tab: () => end(true, 0, event.shiftKey ? -1 : 1), Escape: () => end(false) }
      if (!ends[event.key]) return
      event.preventDefault()
      event.stopPropagation()
      ends[event.key]()
    })
    input.addEventListener('blur', () => { if (this.input) { this.input = null; this.write([[row, column, input.value]]); this.draw() } })
    this.input = input
    cell.replaceChildren(input)
    input.focus()
    if (typed === undefined) input.select()
  }

  // One message for all cells; what doesn't change is left out. The answer repaints.
  write(cells) {
    const changed = cells.filter(([row, column, text]) =>
      row < this.view.length && column >= 1 && column <= this.columns.length && this.texts[column - 1][this.view[row]] !== text.trim())
    if (!changed.length) return
    this.onEdit(changed.map(([row, column, text]) => [this.lines[this.view[row]], this.columns[column - 1].name, text]))
  }

  copy(event) {
    if (this.input || this.active.row < 0) return
    const { top, bottom, left, right } = this.range()
    const all = [this.lines.map(String), ...this.texts]
    const rows = this.view.slice(top, bottom + 1).map(row => all.slice(left, right + 1).map(column => column[row]))
    event.clipboardData.setData('text/plain', writeCells(rows))
    event.preventDefault()
  }

  paste(event) {
    if (this.input || this.active.row < 0) return
    this.write(spread(parseCells(event.clipboardData.getData('text/plain')), this.range()))
    event.preventDefault()
  }
}
