// Approvals: the lists with their filters, one credential in detail with its media beside, and what people decide.
const FILTERS = [['credential_type', 'Type'], ['source', 'Source'], ['batch', 'Batch'], ['uploaded_by', 'Uploaded by'], ['expiry', 'Expires'], ['media', 'Media'], ['scan', 'Scan']]
const COLUMNS = [['user', 'User'], ['type', 'Type'], ['issued', 'Issued'], ['expires', 'Expires'], ['uploaded', 'Uploaded by'], ['media', 'Media']]
const LOOKS = {
  pending: { name: 'Pending credentials', one: 'credential waits for approval', many: 'credentials wait for approval', acts: ['approve', 'reject'] },
  approved: { name: 'Approved credentials', one: 'approved credential', many: 'approved credentials', acts: ['withdraw'] },
  withdrawn: { name: 'Withdrawn credentials', one: 'withdrawn credential', many: 'withdrawn credentials', acts: ['reinstate'] },
}
const PAUSE_MS = 350 // between two parts of a file: the server drops what comes faster than 1 MB/s

const MANY = 1000 // which take a second or more

export default {
  render({ model, el }) {
    const root = h('div', { class: 'ct-wizard ct-approvals' })
    const said = h('p', { 'aria-live': 'polite', class: 'ct-said' })
    const status = h('p', { role: 'status', class: 'ct-status' })
    const main = h('div')
    root.append(status, said, main)
    el.append(root)
    shield(root)

    const thumbs = new Thumbs(model)
    const reasons = {} // by act what was typed last and not used yet
    let state = null, shown = null, fill = () => {}, showDetail = () => {}, showTicked = () => {}, previews = [], parts = null, looked = false
    const sending = new Sending(model, () => {})
    const connection = new Connection({ model, el, root, onLost: () => sending.giveUp(), greet: () => model.send({ do: 'ready' }) })
    const act = (verb, values = {}) => {
      if (!connection.live) return
      connection.sent()
      model.send({ do: verb, ...values })
    }
    const keyOf = row => `${row.batch} ${row.line}`
    const bar = new UndoBar(() => act('undecide'), () => main.querySelector('h2').focus())
    said.after(bar.element)

    // What stops a click, until the next one.
    let warned = false
    function warn(words) {
      warned = Boolean(words)
      say(said, { said: words, kind: 'problem' })
    }

    function draw(fresh) {
      const inside = root.contains(document.activeElement)
      state = fresh
      offerPages(state)
      warned = false
      questions = 0
      unanswered.clear()
      const look = LOOKS[state.filters.look]
      status.textContent = counted(state.all, look.one, look.many)
      say(said, state)
      if (state.kind === 'done' && state.said) for (const name of Object.keys(reasons)) delete reasons[name]
      bar.show(state.undo)
      main.replaceChildren(page())
      fill(state.list)
      if (inside) (looked ? main.querySelector('[data-look]') : main.querySelector('h2')).focus() // what was focused is gone
      looked = false
    }

    // What can be done with those that are looked at, by who is at work.
    const actsNow = () => can(state, 'approve') ? LOOKS[state.filters.look].acts : []

    function page() {
      const inputs = new Map(FILTERS.map(([name, label]) => [name, { label, input: select([['', 'all'], ...state.choices[name]], state.filters[name] ?? '') }]))
      const look = select(state.choices.look, state.filters.look, { 'data-look': true })
      look.addEventListener('change', () => { looked = true; act('look', { look: look.value }) })
      const { name: listName } = LOOKS[state.filters.look], acts = actsNow()
      const text = h('input', { type: 'search' })
      text.value = state.filters.text ?? ''
      inputs.set('text', { label: 'User or number', input: text })
      const ask = () => act('filter', { filters: Object.fromEntries([...inputs].map(([name, { input }]) => [name, input.value])) })
      for (const { input } of inputs.values()) input.addEventListener(input === text ? 'input' : 'change', ask)
      const holder = h('div', { class: 'ct-scroll', tabindex: 0, role: 'group', 'aria-label': listName })
      const selected = h('span', { class: 'ct-next', 'aria-live': 'polite' })
      const pages = h('nav', { class: 'ct-buttons', 'aria-label': 'Pages' })
      const doThem = new Map(acts.map((name, k) => [name, button(labelOf(name, 0), () => decide(name), { primary: !k, focus: name })]))
      const whole = button('', () => act('ask', { act: 'approve' }), { focus: 'all' })
      const every = button('', () => act('tick_all', { on: true }), { focus: 'every' })
      const none = button('Clear selection', () => act('tick_all', { on: false }))
      showTicked = ({ ticked, elsewhere, hidden }) => {
        if (warned) warn('')
        shown = { ...shown, ticked, elsewhere, hidden }
        selected.textContent = selectedWords(shown)
        for (const [name, one] of doThem) one.textContent = labelOf(name, ticked)
        const free = shown.free.toLocaleString('en')
        whole.textContent = `Approve all ${free} that fit…`
        whole.hidden = !shown.free || ticked > 0 || !acts.includes('approve')
        every.textContent = `Select all ${free}`
        every.hidden = !acts.length || shown.pages < 2 || ticked - hidden >= shown.free
        none.hidden = !ticked
      }
      fill = list => {
        const focused = holder.contains(document.activeElement) || pages.contains(document.activeElement) ? document.activeElement.dataset.focus : null
        shown = list
        holder.replaceChildren(listOf(list))
        pages.replaceChildren(...pagesOf(list))
        showTicked(list)
        if (focused) (main.querySelector(`[data-focus="${CSS.escape(focused)}"]:not([disabled])`) ?? holder).focus()
      }
      const beside = h('aside', { 'aria-label': 'One credential', class: 'ct-one' }, h('p', { class: 'ct-quiet' }, 'Choose a user in the list to see media and history here.'))
      showDetail = detail => {
        beside.replaceChildren(...one(detail))
        beside.querySelector('h3').focus()
      }
      return region('Approvals',
        h('div', { class: 'ct-line' }, field('Show', look), [...inputs.values()].map(({ label, input }) => field(label, input))),
        h('div', { class: 'ct-buttons' }, [...doThem.values()], selected, every, none, whole),
        pages,
        h('div', { class: 'ct-beside' }, holder, beside))
    }

    // What is selected, also what isn't in sight.
    function selectedWords({ ticked, elsewhere, hidden }) {
      if (!actsNow().length) return ''
      if (!ticked) return 'Select some, or open one'
      const more = [elsewhere && `${elsewhere.toLocaleString('en')} on other pages`, hidden && `${hidden.toLocaleString('en')} not shown by the filters`]
      return [`${ticked.toLocaleString('en')} selected`, ...more.filter(Boolean)].join(', ')
    }

    function labelOf(name, ticked) {
      if (name === 'approve') return ticked ? `Approve ${ticked.toLocaleString('en')}…` : 'Approve…'
      return name === 'reject' ? 'Reject…' : ACTS[name].label
    }

    function listOf(list) {
      const boxes = list.rows.map(row => {
        const why = row.blocked && h('div', { class: 'ct-warning', id: freshId() }, row.blocked)
        const box = h('input', {
          type: 'checkbox', 'aria-label': `Select ${row.user_email}, ${row.credential_type}`, 'data-focus': `tick ${keyOf(row)}`,
          'aria-disabled': row.blocked && 'true', 'aria-describedby': why && why.id, title: row.blocked && `Can't be selected: ${row.blocked}`,
        })
        row.ticked = unanswered.get(keyOf(row)) ?? row.ticked
        box.checked = row.ticked
        box.addEventListener('click', event => {
          if (!row.blocked) return
          event.preventDefault() // it stays focusable, so that everybody can find out why
          warn(`${row.user_email}, ${row.credential_type} can't be approved yet: ${row.blocked}. Open it to add what is missing, or to reject it.`)
        })
        box.addEventListener('change', () => { row.ticked = box.checked; tick([row], box.checked) })
        return { box, why }
      })
      const free = list.rows.map((row, k) => [row, boxes[k].box]).filter(([row]) => !row.blocked)
      const all = h('input', { type: 'checkbox', 'aria-label': 'Select all shown', 'data-focus': 'tick all', 'aria-disabled': !free.length && 'true' })
      all.checked = free.length > 0 && free.every(([row]) => row.ticked)
      all.addEventListener('change', () => {
        all.checked = all.checked && free.length > 0
        for (const [row, box] of free) row.ticked = box.checked = all.checked
        if (free.length) tick(free.map(([row]) => row), all.checked)
      })
      const last = list.from + list.rows.length - 1
      const caption = list.pages > 1 ? `${list.from.toLocaleString('en')}–${last.toLocaleString('en')} of ${list.found.toLocaleString('en')}` : `${list.found} shown`
      const ticks = actsNow().length > 0
      const made = table([...(ticks ? [all] : []), ...COLUMNS.map(([key, label]) => sorter(list, key, label))], list.rows.map((row, k) => [
        ...(ticks ? [boxes[k].box] : []), [button(row.user_email, () => act('detail', { batch: row.batch, line: row.line }), { focus: keyOf(row), title: 'Show media and history' }), row.name && h('div', { class: 'ct-quiet' }, row.name)],
        [row.credential_type, row.credential_number && ` · ${row.credential_number}`], row.issue_date,
        [row.expiration_date, ['expired', 'expiring soon'].includes(row.expiry) && h('div', { class: 'ct-scope' }, row.expiry)],
        [row.uploader && h('div', {}, row.uploader), h('div', { class: row.uploader && 'ct-quiet' }, row.uploaded_by), h('div', { class: 'ct-quiet' }, pieces([`batch ${row.batch} ·`, row.source]))],
        [row.media.map(medium => thumbs.of(medium.shown, medium.shown_type)), differences(row), boxes[k].why, !row.blocked && row.note && h('div', { class: 'ct-warning' }, row.note)]]), caption)
      COLUMNS.forEach(([key], k) => {
        if (list.sort === key) made.querySelectorAll('th')[k + ticks].setAttribute('aria-sort', list.down ? 'descending' : 'ascending')
      })
      return made
    }

    // What can be read in the media of a row, where it is something else.
    const differences = row => row.media.flatMap(({ differs }) => differs).map(words => h('div', { class: 'ct-warning' }, daysWhole(`Scan differs: ${words}`)))

    // What was ticked and isn't answered yet holds against a list that was sent before it.
    const unanswered = new Map()
    let questions = 0
    function tick(rows, on) {
      for (const row of rows) unanswered.set(keyOf(row), on)
      questions += 1
      act('tick', { places: rows.map(row => [row.batch, row.line]), on })
    }
    function ticked(counts) {
      questions -= 1
      if (questions <= 0) unanswered.clear()
      showTicked(counts)
    }

    // A heading that sorts; a second click turns the order round.
    function sorter(list, key, label) {
      const down = list.sort === key && !list.down
      const sort = button(label, () => act('sort', { sort: key, down }), { focus: `sort ${key}`, title: `Sort by ${label}` })
      sort.className = 'ct-sort'
      if (list.sort === key) sort.append(h('span', { 'aria-hidden': 'true' }, list.down ? ' ▼' : ' ▲'))
      return sort
    }

    function pagesOf({ page, pages }) {
      if (pages < 2) return []
      const to = (label, number) => {
        const move = button(label, () => act('page', { page: number }))
        move.disabled = number < 0 || number >= pages
        return move
      }
      return [to('First page', page ? 0 : -1), to('Previous page', page - 1), h('span', {}, `Page ${(page + 1).toLocaleString('en')} of ${pages.toLocaleString('en')}`),
        to('Next page', page + 1), to('Last page', page < pages - 1 ? pages - 1 : pages)]
    }

    function one(detail) {
      const place = [[detail.batch, detail.line]]
      for (const one of previews) one.close()
      const ask = wanted => act('look_at', wanted)
      const enlarge = (medium, focus) => previews.push(openPreview(root, medium, ask, closed => {
        previews = previews.filter(one => one !== closed)
        main.querySelector(`[data-focus="${CSS.escape(focus)}"]`)?.focus()
      }))
      previews = detail.media.map(medium => new Preview(medium, ask, [
        button('Enlarge…', () => enlarge(medium, `Enlarge… ${medium.file}`), { focus: `Enlarge… ${medium.file}`, title: `Enlarge ${medium.file}` }), ' ',
        button('Open', () => open(medium), { focus: `Open ${medium.file}`, title: `Open ${medium.file} in a new tab` }), ' ',
        medium.shown !== medium.sha256 && button('Download the original', () => save(medium), { title: `Download ${medium.file} as it came` }),
        h('div', {}, 'Scan: ', scanned(medium.scan)), noted(medium.notes)]))
      const views = h('div', { class: 'ct-views' }, previews.map(one => one.element))
      const input = chooser('Upload media files', async files => {
        await sending.sendMedia(files)
        act('media', { batch: detail.batch, line: detail.line })
      }, { accept: ENDINGS, multiple: true, hidden: true })
      return [h('h3', { tabindex: -1 }, `${detail.user_email} · ${detail.credential_type}`),
        h('p', {}, [detail.name, detail.credential_number && `No. ${detail.credential_number}`, detail.issue_date && `issued ${detail.issue_date}`, detail.expiration_date ? `expires ${detail.expiration_date}` : 'never expires', `${detail.file}, line ${detail.line}`].filter(Boolean).join(' · ')),
        detail.blocked && h('p', { class: 'ct-warning' }, `Can't be approved yet: ${detail.blocked}.`),
        detail.note && h('p', { class: 'ct-warning' }, `Can be approved all the same: ${detail.note}.`),
        h('div', { class: 'ct-buttons' }, actsNow().map(name => name === 'approve'
          ? !detail.blocked && button('Approve this one', () => act('decide', { decision: 'approve', chosen: place }), { primary: true })
          : button(`${ACTS[name].label} this one`, () => act('ask', { act: name, chosen: place })))),
        detail.media.length ? views : h('p', { class: 'ct-quiet' }, 'No media.'),
        h('div', { class: 'ct-buttons' }, can(state, 'upload', 'approve') && button('Add file…', () => input.click()), input,
          can(state, 'approve') && detail.blocked && !detail.media.length && button('Make media optional', () => act('optional', { batch: detail.batch }), { title: `For all of batch ${detail.batch}` })),
        h('h4', {}, 'Versions and activity'),
        table([`When (${detail.zone})`, 'Who', 'Version', 'What', ''], detail.history)]
    }

    // What is open is fetched part by part, then shown by the browser itself.
    function open(medium) {
      const tab = window.open('', '_blank')
      parts = { key: medium.shown, tab, got: [] }
      act('part', { key: medium.shown, start: 0 })
    }
    function save(medium) {
      parts = { key: medium.sha256, got: [] }
      act('part', { key: medium.sha256, start: 0 })
    }
    function more({ key, start, size, kind, name }, buffer) {
      if (!parts || parts.key !== key) return
      parts.got.push(buffer)
      const next = start + buffer.byteLength
      if (next < size) setTimeout(() => act('part', { key, start: next }), PAUSE_MS)
      else {
        const whole = new Blob(parts.got, { type: kind })
        if (parts.tab) parts.tab.location = URL.createObjectURL(whole)
        else say(said, download({ name, mime: kind }, whole))
        parts = null
      }
    }

    function decide(name) {
      if (shown.ticked || questions > 0) act('ask', { act: name, chosen: 'ticked' })
      else warn('Select some credentials first: tick the boxes on the left.')
    }

    function asked({ act: name, about, by, chosen }) {
      const decides = name === 'approve' || name === 'reject'
      openDecision(root, { act: name, about, by }, reasons, reason => {
        act(decides ? 'decide' : name, { reason, chosen, ...(decides && { decision: name }) })
        if (about.count > MANY) say(said, { said: `Working on ${counted(about.count, 'credential', 'credentials')} …`, kind: 'done' })
      })
    }

    const onMessage = (message, buffers) => {
      connection.heard()
      if (message.type === 'state') draw(message)
      else if (message.type === 'said') say(said, message)
      else if (message.type === 'list') fill(message.list)
      else if (message.type === 'ticked') ticked(message)
      else if (message.type === 'ask') asked(message)
      else if (message.type === 'detail') showDetail(message.detail)
      else if (message.type === 'part') more(message, buffers[0])
      else if (['ack', 'received', 'refused'].includes(message.type)) sending.answered(message)
      else if (message.type === 'large') previews.filter(one => one.key === message.key).forEach(one => one.come(message, buffers[0]))
      else if (message.type === 'thumb') thumbs.come(message, buffers[0])
    }
    model.on('msg:custom', onMessage)
    connection.sent()
    connection.greet()
    return () => { connection.close(); model.off('msg:custom', onMessage); bar.hide() }
  },
}
