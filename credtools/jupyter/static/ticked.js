// What would change, value by value, each with a tick: nothing is changed that nobody could see.
const DRAWN_AT_ONCE = 200 // of a long list; the rest is drawn when somebody comes near it

// A list of [before, after, rows, passes]: `ticked` says which; Tab enters it once, arrows go through it, Space ticks.
class TickedList {
  constructor(items, onChange, whole, off) {
    Object.assign(this, { items, onChange, whole, at: 0 })
    this.off = new Set(off)
    this.all = h('input', { type: 'checkbox', change: () => this.tickAll(this.all.checked) })
    this.list = h('ul', { class: 'ct-ticked', 'aria-label': 'Values that would change', scroll: () => this.nearEnd() && this.grow(), keydown: event => this.key(event) })
    this.said = h('p', { role: 'status', class: 'ct-quiet' })
    this.element = h('div', {}, items.length > 1 && !whole && h('label', { class: 'ct-tick-all' }, this.all, h('span', {}, ` All ${items.length.toLocaleString('en')} values`)), this.list, this.said)
    this.grow()
    this.tell()
  }

  get ticked() {
    return this.items.map((_, place) => place).filter(place => !this.off.has(place))
  }

  nearEnd() {
    return this.list.scrollTop + 2 * this.list.clientHeight > this.list.scrollHeight
  }

  grow(until = this.list.childElementCount + DRAWN_AT_ONCE) {
    const from = this.list.childElementCount
    this.list.append(...this.items.slice(from, until).map((item, place) => this.row(item, from + place)))
  }

  row([before, after, rows, passes], place) {
    const tick = h('input', { type: 'checkbox', tabindex: place === this.at ? 0 : -1, disabled: this.whole, 'data-place': place, focus: () => this.mark(place), change: () => this.tick(place, tick.checked) })
    tick.checked = !this.off.has(place)
    return h('li', {}, h('label', {}, tick,
      change(before, after), ' ',
      h('span', { class: passes ? 'ct-quiet' : 'ct-still' }, `${counted(rows, 'row', 'rows')}${passes ? '' : ', still wrong'}`)))
  }

  tick(place, on) {
    if (on) this.off.delete(place)
    else this.off.add(place)
    this.tell()
  }

  tickAll(on) {
    this.off = new Set(on ? [] : this.items.keys())
    for (const box of this.list.querySelectorAll('input')) box.checked = on
    this.tell()
  }

  mark(place) {
    const old = this.list.querySelector('[tabindex="0"]')
    if (old) old.tabIndex = -1
    this.at = place
    this.box(place).tabIndex = 0
  }

  box(place) {
    return this.list.children[place].querySelector('input')
  }

  key(event) {
    const last = this.items.length - 1
    const to = { ArrowDown: this.at + 1, ArrowUp: this.at - 1, PageDown: this.at + 10, PageUp: this.at - 10, Home: 0, End: last }[event.key]
    if (to === undefined) return
    event.preventDefault()
    const place = Math.max(0, Math.min(last, to))
    if (place >= this.list.childElementCount) this.grow(place + DRAWN_AT_ONCE)
    this.box(place).focus()
    this.box(place).closest('li').scrollIntoView({ block: 'nearest' })
  }

  tell() {
    const some = this.ticked.map(place => this.items[place])
    const rows = some.reduce((sum, item) => sum + item[2], 0)
    const wrong = some.reduce((sum, item) => sum + (item[3] ? 0 : item[2]), 0)
    this.all.checked = !this.off.size
    this.all.indeterminate = some.length > 0 && this.off.size > 0
    this.said.textContent = some.length === 0 ? 'Nothing is ticked.'
      : `${counted(some.length, 'value', 'values')} in ${counted(rows, 'row', 'rows')} would change${wrong ? `; ${counted(wrong, 'row', 'rows')} would still be wrong` : ''}. What isn’t ticked stays as it is.`
    this.onChange(some.length)
  }
}

const shownValue = text => text === '' ? '(blank)' : `‘${text}’`
const change = (before, after) => [h('span', { class: 'ct-was' }, shownValue(before)), ' → ', h('span', { class: 'ct-becomes' }, shownValue(after))]

// Asks which of the values shown are changed. `asked`: title, lines, ways (what is done, one `way` chosen), become (what
// all of them become, where that can be chosen; `needs`: it must be), items. `ask`: for another way or value,
// after which `renew` of what is returned gets the answer; `done`: the places of what isn't ticked, or null.
function openTicked(host, asked, { ask, done }) {
  const told = h('div', { id: freshId() }), below = h('div')
  let list = null, way = asked.way, needs = asked.needs
  const fill = ({ lines, items, whole, ...now }) => {
    told.replaceChildren(...lines.map(line => h('p', {}, line)))
    const same = list && items.length === list.items.length && items.every(([before], place) => before === list.items[place][0])
    const ticks = same && now.way === way ? list.off : [];
    ({ way, needs } = now)
    list = new TickedList(items, show, whole, ticks)
    below.replaceChildren(list.element)
  }
  const show = count => {
    primary.textContent = `Change ${counted(count, 'value', 'values')}`
    primary.disabled = !count || needs
  }
  const ways = asked.ways.length > 1 && h('fieldset', { class: 'ct-ways' }, h('legend', {}, 'What is done'), asked.ways.map((words, place) =>
    h('label', {}, h('input', { type: 'radio', name: 'ct-way', value: place, checked: place === way, change: () => ask({ way: place }) }), ` ${words}`)))
  const become = asked.become && select(asked.become.choices, asked.become.value, { class: 'ct-wide', change: () => ask({ value: become.value }) })
  const dialog = openDialog(host, {
    title: asked.title,
    body: [told, ways, become && field('They become', become), below].filter(Boolean),
    buttons: [{ label: 'Cancel' }, { label: 'Change', primary: true, ready: () => list.ticked.length > 0 && !needs }],
    safe: 'Cancel',
    onAnswer: answer => done(answer === 'Cancel' ? null : [...list.off], way),
  })
  dialog.classList.add('ct-long')
  dialog.setAttribute('aria-describedby', told.id)
  const primary = dialog.querySelector('.ct-primary')
  fill(asked)
  return { renew: fill, get isOpen() { return dialog.isConnected } }
}
