// Decided: the bar that offers to take the last decision back, for as long as that can be done.
class UndoBar {
  constructor(undo, onGone) {
    this.undo = undo
    this.onGone = onGone
    this.what = h('span', { 'aria-live': 'polite' }) // stays in the page, so that what comes into it is read out, once
    this.element = h('div', { role: 'group', 'aria-label': 'Undo' }, this.what)
  }

  // The seconds aren't part of the button's name: a screen reader would read it out again and again.
  show(offer) {
    this.hide()
    if (!offer) return
    const ends = performance.now() + offer.seconds * 1000
    const left = h('span', { 'aria-hidden': 'true' })
    const back = button('Undo ', () => this.undo(), { focus: 'Undo' })
    back.append(left)
    this.what.textContent = offer.what
    this.element.append(back)
    this.element.className = 'ct-undo'
    const tick = () => {
      const seconds = Math.ceil((ends - performance.now()) / 1000)
      left.textContent = `(${seconds} s)`
      if (seconds > 0) return
      const inside = this.element.contains(document.activeElement)
      this.hide()
      if (inside) this.onGone()
    }
    this.timer = setInterval(tick, 1000)
    tick()
  }

  hide() {
    clearInterval(this.timer)
    this.what.textContent = ''
    this.element.querySelector('button')?.remove()
    this.element.className = ''
  }
}
