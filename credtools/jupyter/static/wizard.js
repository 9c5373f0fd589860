// The wizard: keeps the frame (status line, progress), draws the step that the kernel sent, and keeps focus in place.
const STEPS = [['upload', 'Upload CSV'], ['review', 'Review data'], ['media', 'Add media'], ['finish', 'Finish']]
const STEP_OF = { headings: 'upload', corrected: 'upload', done: 'finish' }

function stepList(step) {
  const now = STEPS.findIndex(([name]) => name === (STEP_OF[step] ?? step))
  if (now < 0) return h('span')
  return h('ol', { class: 'ct-steps', 'aria-label': 'Steps' }, STEPS.map(([, title], place) => h('li', {
    'aria-current': place === now && 'step', class: place < now && 'ct-past',
  }, title)))
}

const DRAW = { home, uploads, batch, upload, corrected, headings, review, media, finish, done }
const WORK = { file: 'Reading and checking', media: 'Looking at the files', finish: 'Writing', accept: 'Checking again', choose: 'Checking again', edit: 'Checking again', redo: 'Checking again', reject: 'Checking again', unreject: 'Checking again', keep: 'Checking again', complete: 'Checking again', undo: 'Checking again', means: 'Checking again', leave: 'Keeping it', join: 'Checking again', unlock: 'Opening, reading and checking', right: 'Keeping it', follow: 'Checking again', blanks: 'Checking again', again: 'Looking at what is stored', use_status: 'Checking again', undo_batch: 'Undoing', judge_again: 'Reading and checking', known: 'Reading and checking' }

const TOAST_MS = 6000
const DISCARDS = 'The whole upload is given up: nothing of it becomes a credential, and none of its rows is followed. It stays on the list of uploads as discarded; from there its file can be checked again.'

