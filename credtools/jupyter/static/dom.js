// Elements from plain values. Text becomes a text node and nothing else, so no value of a file can be markup.
function h(tag, props = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue
    if (typeof value === 'function') element.addEventListener(name, value)
    else element.setAttribute(name, value === true ? '' : value)
  }
  element.append(...children.flat(2).filter(child => child !== null && child !== undefined && child !== false))
  return element
}

// Texts side by side; where there is no room a line ends between two of them, never within a short one.
const pieces = texts => texts.filter(Boolean).flatMap((text, k) => [k > 0 && ' ', h('span', { class: 'ct-piece' }, text)])

// A text whose days (YYYY-MM-DD) are never torn at their hyphens.
const daysWhole = text => text.split(/(\d{4}-\d\d-\d\d)/).map((part, k) => k % 2 ? h('span', { class: 'ct-unbroken' }, part) : part)

let lastId = 0
const freshId = () => `ct-${++lastId}`

// JupyterLab's shortcuts listen above the output: 'd d' on a focused cell would delete the notebook's cell.
function shield(element) {
  for (const name of ['keydown', 'keypress', 'keyup', 'copy', 'cut', 'paste']) {
    element.addEventListener(name, event => event.stopPropagation())
  }
  labelCells(element)
}

// Where a page is narrow its tables become cards (page.css), each cell below its heading: so the cells know it. The roles
// are said, since a table that isn't laid out as one is none for some browsers.
function labelCells(page) {
  const label = () => {
    for (const table of page.querySelectorAll('table')) {
      const headings = [...table.querySelectorAll('thead th')].map(heading => heading.textContent.trim())
      if (!table.hasAttribute('role')) for (const [names, role] of ROLES) for (const part of [table, ...table.querySelectorAll(names)]) if (part.matches(names)) part.setAttribute('role', role)
      for (const row of table.querySelectorAll('tbody tr:not([data-cells])')) {
        row.dataset.cells = row.children.length
        row.setAttribute('role', 'row')
        for (const [place, cell] of [...row.children].entries()) {
          if (!cell.hasAttribute('role')) cell.setAttribute('role', cell.matches('th') ? 'rowheader' : 'cell')
          if (headings[place]) cell.dataset.label = headings[place]
        }
      }
    }
  }
  new MutationObserver(label).observe(page, { childList: true, subtree: true })
}

const ROLES = [['table', 'table'], ['thead, tbody', 'rowgroup'], ['thead tr', 'row'], ['thead th', 'columnheader']]

function field(label, input) {
  input.id = freshId()
  return h('div', { class: 'ct-field' }, h('label', { for: input.id }, label), input)
}

function select(options, value, props = {}) {
  const element = h('select', props, options.map(([key, text]) => h('option', { value: key }, text)))
  element.value = value
  return element
}

const joined = (...names) => names.filter(Boolean).join(' ')
const sized = bytes => bytes < 1e6 ? `${Math.ceil(bytes / 1e3).toLocaleString('en')} KB` : `${(bytes / 1e6).toFixed(1)} MB`

// The second half of a double click counts for nothing: by then another control may stand in the same place.
function button(label, act, { primary, focus, about, title } = {}) {
  const click = event => { if (event.detail < 2) act() }
  return h('button', { type: 'button', class: primary && 'ct-primary', 'data-focus': focus ?? label, 'aria-describedby': about, title, click }, label)
}

function region(title, ...children) {
  const id = freshId()
  return h('section', { 'aria-labelledby': id }, h('h2', { id, tabindex: -1 }, title), children)
}

function table(headings, rows, caption) {
  return h('table', {}, caption && h('caption', {}, caption),
    h('thead', {}, h('tr', {}, headings.map(name => h('th', { scope: 'col' }, name)))),
    h('tbody', {}, rows.map(row => h('tr', {}, row.map(cell => h('td', {}, cell))))))
}

const numbersTable = numbers => h('table', { class: 'ct-numbers' }, h('tbody', {}, numbers.map(({ label, count, help }) =>
  h('tr', {}, h('th', { scope: 'row' }, label), h('td', { class: 'ct-number' }, count), h('td', {}, help)))))

const counted = (count, one, many) => `${count.toLocaleString('en')} ${count === 1 ? one : many}`

// What has just happened: a sentence, with its kind (done, problem).
function say(line, { said, kind }) {
  if (line.textContent !== said) line.textContent = said // the same sentence is not read out again
  line.className = joined('ct-said', said && kind && `ct-${kind}`)
}

// Whether who is at work has one of these rights. What one may not do isn't offered, nor are pages that are only for that.
const can = (state, ...rights) => rights.some(right => state.may.includes(right))
// Of whose uploads a page tells, where that isn't all of them.
const onlyOwn = state => !can(state, 'audit') && h('p', { class: 'ct-quiet' }, 'Of your uploads and those shared with you. Others see theirs.')
const NEEDS = { admin: ['administer'], review: ['upload'] }

function offerPages(state) {
  for (const link of document.querySelectorAll('.ct-apps a[href], .ct-pages a[href]')) {
    const needs = NEEDS[/([a-z]+)[.]ipynb/.exec(link.getAttribute('href'))?.[1]]
    if (needs) link.hidden = !can(state, ...needs)
  }
}

// A file that the kernel sends is saved by the browser.
function download({ name, mime }, buffer) {
  const link = h('a', { href: URL.createObjectURL(new Blob([buffer], { type: mime })), download: name })
  link.click()
  URL.revokeObjectURL(link.href)
  return { said: `${name} was downloaded.`, kind: 'done' }
}
