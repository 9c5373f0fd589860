// Audit: filters, one section per question with its picture and its figures, the rows behind them, below each its history.

// A table whose rows become cards where there is no room; it stays a table for who hears it.
function wideTable(headings, rows, caption) {
  const cell = (content, k) => h('td', { role: 'cell', 'data-label': typeof headings[k] === 'string' ? headings[k] : '' }, content)
  return h('table', { class: 'ct-cards', role: 'table' }, caption && h('caption', {}, caption),
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, headings.map(name => name instanceof Node ? name : h('th', { scope: 'col', role: 'columnheader' }, name)))),
    h('tbody', { role: 'rowgroup' }, rows.map(row => h('tr', { role: 'row' }, row.map(cell)))))
}

export default {
  render({ model, el }) {
    const root = h('div', { class: 'ct-wizard ct-audit' })
    const status = h('p', { role: 'status', class: 'ct-status' })
    const said = h('p', { 'aria-live': 'polite', class: 'ct-said' })
    const undo = h('div', { class: 'ct-buttons' })
    const main = h('div')
    root.append(status, said, undo, main)
    el.append(root)
    shield(root)

    let state = null, focused = ''
    const waiting = h('p', { class: 'ct-quiet' }, 'Counting …')
    const charts = h('div', { class: 'ct-charts' }, waiting)
    const questions = h('ul', { class: 'ct-list ct-buttons ct-questions' })
    const below = h('div') // the rows
    const chosen = new Map() // key of a row → the row
    const dark = document.body.dataset.jpThemeLight === 'false'
    const connection = new Connection({ model, el, root, greet: () => model.send({ do: 'ready', dark }) })
    const act = (verb, values = {}) => {
      if (!connection.live) return
      connection.sent()
      model.send({ do: verb, ...values })
    }
    const keyOf = row => `${row.batch} ${row.row}`

    function draw(fresh) {
      focused = (root.contains(document.activeElement) && document.activeElement.dataset.focus) || ''
      const first = state === null
      state = fresh
      offerPages(state)
      status.textContent = state.status
      say(said, state)
      undo.replaceChildren(...(state.undo ? [button('Undo', () => act('undo'), { focus: 'undo', title: `Take back: ${state.undo}` })] : []))
      chosen.clear()
      charts.setAttribute('aria-busy', 'true')
      waiting.hidden = false
      main.replaceChildren(page())
      list()
      if (focused) (again(root) ?? main.querySelector(first ? 'h2' : '[data-rows]')).focus()
    }

    // The control that had the focus before everything was drawn again, if it is there again.
    const again = element => focused && element.querySelector(`[data-focus="${CSS.escape(focused)}"]`)

    // A filter more than those in force; what is empty is no filter.
    const choose = more => {
      say(said, { said: 'Counting …' })
      act('filter', { filters: { ...state.filters, ...more } })
    }

    // From a figure to the rows that it counts.
    const lead = filters => {
      choose(filters)
      main.querySelector('[data-rows]').focus()
    }

    function page() {
      const inputs = Object.entries(state.labels).map(([name, label]) => {
        const options = state.choices[name]
        const input = options ? select([['', 'all'], ...options], '', { 'data-focus': name }) : h('input', { type: 'date', 'data-focus': name })
        input.value = state.filters[name] ?? ''
        input.addEventListener('change', () => choose({ [name]: input.value }))
        return field(label, input)
      })
      const others = Object.entries(state.more).map(([name, label]) => button(`${label} ✕`, () => choose({ [name]: '' }), { focus: `without ${name}`, title: 'Leave this filter out' }))
      const clear = Object.keys(state.filters).length ? button('Show all', () => act('filter', { filters: {} }), { focus: 'clear' }) : null
      return region('Audit',
        onlyOwn(state),
        h('div', { class: 'ct-line' }, inputs, others, clear),
        h('nav', { 'aria-label': 'Questions' }, questions),
        charts,
        below,
        h('h3', {}, 'Download'),
        h('div', { class: 'ct-buttons' },
          button('Open rows as XLSX', () => act('export', { kind: '.xlsx' }), { title: 'A correction file: fix it in a spreadsheet, then upload it on the page Upload CSV' }),
          button('Open rows as CSV', () => act('export', { kind: '.csv' }), { title: 'A correction file: fix it in a spreadsheet, then upload it on the page Upload CSV' }),
          button('This page as HTML', () => act('export', { kind: '.html' }), { title: 'Pictures and figures without personal values, to send or print' })))
    }

    // A section takes the place of its forerunner, whose picture stays until the new one is there.
    function append(facts) {
      const before = charts.querySelector(`[data-section="${facts.name}"]`)
      const held = before?.contains(document.activeElement) ? document.activeElement.dataset.focus : ''
      const made = section(facts, before)
      if (before) before.replaceWith(made)
      else {
        charts.insertBefore(made, waiting)
        questions.append(h('li', {}, button(facts.title, () => toHeading(facts.name), { focus: `to ${facts.name}` })))
      }
      if (held) (made.querySelector(`[data-focus="${CSS.escape(held)}"]`) ?? made.querySelector('h3')).focus()
    }

    const toHeading = name => {
      const heading = name === 'rows' ? main.querySelector('[data-rows]') : charts.querySelector(`[data-section="${name}"] h3`)
      heading.focus()
      heading.scrollIntoView({ block: 'start' })
    }

    function section({ name, title, sentence, headings, rows: figures, keys, links, drawn }, before) {
      const id = freshId()
      const old = before?.querySelector('.ct-picture img')
      const holder = h('div', { class: 'ct-picture' }, drawn && (old ?? h('p', { class: 'ct-quiet' }, 'Drawing …')))
      const leading = (text, filters, k, c) => filters && text !== '0'
        ? button(text, () => lead(filters), { focus: `${name} ${k} ${c}`, title: c ? `Show these rows: ${headings[c]}` : 'Show only these' }) : text
      const cells = figures.map((row, k) => row.map((text, c) => leading(text, c ? links[k]?.[c] : keys[k] ?? links[k]?.[c], k, c)))
      const shown = figures.length ? h('div', { class: 'ct-scroll', tabindex: 0, role: 'group', 'aria-label': `Figures: ${title}` }, wideTable(headings, cells, '')) : null
      const open = before?.querySelector('details')?.open
      return h('section', { 'aria-labelledby': id, class: joined('ct-chart', headings.length > 6 && 'ct-broad'), 'data-section': name },
        h('h3', { id, tabindex: -1 }, title), h('p', {}, sentence), holder,
        drawn && shown ? h('details', { open }, h('summary', { 'data-focus': `figures ${name}` }, 'The figures'), shown) : shown)
    }

    const closes = () => can(state, 'upload', 'approve')

    // --- the rows ---------------------------------------------------------------------------------------------

    function list() {
      const { rows, found, order, most } = state.list
      const caption = `${rows.length < found ? `${rows.length.toLocaleString('en')} of ` : ''}${counted(found, 'row', 'rows')}, ${ORDERS[order]}`
      const sortable = (name, orders) => {
        const now = orders.indexOf(order)
        const next = orders[(now + 1) % orders.length]
        const to = () => act('list', { order: next, most: rows.length })
        return h('th', { scope: 'col', role: 'columnheader', 'aria-sort': now < 0 ? 'none' : order === 'oldest' ? 'ascending' : 'descending' },
          button(`${name}${now < 0 ? '' : order === 'oldest' ? ' ▲' : ' ▼'}`, to, { focus: `sort ${name}`, title: `Sort: ${ORDERS[next]}` }))
      }
      const all = h('input', { type: 'checkbox', 'aria-label': 'Choose all rows shown', 'data-focus': 'all' })
      all.addEventListener('change', () => {
        for (const box of below.querySelectorAll('tbody input[type=checkbox]')) {
          if (box.checked !== all.checked) { box.checked = all.checked; box.dispatchEvent(new Event('change')) }
        }
      })
      const summary = h('p', { 'aria-live': 'polite', class: 'ct-quiet' })
      const headings = [h('th', { scope: 'col', role: 'columnheader' }, closes() ? all : ''), 'Row', 'Source', 'State', sortable('First seen', ['oldest', 'youngest']), sortable('Changed', ['changed']), 'What is wrong']
      const made = wideTable(headings, rows.map(row => line(row, summary)), caption)
      const labels = ['Choose', 'Row', 'Source', 'State', 'First seen', 'Changed', 'What is wrong']
      for (const tr of made.querySelectorAll('tbody tr')) [...tr.cells].forEach((td, k) => { td.dataset.label = labels[k] })
      const more = rows.length < Math.min(found, most)
      tell(summary)
      below.replaceChildren(
        h('h3', { tabindex: -1, 'data-rows': true, 'data-focus': 'rows' }, 'The rows'),
        closes() ? h('div', { class: 'ct-buttons' },
          button('Waive…', waive, { focus: 'waive', title: 'Close the chosen open rows, with a reason: nobody will fix them' }),
          button('Reopen…', reopen, { focus: 'reopen', title: 'Open the chosen waived rows again' }), summary) : '',
        rows.length ? h('div', { class: 'ct-scroll ct-listed', tabindex: 0, role: 'group', 'aria-label': 'Rejected rows' }, made) : h('p', {}, 'No rejected row fits.'),
        more ? h('div', { class: 'ct-buttons' }, button('Show more rows', () => act('list', { order, most: rows.length * 2 }), { focus: 'more' })) : '')
      if (!questions.querySelector('[data-focus="to rows"]')) questions.prepend(h('li', {}, button('The rows', () => toHeading('rows'), { focus: 'to rows' })))
    }

    function line(row, summary) {
      const key = keyOf(row)
      const name = `batch ${row.batch}, line ${row.line}`
      let box = ''
      if (closes() && ['open', 'waived'].includes(row.state)) {
        box = h('input', { type: 'checkbox', 'aria-label': `Choose ${name}`, 'data-focus': `choose ${key}`, checked: chosen.has(key) })
        box.addEventListener('change', () => {
          if (box.checked) chosen.set(key, row)
          else chosen.delete(key)
          tell(summary)
        })
      }
      const opener = button(name, () => toggle(row, opener), { focus: key, title: `${row.file}: show its history` })
      opener.setAttribute('aria-expanded', 'false')
      return [box, opener, row.source, [h('span', { class: 'ct-scope' }, row.state), row.why && h('div', { class: 'ct-quiet' }, row.why)],
        [row.since, h('div', { class: 'ct-quiet' }, row.age)], row.changed, row.errors.map(text => h('div', {}, text))]
    }

    function tell(summary) {
      const those = state => [...chosen.values()].filter(row => row.state === state).length
      summary.textContent = chosen.size ? `${counted(chosen.size, 'row', 'rows')} chosen: ${those('open')} open, ${those('waived')} waived.` : 'Choose rows to waive them or open them again.'
    }

    const withState = wanted => [...chosen.values()].filter(row => row.state === wanted)
    const places = rows => rows.map(row => [row.batch, row.row])

    function waive(rows = withState('open')) {
      if (!rows.length) return say(said, { said: 'Choose at least one open row first.', kind: 'problem' })
      openWaiving(root, rows, (reason, forGood) => act('waive', { chosen: places(rows), reason, for_good: forGood }))
    }

    function reopen(rows = withState('waived')) {
      if (!rows.length) return say(said, { said: 'Choose at least one waived row first.', kind: 'problem' })
      const label = `Reopen ${counted(rows.length, 'row', 'rows')}`
      openDialog(root, {
        title: label,
        body: [h('p', {}, 'These rows are open again, and wait until they are fixed:'),
          h('ul', { class: 'ct-changes' }, rows.slice(0, 12).map(row => h('li', {}, `batch ${row.batch}, line ${row.line} of ${row.source}: waived ${row.why}`)),
            rows.length > 12 && h('li', {}, `and ${(rows.length - 12).toLocaleString('en')} more`))],
        buttons: [{ label: 'Cancel' }, { label, primary: true }],
        safe: 'Cancel',
        onAnswer: answer => { if (answer === label) act('reopen', { chosen: places(rows) }) },
      })
    }

    // --- the history of a row, below it -----------------------------------------------------------------------

    function toggle(row, opener) {
      if (opener.getAttribute('aria-expanded') === 'true') return close(opener)
      act('history', { batch: row.batch, line: row.line, row: row.row })
    }

    function close(opener) {
      opener.setAttribute('aria-expanded', 'false')
      opener.closest('tr').nextElementSibling?.remove()
      opener.focus()
    }

    function unfold(told) {
      const row = state.list.rows.find(one => one.batch === told.batch && one.row === told.row)
      const opener = row && below.querySelector(`button[data-focus="${CSS.escape(keyOf(row))}"]`)
      if (!opener || opener.getAttribute('aria-expanded') === 'true') return
      opener.setAttribute('aria-expanded', 'true')
      const id = freshId()
      const story = h('section', { 'aria-labelledby': id, class: 'ct-story' },
        h('h4', { id, tabindex: -1 }, `Batch ${told.batch}, line ${told.line}`),
        h('ol', {}, told.history.map(([at, by, sentence, where]) => h('li', {},
          h('div', {}, sentence), h('div', { class: 'ct-quiet' }, [at, by, where].filter(Boolean).join(' · '))))),
        h('p', { class: 'ct-quiet' }, `Times are of ${told.zone}.`),
        h('div', { class: 'ct-buttons' },
          can(state, 'upload') && button('Open in review', () => act('open', { batch: told.batch }), { title: 'Opens the whole file below as a new draft: fix it and finish' }),
          closes() && row.state === 'open' && button('Waive this row…', () => waive([row])),
          closes() && row.state === 'waived' && button('Reopen this row…', () => reopen([row])),
          button('Close', () => close(opener))))
      story.addEventListener('keydown', event => { if (event.key === 'Escape') close(opener) })
      const cell = h('td', { role: 'cell', colspan: 7 }, story)
      opener.closest('tr').after(h('tr', { role: 'row', class: 'ct-unfolded' }, cell))
      story.querySelector('h4').focus()
      story.scrollIntoView({ block: 'nearest' })
    }

    const onMessage = (message, buffers) => {
      connection.heard()
      if (message.type === 'state') draw(message)
      else if (message.type === 'list') {
        focused = document.activeElement.dataset?.focus ?? ''
        const before = state.list.rows.length
        state.list = message.list
        list()
        const grown = focused === 'more' && below.querySelectorAll('tbody td:nth-child(2) button')[before]
        ;(grown || again(below) || main.querySelector('[data-rows]')).focus()
      }
      else if (message.type === 'said') say(said, message)
      else if (message.type === 'section') append(message.section)
      else if (message.type === 'complete') { waiting.hidden = true; charts.removeAttribute('aria-busy') }
      else if (message.type === 'history') unfold(message.row)
      else if (message.type === 'download') say(said, download(message, buffers[0]))
      else if (message.type === 'picture') {
        const url = URL.createObjectURL(new Blob([buffers[0]], { type: 'image/png' }))
        charts.querySelector(`[data-section="${message.name}"] .ct-picture`)?.replaceChildren(h('img', { src: url, alt: message.alternative }))
      }
    }
    model.on('msg:custom', onMessage)
    connection.sent()
    connection.greet()
    return () => { connection.close(); model.off('msg:custom', onMessage) }
  },
}

const ORDERS = { newest: 'rejected last first', oldest: 'oldest first', youngest: 'first seen last first', changed: 'changed last first' }
