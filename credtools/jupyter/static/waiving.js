// Waiving: the chosen rows are shown, then a reason is asked for; nothing is closed without one.
function openWaiving(host, rows, done) {
  const most = 12
  const reason = h('input', { type: 'text', class: 'ct-wide', autocomplete: 'off', 'data-first': true })
  const forGood = h('input', { type: 'checkbox' })
  const problem = h('p', { role: 'alert', class: 'ct-problem', hidden: true })
  const label = `Waive ${counted(rows.length, 'row', 'rows')}`
  const ready = () => {
    if (reason.value.trim()) return true
    problem.hidden = false
    problem.textContent = 'Say in a few words why nobody will fix them.'
    reason.focus()
    return false
  }
  const dialog = openDialog(host, {
    title: label,
    body: [
      h('p', {}, 'Nobody will fix these rows:'),
      h('ul', { class: 'ct-changes' }, rows.slice(0, most).map(row => h('li', {}, `batch ${row.batch}, line ${row.line} of ${row.source}: ${row.errors.join(' · ')}`)),
        rows.length > most && h('li', {}, `and ${(rows.length - most).toLocaleString('en')} more`)),
      field('Reason', reason),
      h('label', {}, forGood, ' Waive the same records again whenever they come again'),
      problem,
    ],
    buttons: [{ label: 'Cancel' }, { label, primary: true, ready }],
    safe: 'Cancel',
    onAnswer: answer => { if (answer === label) done(reason.value, forGood.checked) },
  })
  reason.addEventListener('keydown', event => {
    if (event.key !== 'Enter') return
    event.preventDefault() // as in a choice
    dialog.querySelector('.ct-primary').click()
  })
}
