// The credentials page: totals, what is not finished yet, and the list with its filters.
const WITHIN = [30, 60, 90]
const SHOWN = ['pending', 'expired', 'expiring soon', 'valid', 'withdrawn', 'declined']

function home(state, { act, ui }) {
  const holder = h('div', { class: 'ct-scroll', tabindex: 0, role: 'group', 'aria-label': 'List of credentials' })
  ui.fillList = list => holder.replaceChildren(
    table(['User', 'Type', 'Number', 'Issued', 'Expires', 'State'], list.rows,
      `${list.found > list.rows.length ? `The first ${list.rows.length} of ` : ''}${counted(list.found, 'version', 'versions')} of ${counted(list.credentials, 'credential', 'credentials')}`))
  ui.fillList(state.list)
  const text = h('input', { type: 'search', 'data-focus': 'filter' })
  const kind = select([['', 'all'], ...SHOWN.map(name => [name, name])], '')
  const until = select([['', 'any time'], ...WITHIN.map(days => [String(days), `within ${days} days`])], '')
  const ask = () => act('list', { text: text.value, state: kind.value, days: until.value }, true)
  text.addEventListener('input', ask)
  for (const choice of [kind, until]) choice.addEventListener('change', ask)
  const nothing = !state.totals.total, uploads = can(state, 'upload')
  return region('Credentials',
    h('dl', { class: 'ct-totals' }, Object.entries(state.totals).map(([name, count]) =>
      h('div', {}, h('dt', {}, name), h('dd', {}, count.toLocaleString('en'))))),
    onlyOwn(state),
    h('div', { class: 'ct-buttons' }, uploads && button('Bulk upload (CSV)', () => act('go', { step: 'upload' }), { primary: true }),
      button('Uploads', () => act('go', { step: 'uploads' }), { title: 'All files that were uploaded: what became of them, and what can still be done' })),
    state.waiting.length > 0 && h('div', {}, h('h3', {}, 'Not finished yet'), h('ul', { class: 'ct-list' }, state.waiting.map(batch => {
      const id = freshId()
      return h('li', {}, h('span', { id }, `${batch.file} (batch ${batch.batch}, ${batch.state}, by ${batch.by}) `),
        uploads && button('Continue', () => act('open', { batch: batch.batch }), { focus: `open ${batch.batch}`, about: id }))
    }))),
    nothing ? h('p', {}, `There are no credentials yet.${uploads ? ' Start with Bulk upload (CSV).' : ''}`)
      : h('div', {}, h('div', { class: 'ct-line' }, field('Filter by user, type or number', text), field('State', kind), field('Expires', until)), holder))
}
