// Which rows of a file are shown, in which order, and what is known of their cells. `Grid` draws them.
const ofCard = filter => /^(cause|rows) /.test(filter) // the rows of a card: those with its error, or just these

// What a column is filtered by: its cells contain a text, and are one of the ticked values, if any is.
function fits(texts, { text, values }) {
  const sought = text.toLowerCase()
  return row => (!sought || texts[row].toLowerCase().includes(sought)) && (!values.size || values.has(texts[row]))
}

class GridRows {
  constructor() {
    this.columns = []
    this.own = 0 // how many of them can be changed: those that something is made of
    this.lines = []
    this.view = [] // places of the rows that are shown, in their order
    this.filter = 'bad'
    this.groups = new Map() // rows that a filter means, where no error says it
    this.text = ''
    this.facets = new Map() // by the place of a column what it is filtered by
    this.joined = new Set() // rows that were found, though no filter shows them
    this.ranks = new Map() // by the place of a column the order of its cells, once it was sorted by
    this.sort = { column: -1, down: false }
  }

  load({ columns, lines, texts, unused, ...marks }) {
    Object.assign(this, { columns, lines, texts, unused, own: columns.length, filter: 'bad', text: '', sort: { column: -1, down: false } })
    this.facets.clear()
    this.joined.clear()
    this.ranks.clear()
    this.active = { row: 0, column: 1 }
    this.anchor = { ...this.active }
    this.mark(marks)
    this.measure()
    this.select()
  }

  measure() {
    const widths = this.texts.map((column, place) => Math.max(this.columns[place].title.length + 5, ...column.slice(0, 300).map(text => text.length)))
      .map(letters => Math.min(320, Math.max(110, letters * 7.5 + 20)))
    this.element.style.setProperty('--ct-widths', widths.map(width => `minmax(${width}px, ${width}fr)`).join(' '))
    this.element.style.setProperty('--ct-width', `${72 + widths.reduce((sum, width) => sum + width, 0)}px`)
  }

  // The columns that nothing is made of stand behind the others, or (without any) go again. They can be read only.
  showUnused({ columns = [], texts = [] } = {}) {
    this.columns = [...this.columns.slice(0, this.own), ...columns]
    this.texts = [...this.texts.slice(0, this.own), ...texts]
    for (const map of [this.facets, this.ranks]) for (const column of map.keys()) if (column >= this.own) map.delete(column)
    if (this.sort.column > this.own) this.sort = { column: -1, down: false }
    this.active.column = Math.min(this.active.column, this.columns.length)
    this.measure()
    this.select()
  }

  // Changed cells and all errors again. Rows that pass now stay in sight until somebody refreshes the list;
  // rows that fit now join them, unless somebody is at work in the list: then no row moves.
  change({ changed, ...marks }) {
    for (const [row, column, text] of changed) this.texts[column][row] = text
    for (const [, column] of changed) this.ranks.delete(column)
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

  mark({ errors, sentences, before, offered }) {
    this.offered = Object.fromEntries(Object.entries(offered).map(([code, rows]) => [code, new Set(rows)]))
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
    this.joined.clear()
    this.fill()
    this.active.row = Math.min(this.active.row, this.view.length - 1)
    this.anchor = { ...this.active }
    this.showCount()
    this.element.scrollTop = 0
    this.draw()
    this.onFilter()
  }

  // Which rows fit all filters; but not those of this column, where its values are counted.
  fitting(but = -1) {
    const wanted = {
      all: () => true,
      bad: row => this.errors.has(row),
      fixed: row => this.fixedRows.has(row),
    }[this.filter] ?? (row => this.groups.get(this.filter)?.has(row) ?? this.errors.get(row)?.some(error => `cause ${error.cause}` === this.filter))
    const sought = this.text.toLowerCase()
    const facets = [...this.facets].filter(([column]) => column !== but).map(([column, facet]) => fits(this.texts[column], facet))
    return row => wanted(row) && facets.every(fit => fit(row))
      && (!sought || this.texts.some(column => column[row].toLowerCase().includes(sought)))
  }

  // What fits the filters joins what is shown already.
  fill() {
    const shown = new Set([...this.view, ...this.joined]), fit = this.fitting()
    this.view = this.inOrder(this.lines.map((_, row) => row).filter(row => shown.has(row) || fit(row)))
  }

  // Rows stand in the order of the file, whatever their lines are called.
  inOrder(rows) {
    const { column, down } = this.sort
    if (column < 0) return rows
    if (column === 0) return down ? rows.reverse() : rows
    const rank = this.rank(column - 1)
    return rows.sort((a, b) => (down ? rank[b] - rank[a] : rank[a] - rank[b]) || a - b)
  }

  // Per row the place of its cell among the different ones of the column: these are compared, not all cells. Dates are
  // compared as days; what is none comes after them.
  rank(column) {
    if (!this.ranks.has(column)) {
      const texts = this.texts[column], { order } = this.columns[column], { compare } = new Intl.Collator(undefined, { numeric: true })
      const days = new Map(order ? [...new Set(texts)].map(text => [text, dayOf(text, order)]) : [])
      const byDay = (a, b) => (days.get(a) ?? Infinity) - (days.get(b) ?? Infinity) || compare(a, b)
      const places = new Map([...new Set(texts)].sort(order ? byDay : compare).map((text, place) => [text, place]))
      this.ranks.set(column, Int32Array.from(texts, text => places.get(text)))
    }
    return this.ranks.get(column)
  }

  // The values of a column in the rows that all other filters let through, the most frequent ones first.
  counts(column) {
    const fit = this.fitting(column), counts = new Map()
    this.texts[column].forEach((text, row) => { if (fit(row)) counts.set(text, (counts.get(text) ?? 0) + 1) })
    for (const text of this.facets.get(column)?.values ?? []) if (!counts.has(text)) counts.set(text, 0)
    return [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
  }

  // Filters by a column (nothing: no more).
  filterBy(column, { text = '', values = new Set() } = {}) {
    if (text || values.size) this.facets.set(column, { text, values })
    else this.facets.delete(column)
    this.select()
  }

  wrong(row, column) {
    return (this.errors.get(row) ?? []).filter(error => error.column === column)
  }

  describe(row, column) {
    if (row === undefined) return ''
    const was = this.before.get(`${row} ${column}`)
    return [
      was !== undefined && (was === this.texts[column][row] ? 'This was an error and is correct now.' : `Changed from ‘${was || '(blank)'}’ to ‘${this.texts[column][row]}’.`),
      column < 0 && (this.offered.field_count.has(row) || this.offered.not_repeated.has(row)) && 'Row actions can settle this:',
      ...this.wrong(row, column).map(error => error.sentence + (error.suggestion && ` Suggestion: ${error.suggestion}`)),
    ].filter(Boolean).join(' ')
  }
}

const MONTHS = Array.from({ length: 12 }, (_, month) => new Date(2000, month, 1).toLocaleString('en', { month: 'short' }).toLowerCase())

// A date as a number that grows with its day, by the order of day, month and year in its column; undefined for other texts.
function dayOf(text, order) {
  const parts = (text.toLowerCase().match(/\d+|[a-z]+/g) ?? []).map(part => /\d/.test(part) ? Number(part) : MONTHS.indexOf(part.slice(0, 3)) + 1).filter(Boolean)
  if (parts.length < 3) return undefined
  const [year, month, day] = ['Y', 'M', 'D'].map(part => parts[order.indexOf(part)])
  return (year < 100 ? year + (year < 50 ? 2000 : 1900) : year) * 10000 + month * 100 + day
}
