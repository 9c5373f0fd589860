// Approving: what people can do with chosen credentials, and the dialog before it, which says what they are.
const ACTS = {
  approve: { label: 'Approve' },
  reject: { label: 'Reject', reason: 'Reason', example: 'no signature', tells: 'They never count. If they come again in a file, they can be reopened for a new decision.' },
  withdraw: { label: 'Withdraw', reason: 'Reason', example: 'licence revoked', tells: 'They no longer count, and no older version takes their place. They can be reinstated.' },
  reinstate: { label: 'Reinstate', reason: 'Reason (optional)', tells: 'They count again.' },
}

const called = row => [row.name && `${row.name} · `, row.user_email].filter(Boolean).join('')
const dated = row => joined(row.issue_date && `issued ${row.issue_date},`, row.expiration_date ? `expires ${row.expiration_date}` : 'never expires')

// What some credentials are: by type, source and batch; a few of them; and which are left out.
function aboutThem({ count, people, kinds, samples, left, notes }, approves) {
  const facts = kinds.map(([kind, values]) => h('div', {}, h('dt', {}, kind), values.map(([name, number]) => h('dd', {}, `${name}: ${number.toLocaleString('en')}`))))
  const warned = [
    ...notes.map(([why, number]) => `${number.toLocaleString('en')} of them: ${why}.`),
    ...(approves ? left.map(([why, number]) => `${counted(number, 'other stays', 'others stay')} pending: ${why}.`) : []),
  ]
  return [
    h('p', {}, `${counted(count, 'credential', 'credentials')} of ${counted(people, 'person', 'people')}`),
    h('dl', { class: 'ct-about' }, facts),
    h('p', { class: 'ct-quiet' }, count > samples.length ? 'For example:' : 'These:'),
    h('ul', {}, samples.map(row => h('li', {}, `${called(row)} – ${row.credential_type}${row.credential_number && ` ${row.credential_number}`}, ${dated(row)}`))),
    ...warned.map(words => h('p', { class: 'ct-warning' }, words)),
  ]
}

// Asks before it is done. A reason that was typed is kept until it is used, whatever happens; Enter confirms.
function openDecision(host, { act, about, by }, reasons, done) {
  const { label, reason, example, tells } = ACTS[act]
  const approves = act === 'approve'
  const doIt = `${label} them`
  const problem = h('p', { role: 'alert', id: freshId() })
  const why = h('input', { type: 'text', class: 'ct-wide', 'data-first': true, autocomplete: 'off', 'aria-describedby': problem.id })
  why.value = reasons[act] ?? ''
  const ready = () => {
    const lacks = Boolean(example) && !why.value.trim()
    why.setAttribute('aria-invalid', lacks)
    problem.textContent = lacks ? `Give a reason, for example: ${example}.` : ''
    if (lacks) why.focus()
    return !lacks
  }
  const total = about.count
  const dialog = openDialog(host, {
    title: `${label} ${counted(total, 'credential', 'credentials')}?`,
    body: [...aboutThem(about, approves), tells && h('p', {}, tells), reason && [field(reason, why), problem], approves && h('p', { class: 'ct-quiet' }, `Approved as ${by}. It can be undone for a minute.`)],
    buttons: [{ label: 'Later' }, { label: doIt, primary: true, ready }],
    safe: 'Later',
    onAnswer: answer => {
      reasons[act] = why.value
      if (answer === doIt) done(why.value)
    },
  })
  const primary = dialog.querySelector('.ct-primary')
  why.addEventListener('input', () => { problem.textContent = ''; why.removeAttribute('aria-invalid') })
  why.addEventListener('keydown', event => {
    if (event.key !== 'Enter') return
    event.preventDefault() // else the key would also press the button that gets the focus when the dialog closes
    primary.click()
  })
  if (approves) primary.focus() // it can be undone
}
