// Connected: whether the kernel still hears this page. Where it doesn't, the page says so and takes no click, so that
// nobody works on what isn't kept; once it is heard again the page asks for what is true by now.
const PATIENCE_MS = 10_000 // for an answer of a kernel that isn't busy
const TICK_MS = 5_000
const SLEPT_MS = 4 * TICK_MS // between two ticks: the machine was asleep
const CONTROLS = 'button, input, select, textarea'

class Connection {
  // `onLost` puts away what waits for an answer; `greet` asks for everything anew.
  constructor({ model, el, root, onLost = () => {}, greet }) {
    Object.assign(this, { model, el, root, onLost, greet, state: 'live', off: [], asked: 0, probed: false, ticked: Date.now() })
    this.kernel = model.widget_manager?.kernel // as JupyterLab and Voilà have it; elsewhere only silence tells
    this.notice = h('div', { role: 'alert', class: 'ct-cut', hidden: true })
    root.prepend(this.notice)
    const on = (target, name, act) => { target.addEventListener(name, act); this.off.push(() => target.removeEventListener(name, act)) }
    for (const [name, act] of [['comm_live_update', () => this.gone()], ['comm:close', () => this.gone()]]) {
      model.on(name, act)
      this.off.push(() => model.off(name, act))
    }
    for (const signal of [this.kernel?.connectionStatusChanged, this.kernel?.statusChanged, this.kernel?.disposed]) {
      const act = () => this.see()
      signal?.connect(act)
      this.off.push(() => signal?.disconnect(act))
    }
    on(document, 'visibilitychange', () => { if (!document.hidden) this.ask() })
    on(window, 'online', () => this.ask())
    const timer = setInterval(() => this.tick(), TICK_MS)
    this.off.push(() => clearInterval(timer))
  }

  get live() { return this.state === 'live' }

  // What the kernel's own state says.
  see() {
    if (this.kernel.isDisposed || ['dead', 'restarting', 'autorestarting', 'terminating'].includes(this.kernel.status)) this.gone()
    else if (this.kernel.connectionStatus !== 'connected') this.lost()
    else if (this.state === 'lost') this.ask()
  }

  // Any message is an answer.
  heard() {
    this.asked = 0
    this.probed = false
    if (this.state !== 'lost') return
    this.show('live')
    this.greet()
  }

  // Something was sent that is answered.
  sent() { this.asked ||= Date.now() }

  ask() {
    if (this.state === 'gone') return
    this.sent()
    this.probed = true
    this.model.send({ do: 'here' })
  }

  tick() {
    const now = Date.now(), slept = now - this.ticked > SLEPT_MS
    this.ticked = now
    const silent = this.asked && now - this.asked > PATIENCE_MS && this.kernel?.status !== 'busy'
    if (slept || (silent && !this.probed)) { this.asked = 0; this.ask() } // not every verb is answered: this one is
    else if (silent) this.lost()
    if (this.state === 'lost' || (!this.kernel && !this.asked)) this.ask()
  }

  lost() { if (this.live) this.show('lost') }

  gone() { if (this.state !== 'gone') this.show('gone') }

  show(state) {
    this.state = state
    this.notice.hidden = this.live
    this.root.classList.toggle('ct-is-cut', !this.live)
    for (const control of this.root.querySelectorAll(this.live ? '[data-cut]' : CONTROLS)) {
      if (this.live) { control.disabled = false; control.removeAttribute('data-cut') }
      else if (!control.disabled) { control.disabled = true; control.dataset.cut = '' }
    }
    for (const part of this.root.querySelectorAll('[role=grid], .ct-zone')) part.inert = !this.live
    if (this.live) return
    for (const dialog of this.root.querySelectorAll('dialog')) dialog.remove() // no answer, not even a safe one
    this.onLost()
    this.notice.replaceChildren(...state === 'lost' ? [h('p', {}, CUT.lost)] : this.wayOn())
  }

  // How to go on when the kernel's half of this page is no more.
  wayOn() {
    const page = this.el.closest('[data-credtools]')
    if (page) return [h('p', {}, CUT.gone), button('Continue', () => { this.notice.replaceChildren(h('p', {}, 'Starting again …')); page.dispatchEvent(new CustomEvent('credtools:again')) }, { primary: true })]
    if (document.body.dataset.voila) return [h('p', {}, CUT.gone), button('Continue', () => location.reload(), { primary: true })]
    return [h('p', {}, `${CUT.gone} Run ▸ Run All Cells goes on.`)]
  }

  close() { this.off.forEach(off => off()) }
}

const CUT = {
  lost: 'This page is no longer connected. It goes on by itself as soon as the connection is back; until then nothing can be changed here.',
  gone: 'This page is no longer connected: its kernel was restarted or ended. Everything that was decided is kept.',
}

// Where this tab was, so that it comes back there: a batch and a step, nothing of a file.
const place = {
  key: `credtools ${location.pathname}`,
  keep({ batch, step }) {
    try {
      sessionStorage.setItem(this.key, JSON.stringify({ batch, step }))
    } catch { /* a browser that keeps nothing begins at the beginning */ }
  },
  get kept() {
    try { return JSON.parse(sessionStorage.getItem(this.key) ?? '{}') } catch { return {} }
  },
}
