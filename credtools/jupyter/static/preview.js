// Preview: a medium as a viewer shows it – small in lists, large with all its pages, and marked where it speaks of its row.

// Thumbnails, asked for as they come into sight, and kept by the digest of their file.
class Thumbs {
  constructor(model) {
    this.known = new Map() // digest → { words, url }
    this.shown = new Map() // digest → the elements that wait for it
    this.watch = new IntersectionObserver(entries => {
      const seen = entries.filter(entry => entry.isIntersecting).map(entry => entry.target)
      seen.forEach(element => this.watch.unobserve(element))
      const keys = [...new Set(seen.map(element => element.dataset.key))]
      if (keys.length) model.send({ do: 'thumbs', keys })
    })
  }

  of(key, kind) {
    const holder = h('span', { class: 'ct-thumb', 'data-key': key }, kind === 'application/pdf' ? 'PDF' : '')
    if (!key) return holder
    if (this.known.has(key)) this.fill(holder, this.known.get(key))
    else {
      this.shown.set(key, [...(this.shown.get(key) ?? []), holder])
      this.watch.observe(holder)
    }
    return holder
  }

  come({ key, words }, buffer) {
    const found = { words, url: pictureUrl(buffer) }
    this.known.set(key, found)
    for (const holder of this.shown.get(key) ?? []) this.fill(holder, found)
    this.shown.delete(key)
  }

  fill(holder, { words, url }) {
    holder.title = words
    if (url) holder.replaceChildren(h('img', { src: url, alt: words }))
    else holder.textContent = words
  }
}

const pictureUrl = buffer => buffer && URL.createObjectURL(new Blob([buffer], { type: 'image/jpeg' }))
const SIGNS = { differs: '≠', agrees: '✓' }

// One medium, large. `marks`: { kind, words, page, box }, the box in thousandths of the page. Asks for its pages by `ask`.
class Preview {
  constructor({ shown, file, marks = [] }, ask, about) {
    this.key = shown
    this.file = file
    this.marks = marks.map((mark, k) => ({ ...mark, badge: `${k + 1} ${SIGNS[mark.kind]}` }))
    this.ask = ask
    this.pages = 0 // not known yet
    this.page = this.marks[0]?.page ?? 1
    this.sheet = h('div', { class: 'ct-sheet' }, 'Loading …')
    this.where = h('span', { 'aria-live': 'polite' })
    this.back = button('Previous page', () => this.turn(-1))
    this.on = button('Next page', () => this.turn(1))
    this.pager = h('div', { class: 'ct-buttons', hidden: true }, this.back, this.on, this.where)
    this.element = h('figure', { class: 'ct-preview', tabindex: 0, 'data-first': true, 'aria-label': `Preview of ${file}`, keydown: event => this.onKey(event) },
      about && h('figcaption', {}, h('strong', {}, file), ' ', about), this.legend(), this.pager, this.sheet)
    this.want(this.page)
  }

  // What the medium says, in words; a mark that isn't on the page in sight leads to its page.
  legend() {
    return this.marks.length > 0 && h('ul', { class: 'ct-marks' }, this.marks.map(({ kind, badge, words, page }) => h('li', {},
      h('span', { class: `ct-badge ct-${kind}` }, badge), h('span', {}, words),
      h('button', { type: 'button', 'data-page': page, hidden: true, click: () => this.want(page) }, `Show page ${page.toLocaleString('en')}`))))
  }

  onKey(event) {
    const step = { PageDown: 1, PageUp: -1 }[event.key]
    if (!step || this.pages < 2) return
    event.preventDefault()
    this.turn(step)
  }

  turn(step) {
    const to = this.page + step
    if (to >= 1 && to <= this.pages) this.want(to)
  }

  want(page) {
    this.page = page
    this.element.setAttribute('aria-busy', true)
    this.ask({ key: this.key, page })
  }

  // The page that was wanted last; others came too late.
  come({ words, page, pages }, buffer) {
    if (this.pages && page !== this.page) return
    Object.assign(this, { page, pages })
    const of = pages > 1 ? `Page ${page.toLocaleString('en')} of ${pages.toLocaleString('en')}` : ''
    if (this.url) URL.revokeObjectURL(this.url)
    this.url = pictureUrl(buffer)
    const here = this.marks.filter(mark => mark.page === page)
    this.sheet.replaceChildren(...(this.url ? [h('img', { src: this.url, alt: [this.file, words, of].filter(Boolean).join(', ') }), ...here.map(markOn)] : [words]))
    this.where.textContent = of
    this.pager.hidden = pages < 2
    this.back.setAttribute('aria-disabled', page <= 1) // stays focusable: keys go on working
    this.on.setAttribute('aria-disabled', page >= pages)
    for (const leads of this.element.querySelectorAll('[data-page]')) leads.hidden = pages < 2 || Number(leads.dataset.page) === page
    this.element.removeAttribute('aria-busy')
  }

  close() {
    if (this.url) URL.revokeObjectURL(this.url)
  }
}

// A frame around what is said; what it is stands in the legend, for everybody. The badge covers no text of the line.
function markOn({ kind, badge, box: [left, top, right, bottom] }) {
  const style = `left: ${left / 10}%; top: ${top / 10}%; width: ${(right - left) / 10}%; height: ${(bottom - top) / 10}%`
  const side = right < 920 ? 'ct-right' : left > 80 ? 'ct-left' : 'ct-above'
  return h('div', { class: `ct-mark ct-${kind}`, style, 'aria-hidden': 'true' }, h('span', { class: `ct-badge ct-${kind} ${side}` }, badge))
}

// A medium in a dialog of its own. Returns what takes its pages as they come.
function openPreview(host, medium, ask, onClose) {
  const preview = new Preview(medium, ask)
  const dialog = openDialog(host, {
    title: medium.file,
    body: preview.element,
    buttons: [{ label: 'Close' }],
    safe: 'Close',
    onAnswer: () => { preview.close(); onClose(preview) },
  })
  dialog.classList.add('ct-long')
  return preview
}
