// What a column is filtered by: a text, and its values with their counts. And the menu of the chosen rows.
const MOST_VALUES = 200
const shownText = text => text === '' ? '(blank)' : text

// Something small beside a cell: it goes when Escape is pressed or the focus leaves it.
function openBeside(anchor, element, back) {
  let closed = false
  const close = refocus => {
    if (closed) return
    closed = true // the focus that goes away closes it as well
    if (refocus) back.focus()
    element.remove()
  }
  element.setAttribute('popover', 'manual')
  element.addEventListener('focusout', event => { if (!element.contains(event.relatedTarget)) close(false) })
  element.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return
    event.preventDefault()
    close(true)
  })
  back.after(element)
  element.showPopover()
  const at = anchor.getBoundingClientRect()
  element.style.left = `${Math.max(4, Math.min(at.left, innerWidth - element.offsetWidth - 4))}px`
  element.style.top = `${Math.max(4, Math.min(at.bottom, innerHeight - element.offsetHeight - 4))}px`
  return close
}

function openFacet(grid, column) {
  const { title, order } = grid.columns[column]
  const facet = grid.facets.get(column) ?? { text: '', values: new Set() }
  const values = new Set(facet.values)
  const text = h('input', { type: 'search', autocomplete: 'off' })
  text.value = facet.text
  const list = h('div', { class: 'ct-values', role: 'group', 'aria-label': `Values of ${title}` })
  const told = h('p', { class: 'ct-quiet', role: 'status' })
  const use = () => grid.filterBy(column, { text: text.value, values })
  const all = grid.counts(column)
  const fill = () => {
    const sought = text.value.toLowerCase(), found = all.filter(([value]) => value.toLowerCase().includes(sought) || values.has(value))
    list.replaceChildren(...found.slice(0, MOST_VALUES).map(([value, count]) => h('label', {},
      h('input', { type: 'checkbox', checked: values.has(value), change: event => { event.target.checked ? values.add(value) : values.delete(value); use() } }),
      h('span', {}, shownText(value)), h('span', { class: 'ct-quiet' }, count.toLocaleString('en')))))
    told.textContent = `${counted(found.length, 'value', 'values')}${found.length > MOST_VALUES ? `, the ${MOST_VALUES} most frequent ones are listed` : ''}`
  }
  text.addEventListener('input', () => { fill(); use() })
  const clear = () => { text.value = ''; values.clear(); fill(); use(); text.focus() }
  const sort = down => { grid.sort = { column: column + 1, down }; grid.select(); close(true) }
  const box = h('div', { class: 'ct-popup', role: 'dialog', 'aria-label': `Filter ${title}`, tabindex: -1 },
    h('div', { class: 'ct-buttons' }, button(order ? 'Sort oldest first' : 'Sort A to Z', () => sort(false)), button(order ? 'Sort newest first' : 'Sort Z to A', () => sort(true))),
    field(`${title} contains`, text), told, list,
    h('div', { class: 'ct-buttons' }, button('Clear this filter', clear), button('Close', () => close(true))))
  fill()
  const close = openBeside(document.getElementById(grid.cellId(-1, column + 1)) ?? grid.element, box, grid.element)
  text.focus()
}

// A menu as people know it from spreadsheets: arrows go through it, Enter and a click choose.
function openMenu(anchor, back, title, items) {
  const made = items.map(([label, act, keys]) => h('button', {
    type: 'button', role: 'menuitem', tabindex: -1, click: () => { close(true); act() }, mouseenter: event => event.target.focus(),
  }, label, keys && h('span', { class: 'ct-quiet', 'aria-hidden': 'true' }, keys)))
  const menu = h('div', { class: 'ct-popup ct-menu', role: 'menu', 'aria-label': title }, made)
  menu.addEventListener('keydown', event => {
    const now = made.indexOf(document.activeElement)
    const to = { ArrowDown: now + 1, ArrowUp: now - 1 + made.length, Home: 0, End: made.length - 1 }[event.key]
    if (event.key === 'Tab') close(true)
    if (to === undefined) return
    event.preventDefault()
    made[to % made.length].focus()
  })
  const close = openBeside(anchor, menu, back)
  made[0].focus()
}
