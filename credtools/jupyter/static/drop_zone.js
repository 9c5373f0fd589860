// A file goes to the kernel in pieces of 1 MiB, four under way at a time: larger messages would be dropped unseen.
const PIECE = 1 << 20
const UNDER_WAY = 4

class Sending {
  constructor(model, onProgress) {
    this.model = model
    this.onProgress = onProgress
    this.waiting = new Map() // key → called with each answer of the kernel
  }

  // No answer will come: what was on its way has to be sent again.
  giveUp() {
    for (const answer of this.waiting.values()) answer({ type: 'refused' })
  }

  answered(message) {
    this.waiting.get(message.key)?.(message)
  }

  // Resolves when the kernel has the whole file, or has refused it.
  async send(file, again, [begin, end] = ['file', 'whole']) {
    const key = `${Date.now()}-${Math.random()}`
    let answered = 0, refused = false, wake = () => {}
    const answer = () => new Promise(resolve => { wake = resolve })
    this.waiting.set(key, message => {
      if (message.type === 'ack') answered += 1
      else if (message.type === 'refused') refused = true
      else answered = Infinity
      wake()
    })
    const name = begin === 'medium' ? file.within || file.webkitRelativePath || file.name : file.name // with its folders
    this.model.send({ do: begin, key, name, size: file.size, ...(begin === 'file' && { again }) })
    let sent = 0
    for (let start = 0; start < file.size && !refused; start += PIECE) {
      const piece = await file.slice(start, start + PIECE).arrayBuffer()
      this.model.send({ do: 'piece', key }, undefined, [piece])
      sent += 1
      while (sent - answered >= UNDER_WAY && !refused) await answer()
      this.onProgress(file.name, Math.min(1, (start + PIECE) / file.size))
    }
    while (answered < sent && !refused) await answer()
    if (!refused) {
      this.model.send({ do: end, key })
      while (answered !== Infinity) await answer()
    }
    this.waiting.delete(key)
    this.onProgress(file.name, null)
  }

  async sendAll(files, again = false) {
    for (const file of files) await this.send(file, again)
  }

  // Media are matched together, so they only arrive here; several small ones are under way at a time.
  async sendMedia(files) {
    const rest = [...files]
    const one = async () => { while (rest.length) await this.send(rest.shift(), false, ['medium', 'arrived']) }
    await Promise.all(Array.from({ length: UNDER_WAY }, one))
  }
}

function chooser(label, onFiles, props = {}) {
  const input = h('input', { type: 'file', 'aria-label': label, 'data-focus': label, ...props })
  input.addEventListener('change', () => { onFiles([...input.files]); input.value = '' })
  return input
}

// A place where files can be dropped: `take` is given what was.
function dropZone(take, ...children) {
  const zone = h('div', { class: 'ct-zone' }, children)
  const over = event => { event.preventDefault(); event.stopPropagation() }
  zone.addEventListener('dragover', event => { over(event); zone.classList.add('ct-over') })
  zone.addEventListener('dragleave', () => zone.classList.remove('ct-over'))
  zone.addEventListener('drop', event => { over(event); zone.classList.remove('ct-over'); take(event.dataTransfer) })
  return zone
}
