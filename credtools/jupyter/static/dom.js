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

let lastId = 0
const freshId = () => `ct-${++lastId}`

// JupyterLab's shortcuts listen above the output: 'd d' on a focused cell would delete the notebook's cell.
function shield(element) {
  for (const name of ['keydown', 'keypress', 'keyup', 'copy', 'cut', 'paste']) {
    element.addEventListener(name, event => event.stopPropagation())
  }
}

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
