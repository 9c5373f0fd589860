// A modal dialog: the browser makes everything else inert; Escape is the safe answer; Tab stays inside.
function openDialog(host, { title, body, buttons, safe, onAnswer }) {
  const titleId = freshId(), bodyId = freshId()
  let answer = safe
  const dialog = h('dialog', { class: 'ct-dialog', 'aria-labelledby': titleId, 'aria-describedby': bodyId, 'aria-modal': 'true' })
  const made = buttons.map(({ label, primary, ready }) => h('button', {
    type: 'button', class: primary && 'ct-primary',
    click: () => { if (!ready || ready()) { answer = label; dialog.close() } },
  }, label))
  dialog.append(
    h('h2', { id: titleId }, title),
    h('div', { id: bodyId }, body),
    h('div', { class: 'ct-buttons' }, made),
  )
  dialog.addEventListener('keydown', event => {
    if (event.key !== 'Tab') return
    const stops = [...dialog.querySelectorAll('button:not(:disabled), input:not([type=radio]), input[type=radio]:checked, select, summary')].filter(stop => stop.tabIndex >= 0)
    const last = event.shiftKey ? stops[0] : stops.at(-1)
    if (document.activeElement === last) {
      event.preventDefault()
      stops.at(event.shiftKey ? -1 : 0).focus()
    }
  })
  dialog.addEventListener('close', () => { dialog.remove(); onAnswer(answer) })
  host.append(dialog)
  dialog.showModal()
  const first = dialog.querySelector('[data-first]') ?? made[buttons.findIndex(button => button.label === safe)]
  first.focus()
  return dialog
}

// What a cause can become: from a list, by search among users, or typed. `done` gets the value and the scope.
function openChoice(host, asked, { search, done }) {
  const listFirst = asked.kind === 'format' && asked.choices.length > 0
  const list = h('select', { size: listFirst ? Math.max(2, asked.choices.length) : 8, 'aria-label': 'Choices', class: 'ct-wide', 'data-first': listFirst })
  const fill = choices => list.replaceChildren(...choices.map(([value, label]) => h('option', { value }, label)))
  fill(asked.choices)
  if (listFirst) list.selectedIndex = 0
  const text = h('input', { type: 'text', class: 'ct-wide', 'data-first': !listFirst, autocomplete: 'off' })
  const label = asked.free || (asked.kind === 'search' ? asked.find ?? 'Find a user by name or address' : 'Find in the list')
  text.addEventListener('input', () => {
    if (asked.kind === 'search') search(text.value, fill)
    else if (!asked.free) fill(asked.choices.filter(choice => choice[1].toLowerCase().includes(text.value.toLowerCase())))
  })
  const scopes = asked.usual && asked.kind !== 'format' && h('fieldset', {}, h('legend', {}, 'Applies to'),
    [['rule', 'every file of this source (a rule)'], ['patch', 'only these records (a patch)']].map(([value, words]) =>
      h('label', {}, h('input', { type: 'radio', name: 'ct-scope', value, checked: value === asked.usual }), ` ${words}`)))
  const chosen = () => (asked.free && text.value.trim()) || list.value || (list.options.length === 1 && list.options[0].value)
  const problem = h('p', { role: 'alert' })
  const ready = () => {
    if (!chosen()) problem.textContent = 'Choose one from the list first.'
    return Boolean(chosen())
  }
  const onlyTyped = asked.kind === 'text'
  const dialog = openDialog(host, {
    title: asked.name,
    body: [h('p', {}, asked.resolution), listFirst && list, field(label, text), !onlyTyped && !listFirst && list, scopes, problem],
    buttons: [{ label: 'Cancel' }, { label: 'Use this', primary: true, ready }],
    safe: 'Cancel',
    onAnswer: answer => done(answer === 'Use this' ? chosen() : null, dialog.querySelector(':checked[name=ct-scope]')?.value ?? 'patch'),
  })
  const use = event => {
    if (event.key !== 'Enter') return
    event.preventDefault() // else the key would also press the button that gets the focus when the dialog closes
    dialog.querySelector('.ct-primary').click()
  }
  text.addEventListener('keydown', event => {
    if (event.key === 'ArrowDown' && list.options.length) { event.preventDefault(); list.focus(); list.selectedIndex = Math.max(0, list.selectedIndex) }
    use(event)
  })
  list.addEventListener('keydown', use)
  list.addEventListener('dblclick', () => dialog.querySelector('.ct-primary').click())
}

// The password of a protected file: sent once, and the field emptied at once; `done` gets it, or null.
function openPassword(host, { file, said }, done) {
  const input = h('input', { type: 'password', class: 'ct-wide', autocomplete: 'off', 'data-first': true })
  const dialog = openDialog(host, {
    title: `Password of ${file}`,
    body: [h('p', {}, said), field('Password', input), h('p', {}, 'It opens the file for as long as this page is open, and is stored nowhere.')],
    buttons: [{ label: 'Cancel' }, { label: 'Open', primary: true, ready: () => input.value !== '' }],
    safe: 'Cancel',
    onAnswer: answer => {
      const password = input.value
      input.value = ''
      done(answer === 'Open' ? password : null)
    },
  })
  input.addEventListener('keydown', event => {
    if (event.key !== 'Enter') return
    event.preventDefault() // as in a choice
    dialog.querySelector('.ct-primary').click()
  })
}
