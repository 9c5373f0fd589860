// Approvals: the lists with their filters, one credential in detail with its media beside, and what people decide.
const FILTERS = [['credential_type', 'Type'], ['batch', 'Batch'], ['uploaded_by', 'Uploaded by'], ['expiry', 'Expires'], ['media', 'Media']]
// By which list is looked at: what it is called, what is counted in it, and what can be done.
const LOOKS = {
  pending: { name: 'Pending credentials', one: 'credential waits for approval', many: 'credentials wait for approval', acts: ['approve', 'reject'] },
  approved: { name: 'Approved credentials', one: 'approved credential', many: 'approved credentials', acts: ['withdraw'] },
  withdrawn: { name: 'Withdrawn credentials', one: 'withdrawn credential', many: 'withdrawn credentials', acts: ['reinstate'] },
}
const ACTS = {
  approve: { label: 'Approve' },
  reject: { label: 'Reject', reason: 'Reason', example: 'no signature' },
  withdraw: { label: 'Withdraw', reason: 'Reason', example: 'licence revoked', tells: 'They no longer count, and no older version takes their place. They can be reinstated.' },
  reinstate: { label: 'Reinstate', reason: 'Reason (optional)', tells: 'They count again.' },
}
const PAUSE_MS = 350 // between two parts of a file: the server drops what comes faster than 1 MB/s

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
    const chosen = new Map() // 'batch line' → [batch, line]
    let state = null, shown = null, fill = () => {}, showDetail = () => {}, large = null, parts = null, looked = false
    const sending = new Sending(model, () => {})
    const act = (verb, values = {}) => model.send({ do: verb, ...values })
    const keyOf = row => `${row.batch} ${row.line}`

    function draw(fresh) {
      const inside = root.contains(document.activeElement)
      state = fresh
      chosen.clear()
      const look = LOOKS[state.filters.look]
      status.textContent = counted(state.all, look.one, look.many)
      say(said, state)
      main.replaceChildren(page())
      fill(state.list)
      if (inside) (looked ? main.querySelector('[data-look]') : main.querySelector('h2')).focus() // what was focused is gone
      looked = false
    }

    function page() {
      const inputs = new Map(FILTERS.map(([name, label]) => [name, { label, input: select([['', 'all'], ...state.choices[name]], state.filters[name] ?? '') }]))
      const look = select(state.choices.look, state.filters.look, { 'data-look': true })
      look.addEventListener('change', () => { looked = true; act('look', { look: look.value }) })
      const { name: listName, acts } = LOOKS[state.filters.look]
      const text = h('input', { type: 'search' })
      text.value = state.filters.text ?? ''
      inputs.set('text', { label: 'User or number', input: text })
      const ask = () => { chosen.clear(); act('filter', { filters: Object.fromEntries([...inputs].map(([name, { input }]) => [name, input.value])) }) }
      for (const { input } of inputs.values()) input.addEventListener(input === text ? 'input' : 'change', ask)
      const holder = h('div', { class: 'ct-scroll', tabindex: 0, role: 'group', 'aria-label': listName })
      const selected = h('span', { class: 'ct-next', 'aria-live': 'polite' })
      const whole = button('', () => decide('approve', null), { focus: 'all' })
      const showSelected = () => { selected.textContent = chosen.size ? `${chosen.size} selected` : 'Select some, or open one' }
      fill = list => {
        shown = list
        holder.replaceChildren(listOf(list, showSelected))
        whole.textContent = `Approve all ${list.free.toLocaleString('en')} that fit…`
        whole.hidden = !list.free || state.filters.look !== 'pending'
        showSelected()
      }
      const beside = h('aside', { 'aria-label': 'One credential', class: 'ct-one' }, h('p', { class: 'ct-quiet' }, 'Choose a user in the list to see media and history here.'))
      showDetail = detail => {
        beside.replaceChildren(...one(detail))
        beside.querySelector('h3').focus()
      }
      return region('Approvals',
        h('div', { class: 'ct-line' }, field('Show', look), [...inputs.values()].map(({ label, input }) => field(label, input))),
        h('div', { class: 'ct-buttons' }, acts.map((name, k) => button(ACTS[name].label, () => decide(name, [...chosen.values()]), { primary: !k })), selected, whole),
        h('div', { class: 'ct-beside' }, holder, beside))
    }

    function listOf(list, showSelected) {
      const boxes = list.rows.map(row => {
        const box = h('input', { type: 'checkbox', 'aria-label': `Select ${row.user_email}, ${row.credential_type}` })
        box.checked = chosen.has(keyOf(row))
        box.addEventListener('change', () => {
          if (box.checked) chosen.set(keyOf(row), [row.batch, row.line])
          else chosen.delete(keyOf(row))
          showSelected()
        })
        return box
      })
      const all = h('input', { type: 'checkbox', 'aria-label': 'Select all shown' })
      all.addEventListener('change', () => boxes.forEach(box => {
        if (box.checked !== all.checked) box.click()
      }))
      const caption = list.found > list.rows.length ? `The first ${list.rows.length} of ${list.found.toLocaleString('en')}` : `${list.found} shown`
      return table([all, 'User', 'Type', 'Issued', 'Expires', 'Uploaded by', 'Media'], list.rows.map((row, k) => [
        boxes[k], button(row.user_email, () => act('detail', { batch: row.batch, line: row.line }), { focus: keyOf(row), title: 'Show media and history' }),
        [row.credential_type, row.credential_number && ` · ${row.credential_number}`], row.issue_date,
        [row.expiration_date, ['expired', 'expiring soon'].includes(row.expiry) && h('div', { class: 'ct-scope' }, row.expiry)], [row.uploaded_by, h('div', { class: 'ct-quiet' }, `batch ${row.batch}`)],
        [row.media.map(medium => thumbs.of(medium.sha256, medium.media_type)), (row.blocked || row.note) && h('div', { class: 'ct-warning' }, row.blocked || row.note)]]), caption)
    }

    function one(detail) {
      const place = [[detail.batch, detail.line]]
      const views = h('div', { class: 'ct-views' }, detail.media.map(medium => {
        const view = h('figure', {}, h('figcaption', {}, medium.file, ' ', button('Open', () => open(medium), { title: `Open ${medium.file} in a new tab` })),
          h('div', { 'data-large': medium.sha256 }, 'Loading …'))
        return view
      }))
      const input = chooser('Upload media files', async files => {
        await sending.sendMedia(files)
        act('media', { batch: detail.batch, line: detail.line })
      }, { accept: ENDINGS, multiple: true, hidden: true })
      large = (key, words, url) => {
        for (const holder of views.querySelectorAll('[data-large]')) {
          if (holder.dataset.large === key) holder.replaceChildren(url ? h('img', { src: url, alt: words }) : words)
        }
      }
      if (detail.media.length) act('thumbs', { keys: [...new Set(detail.media.map(medium => medium.sha256))], large: true })
      return [h('h3', { tabindex: -1 }, `${detail.user_email} · ${detail.credential_type}`),
        h('p', {}, [detail.credential_number && `No. ${detail.credential_number}`, detail.issue_date && `issued ${detail.issue_date}`, detail.expiration_date ? `expires ${detail.expiration_date}` : 'never expires', `${detail.file}, line ${detail.line}`].filter(Boolean).join(' · ')),
        detail.blocked && h('p', { class: 'ct-warning' }, `Can't be approved yet: ${detail.blocked}.`),
        detail.note && h('p', { class: 'ct-warning' }, `Can be approved all the same: ${detail.note}.`),
        h('div', { class: 'ct-buttons' }, LOOKS[state.filters.look].acts.map(name => name === 'approve'
          ? !detail.blocked && button('Approve this one', () => act('decide', { decision: 'approve', chosen: place }), { primary: true })
          : button(`${ACTS[name].label} this one`, () => decide(name, place)))),
        detail.media.length ? views : h('p', { class: 'ct-quiet' }, 'No media.'),
        h('div', { class: 'ct-buttons' }, button('Add file…', () => input.click()), input,
          detail.blocked && !detail.media.length && button('Make media optional', () => act('optional', { batch: detail.batch }), { title: `For all of batch ${detail.batch}` })),
        h('h4', {}, 'Versions and activity'),
        table([`When (${detail.zone})`, 'Who', 'Version', 'What', ''], detail.history)]
    }

    // What is open is fetched part by part, then shown by the browser itself.
    function open(medium) {
      const tab = window.open('', '_blank')
      parts = { key: medium.sha256, tab, got: [] }
      act('part', { key: medium.sha256, start: 0 })
    }
    function more({ key, start, size, kind }, buffer) {
      if (!parts || parts.key !== key) return
      parts.got.push(buffer)
      const next = start + buffer.byteLength
      if (next < size) setTimeout(() => act('part', { key, start: next }), PAUSE_MS)
      else {
        const url = URL.createObjectURL(new Blob(parts.got, { type: kind }))
        if (parts.tab) parts.tab.location = url
        parts = null
      }
    }

    function decide(decision, places) {
      if (places && !places.length) {
        say(said, { said: 'Select some credentials first: tick the boxes on the left.', kind: 'problem' })
        return
      }
      const { label, reason, example, tells } = ACTS[decision]
      const number = counted(places ? places.length : shown.free, 'credential', 'credentials')
      const why = h('input', { type: 'text', class: 'ct-wide', 'data-first': true, autocomplete: 'off' })
      const problem = h('p', { role: 'alert' })
      const doIt = `${label} them`
      const ready = () => {
        if (example && !why.value.trim()) problem.textContent = `Give a reason, for example: ${example}.`
        return !example || Boolean(why.value.trim())
      }
      openDialog(root, {
        title: `${label} ${number}?`,
        body: reason ? [tells && h('p', {}, tells), field(reason, why), problem] : h('p', {}, `Approved as ${state.by}. Credentials that can't be approved yet stay pending.`),
        buttons: [{ label: 'Later' }, { label: doIt, primary: true, ready }],
        safe: 'Later',
        onAnswer: answer => {
          if (answer !== doIt) return
          const given = { reason: why.value, ...(places && { chosen: places }) }
          if (decision === 'approve' || decision === 'reject') act('decide', { decision, ...given })
          else act(decision, given)
        },
      })
    }

    const onMessage = (message, buffers) => {
      if (message.type === 'state') draw(message)
      else if (message.type === 'list') fill(message.list)
      else if (message.type === 'detail') showDetail(message.detail)
      else if (message.type === 'part') more(message, buffers[0])
      else if (['ack', 'received', 'refused'].includes(message.type)) sending.answered(message)
      else if (message.large) large?.(message.key, message.words, buffers[0] && URL.createObjectURL(new Blob([buffers[0]], { type: 'image/jpeg' })))
      else if (message.type === 'thumb') thumbs.come(message, buffers[0])
    }
    model.on('msg:custom', onMessage)
    model.send({ do: 'ready' })
    return () => model.off('msg:custom', onMessage)
  },
}