export default {
  render({ model, el }) {
    const root = h('div', { class: 'ct-wizard' })
    const steps = h('nav', { 'aria-label': 'Steps of the upload' })
    const status = h('p', { role: 'status', class: 'ct-status' })
    const said = h('p', { 'aria-live': 'polite', class: 'ct-said' })
    const progress = h('div', { class: 'ct-progress', hidden: true })
    const sent = h('p', { class: 'ct-sent ct-quiet', hidden: true })
    const main = h('div')
    const toast = h('div', { popover: 'manual', class: 'ct-toast', 'aria-hidden': 'true' })
    root.addEventListener('keydown', event => { if (state?.step === 'review' && !event.target.closest('dialog')) ui.tools.keys(event) })
    root.append(steps, status, said, progress, sent, main, toast)
    el.append(root)
    shield(root)

    let state = null, ours = false, slow = 0, fading = 0
    const act = (verb, values = {}, quiet = false) => {
      if (!connection.live) return
      ours = true
      connection.sent()
      if (!quiet) work(WORK[verb] ?? 'Working')
      model.send({ do: verb, ...values })
    }
    const work = (words, share) => {
      clearTimeout(slow)
      const bar = h('progress', { max: 1, 'aria-label': words })
      if (share !== undefined) bar.value = share
      progress.replaceChildren(h('span', {}, `${words} …`), bar)
      if (share !== undefined) progress.hidden = false
      else slow = setTimeout(() => { progress.hidden = false }, 100)
    }
    const rest = () => { clearTimeout(slow); progress.hidden = true }

    const connection = new Connection({ model, el, root, onLost: () => { rest(); sending.giveUp() }, greet: () => model.send({ do: 'ready', ...place.kept }) })
    const sending = new Sending(model, (name, share) => work(share === null ? `Reading and checking ${name}` : `Sending ${name}`, share ?? undefined))
    const count = h('span', { class: 'ct-quiet' })
    const ui = {
      count,
      act,
      host: root,
      offers: { cards: h('div', { class: 'ct-offer', 'aria-live': 'polite' }), grid: h('div', { class: 'ct-offer', 'aria-live': 'polite' }) },
      grid: new Grid({
        onEdit: cells => act('edit', { cells }),
        onUndo: () => act('undo'),
        onRedo: () => act('redo'),
        onCount: (shown, all, wrong) => { count.textContent = `${shown.toLocaleString('en')} of ${counted(all, 'row', 'rows')} shown, ${wrong.toLocaleString('en')} with errors` },
      }),
      thumbs: new Thumbs(model),
      lookAt: (medium, focus) => {
        ui.preview = openPreview(root, medium, wanted => model.send({ do: 'look_at', ...wanted }), () => { ui.preview = null; focusOn(focus) })
      },
      addMedia: async (files, pattern, line = 0) => {
        if (!files.length || !connection.live) return
        ours = true
        await sending.sendMedia(files)
        act('media', { pattern, line })
      },
      sendFiles: async (files, again) => { if (!connection.live) return; ours = true; await sending.sendAll(files, again); rest() },
      showRows: (filter, column, quiet) => {
        ui.filter.value = filter
        ui.text.value = ''
        ui.grid.facets.clear()
        ui.grid.select(filter, '')
        if (column) ui.grid.choose(column)
        if (quiet) return // who only looks at a card stays there
        ui.grid.element.scrollIntoView({ block: 'nearest' })
        ui.grid.element.focus()
      },
      discard: file => openDialog(root, {
        title: `Discard ${file}?`,
        body: h('p', {}, DISCARDS),
        buttons: [{ label: 'Keep it' }, { label: 'Discard it', primary: true }],
        safe: 'Keep it',
        onAnswer: answer => { beginStep(); if (answer === 'Discard it') act('discard') },
      }),
      discardBatch: ({ batch: number, file }) => openDialog(root, {
        title: `Discard ${file}?`,
        body: h('p', {}, DISCARDS),
        buttons: [{ label: 'Keep it' }, { label: 'Discard it', primary: true }],
        safe: 'Keep it',
        onAnswer: answer => { focusOn('Discard…'); if (answer === 'Discard it') act('discard_batch') },
      }),
      problem: text => say(said, { said: text, kind: 'problem' }),
      waive: rows => openWaive(root, rows, given => { focusOn('Waive…'); if (given) act('waive', given) }),
      undo: ({ batch: number, lines }) => openDialog(root, {
        title: `Undo batch ${number}?`,
        body: [h('p', {}, 'What it would do:'), h('ul', {}, lines.map(line => h('li', {}, line))), h('p', {}, 'The batch, its rows and its history stay on the list of uploads.')],
        buttons: [{ label: 'Keep it' }, { label: `Undo batch ${number}`, primary: true }],
        safe: 'Keep it',
        onAnswer: answer => { focusOn('Undo…'); if (answer !== 'Keep it') act('undo_batch') },
      }),
      join: ({ cause, title, lines, joined, confirm }) => openDialog(root, {
        title,
        body: [h('p', {}, lines[0]), joined.length > 0 && h('ul', {}, joined.map(line => h('li', {}, line))), lines.slice(1).map(line => h('p', {}, line))].filter(Boolean),
        buttons: [{ label: 'Cancel' }, { label: confirm, primary: true }],
        safe: 'Cancel',
        onAnswer: answer => { focusOn(`${cause === 'strangers' ? 'Same people…' : 'Same person…'} ${cause}`); if (answer === confirm) act('join', { cause }) },
      }),
      approve: ({ pending, by, batch, counts }) => openDialog(root, {
        title: `Approve ${counted(pending, 'credential', 'credentials')} now?`,
        body: [h('p', {}, `From batch ${batch} (${counts}), approved as ${by}.`),
          h('p', {}, 'You can also do this later: until somebody approves them, they stay pending.')],
        buttons: [{ label: 'Later' }, { label: 'Approve', primary: true }],
        safe: 'Later',
        onAnswer: answer => { beginStep(); act(answer.toLowerCase()) },
      }),
    }

    const beginStep = () => {
      root.scrollIntoView({ block: 'start' })
      main.querySelector('h2')?.focus({ preventScroll: true })
    }

    const focusOn = name => [...main.querySelectorAll('[data-focus]')].find(element => element.dataset.focus === name)?.focus()

    const cardsLike = decision => [...main.querySelectorAll('[data-card]')].filter(card => card.matches('[data-card^=decision]') === decision)

    // After drawing again: the same control, else the first of the next card, else the heading of the step.
    function keepFocus(before, sameStep) {
      if (sameStep && root.contains(document.activeElement)) return
      const same = sameStep && before.name && [...main.querySelectorAll('[data-focus]')].find(found => found.dataset.focus === before.name)
      const cards = cardsLike(before.decision)
      const card = cards[Math.min(before.card, cards.length - 1)]
      const next = sameStep && before.card >= 0 && (card?.querySelector('button') ?? main.querySelector('button.ct-primary'))
      if (same || next) (same || next).focus()
      else beginStep()
    }

    function where() {
      const now = document.activeElement
      const card = now?.closest?.('[data-card]')
      const decision = Boolean(card?.matches('[data-card^=decision]'))
      const place = now?.closest?.('.ct-offer') ? 0 : cardsLike(decision).indexOf(card)
      return { inside: root.contains(now), name: now?.dataset?.focus, card: place, decision }
    }

    // Of a large file what follows from what is stored comes a moment later: until then it stays as it was.
    function draw(facts) {
      const before = where()
      const sameStep = state?.step === facts.step
      const fresh = facts.step === 'review' ? { doubts: [], asked: [], warnings: [], unlike: [], next: '', status: '', ...(sameStep && state), ...facts } : facts
      if (!sameStep || state.decisions?.[0]?.number !== fresh.decisions?.[0]?.number) showOffer(null, { act, ui })
      const open = sameStep && fresh.kind === 'problem' && main.querySelector('details.ct-reading')?.open
      state = fresh
      offerPages(state)
      place.keep(fresh)
      rest()
      steps.replaceChildren(stepList(fresh.step))
      if (sameStep && fresh.step === 'review') {
        main.querySelector('.ct-decided').replaceWith(decided(fresh, { act, ui }))
        renewFilter(fresh, ui)
      } else main.replaceChildren(DRAW[fresh.step](fresh, { act, ui }))
      if (open) main.querySelector('details.ct-reading').open = true
      status.textContent = fresh.counts ?? ''
      status.hidden = !fresh.counts
      sent.hidden = fresh.step !== 'upload' || !sent.textContent
      say(said, fresh)
      const clicked = ours
      if (before.inside || ours || fresh.calls) keepFocus(before, sameStep)
      ours = false
      showToast()
      if (fresh.known && !root.querySelector('dialog')) openKnown(root, fresh.known, answer => act('known', { answer }))
      if (fresh.locked && !root.querySelector('dialog')) {
        openPassword(root, fresh.locked, password => password === null ? act('stay_locked') : act('unlock', { password }))
      }
      if (fresh.step === 'done' && clicked && !sameStep && !fresh.again && fresh.pending > 0 && fresh.may_approve) ui.approve(fresh)
    }

    // Whoever works further down sees what happened, too; screen readers have read the line above already.
    function showToast() {
      clearTimeout(fading)
      const inSight = said.getBoundingClientRect().top > 0
      toast.textContent = [said.textContent, status.textContent].filter(Boolean).join('\n')
      if (said.textContent && !inSight) {
        toast.showPopover()
        fading = setTimeout(() => toast.hidePopover(), TOAST_MS)
      } else toast.hidePopover()
    }

    let found = () => {}, ticked = null, statusForm = null
    const askStatus = message => {
      if (statusForm?.isOpen) return statusForm.renew(message)
      statusForm = openStatus(root, message, {
        ask: values => model.send({ do: 'status', ...values }),
        done: given => { focusOn(STATUS_BUTTON); if (given) act('use_status', given) },
      })
    }
    const askTicked = (message, items) => {
      const asked = { ...message, items }
      if (ticked?.isOpen) return ticked.renew(asked)
      const at = where().name
      ticked = openTicked(root, asked, {
        ask: values => model.send({ do: 'like', cause: message.cause, ...values }),
        done: (off, way) => { focusOn(at); if (off) act('follow', { way, off }) },
      })
    }
    const onMessage = async (message, buffers) => {
      connection.heard()
      if (message.type === 'state') draw(message)
      else if (message.type === 'rows') { ui.grid.load(await unpack(buffers[0])); syncFilter() }
      else if (message.type === 'unused') ui.grid.showUnused(await unpack(buffers[0]))
      else if (message.type === 'fields') openFields(root, message, fields => act('complete', { line: message.line, fields }))
      else if (message.type === 'changes') { ui.grid.change(await unpack(buffers[0])); if (ui.grid.filter === 'bad') ui.filter.value = 'bad' }
      else if (message.type === 'list') ui.fillList(message.list)
      else if (message.type === 'uploads') ui.fillUploads(message.uploads)
      else if (message.type === 'undoing') ui.undo(message)
      else if (message.type === 'options') choose(message)
      else if (message.type === 'offer') showOffer(message.offer, { act, ui })
      else if (message.type === 'like') askTicked(message, (await unpack(buffers[0])).items)
      else if (message.type === 'status') askStatus(message)
      else if (message.type === 'same') ui.join(message)
      else if (message.type === 'values') ui.fillValues(message)
      else if (message.type === 'column') ui.fillColumn(message)
      else if (message.type === 'found') found(message.choices)
      else if (message.type === 'thumb') ui.thumbs.come(message, buffers[0])
      else if (message.type === 'large') ui.preview?.come(message, buffers[0])
      else if (message.type === 'work') work(message.words, message.share)
      else if (message.type === 'said') { rest(); say(said, message); showToast() }
      else if (message.type === 'download') say(said, download(message, buffers[0]))
      else {
        if (message.sha256) sent.textContent = `${message.name} arrived completely: ${sized(message.size)}, SHA-256 ${message.sha256}`
        sending.answered(message)
      }
    }
    // A file without errors shows all its rows.
    function syncFilter() {
      if (!ui.grid.view.length) ui.grid.select('all', '')
      ui.grid.onFilter()
      ui.filter.value = ui.grid.filter
      ui.text.value = ui.grid.text
    }
    function choose(message) {
      if (message.kind === 'rows') return ui.showRows('bad')
      openChoice(root, message, {
        search: (text, fill) => {
          found = fill
          model.send(message.file ? { do: 'rows_like', text, file: message.file } : { do: 'search', text, column: message.column })
        },
        done: (value, scope) => {
          focusOn(`Choose… ${message.cause ?? message.file}`)
          if (value && message.file) act('assign', { file: message.file, line: value })
          else if (value) act('choose', { cause: message.cause, value, scope })
        },
      })
    }

    model.on('msg:custom', onMessage)
    connection.sent()
    connection.greet()
    return () => { clearTimeout(fading); connection.close(); model.off('msg:custom', onMessage) }
  },
}
