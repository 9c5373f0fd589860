// The rows of a file: only what is in sight is in the page, so 20,000 rows are as light as 20.
// Focus stays on the grid itself; `aria-activedescendant` says which cell is meant, also while rows come and go.
const ROW_HEIGHT = 28
const BEYOND = 8 // rows drawn above and below what is in sight

class Grid extends GridRows {
  constructor({ onEdit, onUndo, onRedo, onCount, onFilter = () => {} }) {
    super()
    Object.assign(this, { onEdit, onUndo, onRedo, onCount, onFilter })
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
      click: event => event.target.matches('.ct-facet') && openFacet(this, this.cellAt(event).column - 1),
      contextmenu: event => this.menu(event),
      dblclick: event => this.cellAt(event) && this.edit(),
    }, this.head, this.body)
    this.detail = h('p', { class: 'ct-detail', id: freshId() })
    this.element.setAttribute('aria-describedby', this.detail.id)
  }

  // --- what is shown ---------------------------------------------------------------------------------------

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
      class: joined('ct-cell', this.active.row === -1 && this.active.column === column && 'ct-active', this.chosen === column && 'ct-column', this.facets.has(column - 1) && 'ct-filtered'),
      'data-row': -1, 'data-column': column, title: this.facets.has(column - 1) ? 'Sort by this column. Some of its rows are filtered out.' : 'Sort by this column',
    }, title, { ascending: ' ▲', descending: ' ▼' }[sorted(column)], column > 0 && h('span', { class: 'ct-facet', 'aria-hidden': 'true' })))))
    this.body.style.height = `${this.view.length * ROW_HEIGHT}px`
    const first = Math.max(0, Math.floor(this.element.scrollTop / ROW_HEIGHT) - BEYOND)
    const last = Math.min(this.view.length, Math.ceil((this.element.scrollTop + this.element.clientHeight) / ROW_HEIGHT) + BEYOND)
    const rows = []
    for (let place = first; place < last; place++) rows.push(this.row(place))
    this.body.replaceChildren(...rows)
    const active = document.getElementById(this.cellId(this.active.row, this.active.column))
    if (active) this.element.setAttribute('aria-activedescendant', active.id)
    else this.element.removeAttribute('aria-activedescendant')
    const row = this.view[this.active.row], ofRow = this.active.column > 0 && this.describe(row, -1)
    this.detail.textContent = joined(this.describe(row, this.active.column - 1), ofRow) || ' '
  }

  row(place) {
    const row = this.view[place]
    const cells = [this.lines[row], ...this.texts.map(column => column[row])].map((text, column) => {
      const wrong = this.wrong(row, column - 1)
      const words = this.describe(row, column - 1)
      return h('div', {
        role: 'gridcell', id: this.cellId(place, column), 'aria-colindex': column + 1, 'data-row': place, 'data-column': column,
        class: joined('ct-cell', wrong.length && 'ct-wrong', this.before.has(`${row} ${column - 1}`) && 'ct-fixed',
          this.inRange(place, column) && 'ct-chosen', this.found?.row === row && this.found.column === column - 1 && 'ct-found', this.active.row === place && this.active.column === column && 'ct-active'),
        'aria-invalid': wrong.length > 0 && 'true', 'aria-description': words, title: words,
        'aria-readonly': (column === 0 || column > this.own) && 'true', 'aria-selected': this.inRange(place, column) && 'true',
      }, String(text))
    })
    return h('div', { role: 'row', class: 'ct-row', 'aria-rowindex': place + 2, style: `top:${place * ROW_HEIGHT}px` }, cells)
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
    if (!at || event.target === this.input || event.target.matches('.ct-facet')) return
    if (event.button && this.inRange(at.row, at.column)) return // the menu is about what is chosen
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

  // What can be done with the chosen rows, where the cell is that is meant.
  menu(event) {
    if (this.input) return
    event.preventDefault()
    event.stopPropagation() // else JupyterLab opens its own
    if (this.active.row >= 0) this.onMenu?.(document.getElementById(this.cellId(this.active.row, this.active.column)))
    else if (this.active.column > 0) openFacet(this, this.active.column - 1)
  }

  // The rows of the file that are chosen, from top to bottom.
  rows() {
    const { top, bottom } = this.range()
    return this.view.slice(top, bottom + 1)
  }

  // A column comes into sight and is marked.
  choose(name) {
    const place = this.columns.findIndex(column => column.name === name)
    this.chosen = place + 1 || undefined
    this.go(Math.max(0, this.active.row), place < 0 ? 0 : place + 1)
  }

  // A row comes into sight, though perhaps no filter shows it.
  show(row, column) {
    if (!this.view.includes(row) || this.joined.size) {
      const fit = this.fitting()
      this.view = this.view.filter(one => !this.joined.has(one) || fit(one)) // what was found before goes again
      this.joined.clear()
      if (!this.view.includes(row)) this.joined.add(row)
      this.fill()
      this.showCount()
    }
    this.found = { row, column }
    this.go(this.view.indexOf(row), column + 1)
  }

  key(event) {
    if (event.target === this.input) return
    if (event.altKey && event.key === 'ArrowDown' && this.active.column > 0) openFacet(this, this.active.column - 1)
    else if (event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10')) this.menu(event)
    else if (!event.altKey) return this.move(event)
    else return
    event.preventDefault()
  }

  move(event) {
    const { row, column } = this.active
    const page = Math.floor(this.element.clientHeight / ROW_HEIGHT) - 2
    const control = event.ctrlKey || event.metaKey
    const moves = {
      ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
      PageUp: [Math.max(0, row - page), column], PageDown: [row + page, column],
      Home: control ? [0, 0] : [row, 0], End: control ? [this.view.length - 1, this.columns.length] : [row, this.columns.length],
    }
    if (moves[event.key]) this.go(...moves[event.key], event.shiftKey && row >= 0)
    else if (control && ((event.shiftKey && event.key.toLowerCase() === 'z') || event.key === 'y')) this.onRedo()
    else if (control && event.key === 'z') this.onUndo()
    else if (control && event.key === 'd') this.fillDown()
    else if (control && event.key === 'a') { this.anchor = { row: 0, column: 1 }; this.go(this.view.length - 1, this.columns.length, true) }
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
    if (row < 0 || column < 1 || column > this.own) return
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
      row < this.view.length && column >= 1 && column <= this.own && this.texts[column - 1][this.view[row]] !== text.trim())
    if (!changed.length) return
    this.onEdit(changed.map(([row, column, text]) => [this.lines[this.view[row]], this.columns[column - 1].name, text]))
  }

  // The first row of a range fills the others; a single cell takes what stands above it.
  fillDown() {
    let { top, bottom, left, right } = this.range()
    if (top === bottom) top -= 1
    if (top < 0) return
    const block = [this.texts.slice(Math.max(0, left - 1), right).map(column => column[this.view[top]])]
    this.write(spread(block, { top: top + 1, bottom, left: Math.max(1, left), right }).filter(([row]) => row > top))
  }

  // What is chosen, as spreadsheets take it; `headed`: below its headings.
  chosenText(headed) {
    const { top, bottom, left, right } = this.range()
    const all = [this.lines.map(String), ...this.texts]
    const rows = this.view.slice(top, bottom + 1).map(row => all.slice(left, right + 1).map(column => column[row]))
    if (headed) rows.unshift(['Line', ...this.columns.map(column => column.title)].slice(left, right + 1))
    return writeCells(rows)
  }

  copy(event) {
    if (this.input || this.active.row < 0) return
    event.clipboardData.setData('text/plain', this.chosenText(false))
    event.preventDefault()
  }

  // The same for a button, which gets no event of the clipboard: a field is copied that is there only for that.
  copyBy(headed) {
    const field = h('textarea', { class: 'ct-copied', 'aria-hidden': 'true' })
    field.value = this.chosenText(headed)
    this.element.after(field)
    field.select()
    document.execCommand('copy')
    field.remove()
    this.element.focus()
  }

  paste(event) {
    if (this.input || this.active.row < 0) return
    this.write(spread(parseCells(event.clipboardData.getData('text/plain')), this.range()))
    event.preventDefault()
  }
}
