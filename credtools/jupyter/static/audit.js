// Audit: filters, one section per question with its picture and its figures, the rows behind them, one row in detail.

export default {
  render({ model, el }) {
    const root = h('div', { class: 'ct-wizard ct-audit' })
    const status = h('p', { role: 'status', class: 'ct-status' })
    const said = h('p', { 'aria-live': 'polite', class: 'ct-said' })
    const main = h('div')
    root.append(status, said, main)
    el.append(root)
    shield(root)

    let state = null, charts = null, focused = '', showRow = () => {}
    const holders = new Map() // name of a section → where its picture goes
    const act = (verb, values = {}) => model.send({ do: verb, ...values })

    function draw(fresh) {
      focused = (root.contains(document.activeElement) && document.activeElement.dataset.focus) || ''
      state = fresh
      status.textContent = state.status
      say(said, state)
      holders.clear()
      main.replaceChildren(page())
      if (focused) (again(main) ?? main.querySelector('h2')).focus()
    }

    // The control that had the focus before everything was drawn again, if it is there again.
    const again = element => focused && element.querySelector(`[data-focus="${CSS.escape(focused)}"]`)

    function append(facts) {
      const made = section(facts)
      charts.insertBefore(made, charts.lastElementChild)
      if (document.activeElement === main.querySelector('h2')) again(made)?.focus()
    }

    // A filter more than those in force; what is empty is no filter.
    const choose = more => {
      say(said, { said: 'Counting …' })
      act('filter', { filters: { ...state.filters, ...more } })
    }

    function page() {
      const inputs = Object.entries(state.labels).map(([name, label]) => {
        const options = state.choices[name]
        const input = options ? select([['', 'all'], ...options], '', { 'data-focus': name }) : h('input', { type: 'date', 'data-focus': name })
        input.value = state.filters[name] ?? ''
        input.addEventListener('change', () => choose({ [name]: input.value }))
        return field(label, input)
      })
      charts = h('div', { class: 'ct-charts', 'aria-busy': 'true' }, h('p', { class: 'ct-quiet' }, 'Counting …'))
      const clear = Object.keys(state.filters).length ? button('Show all', () => act('filter', { filters: {} }), { focus: 'clear' }) : null
      return region('Audit',
        h('div', { class: 'ct-line' }, inputs, clear),
        charts,
        rows(),
        h('h3', {}, 'Download'),
        h('div', { class: 'ct-buttons' },
          button('Open rows as XLSX', () => act('export', { kind: '.xlsx' }), { title: 'A correction file: fix it in a spreadsheet, then upload it on the page Upload CSV' }),
          button('Open rows as CSV', () => act('export', { kind: '.csv' }), { title: 'A correction file: fix it in a spreadsheet, then upload it on the page Upload CSV' }),
          button('This page as HTML', () => act('export', { kind: '.html' }), { title: 'Pictures and figures without personal values, to send or print' })))
    }

    function section({ name, title, sentence, headings, rows: figures, keys, drawn }) {
      const id = freshId()
      const holder = h('div', { class: 'ct-picture' }, drawn && h('p', { class: 'ct-quiet' }, 'Drawing …'))
      if (drawn) holders.set(name, holder)
      const cells = figures.map((row, k) => keys[k]
        ? [button(row[0], () => choose(keys[k]), { focus: `${name} ${row[0]}`, title: 'Show only these' }), ...row.slice(1)] : row)
      const shown = figures.length ? table(headings, cells, '') : null
      return h('section', { 'aria-labelledby': id, class: 'ct-chart' }, h('h3', { id }, title), h('p', {}, sentence), holder,
        drawn ? h('details', {}, h('summary', {}, 'The figures'), h('div', { class: 'ct-scroll', tabindex: 0, role: 'group', 'aria-label': `Figures: ${title}` }, shown)) : shown)
    }

    function rows() {
      const { rows: list, found } = state.list
      const caption = found > list.length ? `The newest ${list.length} of ${found.toLocaleString('en')}` : `${found} shown`
      const beside = h('aside', { 'aria-label': 'One row', class: 'ct-one' }, h('p', { class: 'ct-quiet' }, 'Choose a row to see when, from which source, by which rule and with which recipe it was rejected, and what happened since.'))
      showRow = row => {
        beside.replaceChildren(...one(row))
        beside.querySelector('h3').focus()
      }
      const holder = h('div', { class: 'ct-scroll', tabindex: 0, role: 'group', 'aria-label': 'Rejected rows' },
        table(['Row', 'Source', 'State', 'Since', 'What is wrong'], list.map(row => [
          button(`batch ${row.batch}, line ${row.line}`, () => act('history', { batch: row.batch, line: row.line, row: row.row }), { focus: `${row.batch} ${row.row}`, title: 'Show its history' }),
          row.source, h('span', { class: 'ct-scope' }, row.state), row.since, row.errors.map(text => h('div', {}, text))]), caption))
      return [h('h3', {}, 'The rows'), h('div', { class: 'ct-beside' }, holder, beside)]
    }

    function one({ batch, line, history, zone }) {
      return [h('h3', { tabindex: -1 }, `Batch ${batch}, line ${line}`),
        h('div', { class: 'ct-buttons' }, button('Open in review', () => act('open', { batch }), { title: 'Opens the whole file below as a new draft: fix it and finish' })),
        table([`When (${zone})`, 'Who', 'What', 'Where', ''], history)]
    }

    const onMessage = (message, buffers) => {
      if (message.type === 'state') draw(message)
      else if (message.type === 'said') say(said, message)
      else if (message.type === 'section') append(message.section)
      else if (message.type === 'complete') { charts.lastElementChild.hidden = true; charts.removeAttribute('aria-busy') }
      else if (message.type === 'history') showRow(message.row)
      else if (message.type === 'download') say(said, download(message, buffers[0]))
      else if (message.type === 'picture' && holders.has(message.name)) {
        const url = URL.createObjectURL(new Blob([buffers[0]], { type: 'image/png' }))
        holders.get(message.name).replaceChildren(h('img', { src: url, alt: message.alternative }))
      }
    }
    model.on('msg:custom', onMessage)
    const dark = document.body.dataset.jpThemeLight === 'false'
    model.send({ do: 'ready', dark })
    return () => model.off('msg:custom', onMessage)
  },
}
